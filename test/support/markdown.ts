/**
 * The project's pages, read as tests need them: links, sections, tables, blocks of text. Understands
 * what prettier leaves of Markdown, no more.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** All pages, as paths from the root. */
export function pages(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file));
  return [...inFolder("."), ...inFolder("docs")];
}

/** The text of a page. */
export function page(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** `text` without its fenced blocks. */
export function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, "");
}

export interface Link {
  /** What the reader sees; of a picture its description. */
  readonly text: string;
  /** Where it leads, without the anchor; empty for a link within the page. */
  readonly target: string;
  /** The part after `#`; empty if there is none. */
  readonly anchor: string;
}

/** The links and pictures of `text`. */
export function links(text: string): Link[] {
  return [...prose(text).matchAll(/\[([^\]]*)\]\(([^)#\s]*)#?([^)\s]*)\)/g)].map(
    ([, label = "", target = "", anchor = ""]) => ({ text: label, target, anchor }),
  );
}

/** The anchors of the headings of `text`, as GitHub makes them. */
export function anchors(text: string): string[] {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** What stands below the heading `title`, up to the next heading of any level. */
export function section(text: string, title: string): string {
  const lines = text.split("\n");
  const begin = lines.findIndex((line) => line.replace(/^#+ /, "") === title && line !== title);
  if (begin < 0) throw new Error(`no heading "${title}"`);
  const length = lines.slice(begin + 1).findIndex((line) => /^#+ /.test(line));
  return lines.slice(begin + 1, length < 0 ? undefined : begin + 1 + length).join("\n");
}

/** The cells of the tables in `text`, row by row, heads included. */
export function rows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s:|-]*$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The code spans of `text`. */
export function codeSpans(text: string): string[] {
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
}

/** The fenced blocks of `text` in `language`. */
export function blocks(text: string, language: string): string[] {
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"));
  return [...found].map(([, block = ""]) => block);
}

/** The lines of all of those. */
export function blockLines(text: string, language: string): string[] {
  return blocks(text, language).flatMap((block) => block.split("\n").filter(Boolean));
}
