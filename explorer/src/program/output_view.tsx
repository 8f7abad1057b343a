/**
 * What the program says, as a terminal shows it.
 */

import { useEffect, useRef } from "preact/hooks";
import { isLight, type TextRun, type TextStyle } from "./terminal_text.ts";

/** Pixels from the end within which the view follows what comes. */
const NEAR_END = 40;

function cssOf({ colour, background, bold, underlined, inverse }: TextStyle) {
  const own = colour || (isLight(background) ? "var(--terminal)" : "");
  const front = inverse ? background || "var(--terminal)" : own;
  const back = inverse ? colour || "var(--terminal-text)" : background;
  return {
    ...(front && { color: front }),
    ...(back && { background: back }),
    ...(bold && { fontWeight: 700 }),
    ...(underlined && { textDecoration: "underline" }),
  };
}

function Run({ run }: { readonly run: TextRun }) {
  return (
    <span class={run.stream === 2 ? "said-as-error" : undefined} style={cssOf(run.style)}>
      {run.text}
    </span>
  );
}

export interface OutputViewProps {
  /** Whose output it is; "" before there is any. */
  readonly name: string;
  readonly lines: readonly (readonly TextRun[])[];
  /** Lines before those, or more, that are not kept. */
  readonly dropped: number;
}

export function OutputView({ name, lines, dropped }: OutputViewProps) {
  // After the last newline there is no line yet.
  const shown = lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines;
  const view = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const follow = () => {
    // The browser may still tell of a size when the pane has gone.
    const pane = view.current;
    if (pane && isAtEnd.current) pane.scrollTop = pane.scrollHeight;
  };
  useEffect(follow, [lines]);
  useEffect(() => {
    const observer = new ResizeObserver(follow);
    observer.observe(view.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      class="program-output"
      ref={view}
      tabIndex={0}
      role="region"
      aria-label={name ? `Output of ${name}` : "Output"}
      onScroll={({ currentTarget: pane }) => {
        isAtEnd.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_END;
      }}
    >
      <pre>
        {dropped > 0 && (
          <span class="said-before">{"… what was said before this is not kept …\n"}</span>
        )}
        {shown.map((line, index) => (
          <span key={dropped + index}>
            {line.map((run, at) => (
              <Run key={at} run={run} />
            ))}
            {index < shown.length - 1 && "\n"}
          </span>
        ))}
      </pre>
    </div>
  );
}
