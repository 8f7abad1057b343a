/**
 * A line as a shell takes it apart: words between spaces, with quotes around what belongs together and a
 * backslash before what is meant as it stands.
 */

/** The words of `line`; a quote that is not closed reaches to its end. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s"'\\]|\\$)+/g)) {
    const parts = word.matchAll(/\\(.)|"((?:\\.|[^"\\])*)"?|'([^']*)'?|([^"'\\]|\\$)/g);
    let text = "";
    for (const [, escaped, double, single, plain] of parts) {
      text += escaped ?? double?.replace(/\\(.)/g, "$1") ?? single ?? plain ?? "";
    }
    words.push(text);
  }
  return words;
}
