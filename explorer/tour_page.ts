/**
 * docs/tour.md as a page beside the explorer, whose steps and tasks link to it. Understands the Markdown
 * that is used there: headings, paragraphs, numbered lists, blocks of text, code, emphasis and links.
 * Links lead to sources, which are not beside the page: only their text stays.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Plugin } from "vite";

/** The file's name beside the page. */
const NAME = "tour.html";

const SOURCE = fileURLToPath(new URL("../docs/tour.md", import.meta.url));

const STYLE = `
  :root { color-scheme: light dark; }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 17px/1.55 system-ui, sans-serif; }
  pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 6px; font-size: 14px; }
  h2 { margin-top: 2.5rem; }
  :target { text-decoration: underline; }
`;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A paragraph's text with its code, emphasis and links. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith("`") ? `<code>${escaped(part.slice(1, -1))}</code>` : escaped(part),
    )
    .join("")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/(?<!\w)_([^_<>]+)_(?!\w)/g, "<em>$1</em>");
}

/** A heading; that of step n of the tour can be linked to as `step-n`. */
function heading(line: string): string {
  const [, marks = "", text = ""] = /^(#+) (.*)$/.exec(line)!;
  const step = /^(\d+)\./.exec(text)?.[1];
  const id = step ? ` id="step-${step}"` : "";
  return `<h${marks.length}${id}>${inline(text)}</h${marks.length}>`;
}

function block(lines: readonly string[]): string {
  return `<pre tabindex="0">${escaped(lines.join("\n"))}</pre>`;
}

/** Items of a numbered list: an item's further lines are indented. */
function list(text: string): string {
  const items = text.split(/^\d+\. /m).slice(1);
  return `<ol>${items.map((item) => `<li>${inline(item.trim())}</li>`).join("")}</ol>`;
}

/** What lies between two empty lines outside of fences. */
function part(text: string): string {
  if (text.startsWith("#")) return heading(text);
  if (text.startsWith("    ")) return block(text.split("\n").map((line) => line.slice(4)));
  return /^\d+\. /.test(text) ? list(text) : `<p>${inline(text)}</p>`;
}

/** The page for the Markdown in `markdown`. */
export function tourPage(markdown: string): string {
  const body = markdown.split(/^```.*\n([^]*?)^```$/m).flatMap((text, index) => {
    if (index % 2) return [block(text.trimEnd().split("\n"))];
    const parts = text.split(/\n{2,}/).map((one) => one.replace(/^\n+|\s+$/g, ""));
    return parts.filter(Boolean).map(part);
  });
  const title = escaped(/^# (.*)$/m.exec(markdown)?.[1] ?? "");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="data:," />
    <title>${title}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      ${body.join("\n      ")}
    </main>
  </body>
</html>
`;
}

/** Serves the tour while developing, and puts it into a build. */
export function tour(): Plugin {
  return {
    name: "tour-page",
    configureServer(server) {
      server.middlewares.use(`/${NAME}`, (_request, response) => {
        response.setHeader("Content-Type", "text/html");
        response.end(tourPage(readFileSync(SOURCE, "utf8")));
      });
    },
    generateBundle() {
      const source = tourPage(readFileSync(SOURCE, "utf8"));
      this.emitFile({ type: "asset", fileName: NAME, source });
    },
  };
}
