/** What the pages point at exists: files, headings, names in the sources, tests. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { anchors, codeSpans, links, page, pages, ROOT } from "../support/markdown.ts";

/** Folders of the repository that are written by people. */
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|builddir|dist$|node_modules)/.test(entry.name))
  .map(({ name }) => name);

/** Their files and folders, as paths from the root, and the files beside them. */
const PATHS = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path),
    ),
  ),
];

/** What a run writes, and what is somebody else's. */
const ELSEWHERE =
  /^(builddir|limine\/$|\/|node_modules)|^(test_output\.log|kernel\.wasm|shim\.elf)$/;

/** Links that leave the repository; they are not followed. */
const isForeign = (target: string) => /^[a-z]+:/.test(target);

/** True if the source `text` declares `name`: a function, a type, a constant, or a method. */
function declares(text: string, name: string): boolean {
  const declared = new RegExp(
    `\\b(?:function|class|enum|type|interface|const|let) ${name}\\b|^ {2}(?:private )?${name}\\(`,
    "m",
  );
  return declared.test(text);
}

describe.each(pages())("%s", (path) => {
  const text = page(path);
  const inside = links(text).filter(({ target }) => !isForeign(target));

  test("links to files that exist", () => {
    const missing = inside.filter(({ target }) => !existsSync(join(ROOT, dirname(path), target)));
    expect(missing).toEqual([]);
  });

  test("links to headings that exist", () => {
    const missing = inside.filter(({ target, anchor }) => {
      const linked = target === "" ? path : join(dirname(path), target);
      return linked.endsWith(".md") && anchor !== "" && !anchors(page(linked)).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  test("links names to the files that declare them", () => {
    const named = inside.filter((link) => /^`\w+`$/.test(link.text) && /\.ts$/.test(link.target));
    const missing = named.filter((link) => {
      const source = readFileSync(join(ROOT, dirname(path), link.target), "utf8");
      return !declares(source, link.text.replaceAll("`", ""));
    });
    expect(missing).toEqual([]);
  });

  test("names files and folders that exist", () => {
    const named = codeSpans(text).filter(
      (span) => /^[\w./-]+(\.(ts|mjs|sh|c|h|md|json|conf)|\/)$/.test(span) && !ELSEWHERE.test(span),
    );
    const missing = named.filter(
      (span) => !PATHS.some((known) => `/${known}`.endsWith(`/${span.replace(/\/$/, "")}`)),
    );
    expect(missing).toEqual([]);
  });

  test("names tests that exist", () => {
    const named = codeSpans(text).filter((span) =>
      /^(unit|property|package|native|boot|cli|explorer|matrix|worlds)\/[\w*]+$/.test(span),
    );
    const missing = named.filter((span) => {
      const pattern = new RegExp(`^test/${span.replace("*", "\\w+")}\\.test\\.ts$`);
      return !PATHS.some((known) => pattern.test(known));
    });
    expect(missing).toEqual([]);
  });
});

test("the README leads to every page", () => {
  const linked = links(page("README.md")).map(({ target }) => target);
  expect(linked).toEqual(expect.arrayContaining(pages().filter((path) => path !== "README.md")));
});
