/**
 * Text for a terminal: tables, paragraphs, numbers, in lines of at most 100 characters.
 */

/** Characters of the longest line. */
export const LINE_WIDTH = 100;

/** A cell aligned to the left, or to the right as numbers are. */
export type Alignment = "left" | "right";

/**
 * `rows` as aligned columns, two spaces apart and indented by two. The last column is cut where it
 * would not fit the line.
 */
export function table(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string {
  const widths = alignments.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] ?? "").length), 0),
  );
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) =>
      alignments[column] === "right"
        ? cell.padStart(widths[column]!)
        : cell.padEnd(widths[column]!),
    );
    return fit(`  ${cells.join("  ")}`.trimEnd());
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** What would move a terminal's cursor or worse; it can stand in any file that names a machine. */
// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;

/** `line` in characters that only show themselves, cut with an ellipsis if it is too long. */
export function fit(line: string): string {
  const shown = line.replaceAll(CONTROL_CHARACTERS, "?");
  return shown.length <= LINE_WIDTH ? shown : `${shown.slice(0, LINE_WIDTH - 1)}…`;
}

/** `text` broken at spaces into lines that fit; all but the first are indented by `indent`. */
export function paragraph(text: string, indent = 2): string {
  const [first = "", ...rest] = text.trimStart().split(" ");
  const lines: string[] = [];
  let line = text.slice(0, text.length - text.trimStart().length) + first;
  for (const word of rest) {
    if (line.length + 1 + word.length <= LINE_WIDTH) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = " ".repeat(indent) + word;
    }
  }
  return [...lines, line].map((each) => `${fit(each)}\n`).join("");
}

/** `count` with its thousands apart. */
export function grouped(count: number | bigint): string {
  return count.toString().replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}
