/**
 * A canvas that fills its parent's width: repainted when its size, the colour scheme or the drawing
 * changes, at most once for each frame of the screen.
 */

import { type RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface CanvasSize {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for each of them. */
  readonly pixelRatio: number;
}

/** Counts changes of the colour scheme. */
export function useColourScheme(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const change = () => setChanges((count) => count + 1);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, []);
  return changes;
}

/**
 * @param height CSS pixels
 * @param paint draws on a context that is scaled to CSS pixels
 * @returns the canvas to render, and its size
 */
export function useCanvas(
  height: number,
  paint: (context: CanvasRenderingContext2D, size: CanvasSize, canvas: HTMLCanvasElement) => void,
): { canvas: RefObject<HTMLCanvasElement | null>; size: CanvasSize } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const scheme = useColourScheme();
  const pixelRatio = globalThis.devicePixelRatio || 1;

  useLayoutEffect(() => {
    const parent = canvas.current!.parentElement!;
    const measure = () => setWidth(Math.floor(parent.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(parent);
    measure();
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!width || !height) return;
    const request = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (!element || !context) return;
      element.width = Math.round(width * pixelRatio);
      element.height = Math.round(height * pixelRatio);
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      paint(context, { width, height, pixelRatio }, element);
    });
    return () => cancelAnimationFrame(request);
  }, [width, height, pixelRatio, scheme, paint]);

  return { canvas, size: { width, height, pixelRatio } };
}
