/**
 * Keeps a part of the page where it is in the window while what stands above it changes its height: what
 * was pressed stays under the pointer. Browsers hold what is at the top of the window, and some nothing.
 */

import { type RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * @returns to be called before a change: once the component that uses this is rendered with it, the page
 * is scrolled by as much as `part` has moved
 */
export function useHold(part: RefObject<HTMLElement | null>): () => void {
  /** Where it was, pixels from the window's top; null if it may move. */
  const held = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (held.current === null) return;
    window.scrollBy(0, part.current!.getBoundingClientRect().top - held.current);
    held.current = null;
  });
  return () => {
    held.current = part.current!.getBoundingClientRect().top;
  };
}
