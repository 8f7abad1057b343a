/**
 * Lines of the kernel's log. Of a very long log the first lines are shown; all are in the JSON.
 */

import { formatCount } from "../format.ts";

/** Lines that are shown at most: a log of tens of thousands takes the browser half a second. */
const MOST_LINES = 500;

export interface LogProps {
  readonly lines: readonly string[];
  /** What the lines are, for those who do not see them. */
  readonly label: string;
}

export function Log({ lines, label }: LogProps) {
  const shown = lines.slice(0, MOST_LINES);
  const left = lines.length - shown.length;
  if (left > 0) shown.push(`… and ${formatCount(left)} more lines; “Save JSON” has them all`);
  return (
    <pre class="log" tabIndex={0} role="region" aria-label={label}>
      {shown.join("\n")}
    </pre>
  );
}
