/**
 * docs/usage.md names every npm script, option, kernel option, exit status and environment variable
 * that there is, and none that there is not. What there is comes from package.json, from the help
 * texts and from the sources.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { USAGE as BENCH_HELP } from "../../bench/options.ts";
import { main } from "../../tools/cli/main.ts";
import { codeSpans, page, ROOT, rows, section } from "../support/markdown.ts";

const PAGE = page("docs/usage.md");

/** The first cells of the section's tables, without their head: code spans each. */
function firstCells(title: string): string[] {
  return rows(section(PAGE, title))
    .slice(1)
    .flatMap(([cell = ""]) => codeSpans(cell));
}

function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}

function source(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The sources below `folder` whose names match. */
function sources(folder: string, names: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => names.test(path))
    .map((path) => source(join(folder, path)));
}

function matches(texts: readonly string[], pattern: RegExp): string[] {
  return sorted(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name)));
}

/** The comment at the head of a script, which is its help. */
function head(path: string): string {
  return source(path).split(" */\n")[0]!;
}

/** The comment at the head of a shell script, which is its help as well (`boot/help`). */
function shellHelp(path: string): string {
  return source(path)
    .split(/\n(?!#)/)[0]!
    .replaceAll(/^# ?/gm, "");
}

async function slopos(...words: string[]): Promise<string> {
  let out = "";
  const write = (text: string) => (out += text);
  const terminal = { out: write, err: write, input: () => Promise.resolve(""), colours: false };
  expect(await main(words, terminal)).toBe(0);
  return out;
}

/** Each tool's section of the page, and its help. */
const TOOLS: [title: string, help: () => string | Promise<string>][] = [
  ["scripts/setup.sh", () => shellHelp("scripts/setup.sh")],
  ["scripts/build.sh", () => shellHelp("scripts/build.sh")],
  ["scripts/get_limine.sh", () => shellHelp("scripts/get_limine.sh")],
  ["scripts/build_iso.sh", () => shellHelp("scripts/build_iso.sh")],
  ["scripts/run_qemu_ovmf.sh", () => shellHelp("scripts/run_qemu_ovmf.sh")],
  ["scripts/boot.sh", () => shellHelp("scripts/boot.sh")],
  ["slopos plan", () => slopos("plan", "--help")],
  ["slopos trace", () => slopos("trace", "--help")],
  ["slopos log", () => slopos("log", "--help")],
  ["slopos explore", () => slopos("explore", "--help")],
  ["slopos run", () => slopos("run", "--help")],
  ["slopos judge", () => slopos("judge", "--help")],
  ["npm run bench", () => BENCH_HELP],
  ["npm run test:soak", () => head("test/property/soak.mjs")],
  ["npm run test:fuzz", () => head("test/fuzz/run.mjs")],
  ["npm run test:mutate", () => head("test/mutation/run.mjs")],
];

/** Scripts that only others read. */
const SOURCED = [
  "common.sh",
  "find_limine.sh",
  "qemu_command.sh",
  "qemu_screen.sh",
  "qemu_verdict.sh",
];

/** The options that a help text names; `--help` goes without saying. */
function optionsOf(help: string): string[] {
  const named = matches([help], /(?<=^|[\s,|[(])(--?[a-z][a-z-]*)(?=[\s,|\])]|$)/gm);
  return named.filter((name) => !["-h", "--help"].includes(name));
}

/** The exit statuses that a help text names. */
function statusesOf(help: string): string[] {
  const [, , text = ""] = /(exit status:)(.*)/is.exec(help) ?? [];
  return matches([text], /(?<=^|[\s,;])(\d+) +[a-z]/gim);
}

describe("docs/usage.md", () => {
  test("names the npm scripts", () => {
    const { scripts } = JSON.parse(source("package.json")) as { scripts: Record<string, string> };
    // Those that npm has a command for.
    const own: Record<string, string> = {
      test: "npm test",
      prepack: "npm pack",
      postpack: "npm pack",
    };
    const commands = Object.keys(scripts).map((name) => own[name] ?? `npm run ${name}`);
    expect(sorted(firstCells("npm scripts"))).toEqual(sorted(commands));
  });

  test("has a section for each shell script", () => {
    const scripts = readdirSync(join(ROOT, "scripts")).filter(
      (file) => file.endsWith(".sh") && !SOURCED.includes(file),
    );
    const titles = TOOLS.map(([title]) => title);
    expect(titles).toEqual(expect.arrayContaining(scripts.map((file) => `scripts/${file}`)));
  });

  test.each(TOOLS)("names the options of %s", async (title, help) => {
    expect(sorted(firstCells(title))).toEqual(optionsOf(await help()));
  });

  test.each(TOOLS)("names the exit statuses of %s", async (title, help) => {
    const [, text = ""] = /^Exit status:(.*)/ms.exec(section(PAGE, title)) ?? [];
    const named = codeSpans(text).filter((span) => /^\d+$/.test(span));
    expect(sorted(named)).toEqual(statusesOf(await help()));
  });

  test("names what the kernel reads of its command line", () => {
    const kernel = sources("src", /\.ts$/);
    const options = matches(kernel, /hasOption\("([^"]+)"\)/g);
    expect(options.length).toBeGreaterThan(5);
    expect(sorted(firstCells("Kernel command line"))).toEqual(options);
    const keys = matches(kernel, /hasOptionKey\("([^"]+)"\)/g);
    expect(sorted(options.map((option) => option.replace(/=.*/, "=")))).toEqual(keys);
  });

  test("names the environment variables", () => {
    const shell = sources("scripts", /\.sh$/);
    const node = ["test", "bench", "tools", "scripts"].flatMap((folder) =>
      sources(folder, /\.m?ts$|\.mjs$/),
    );
    // What a test or a build sets for a child of its own, or bash for itself, is nothing that a user sets.
    const own = ["PATH", "NODE_ENV", "NODE_OPTIONS", "TSX_DISABLE_CACHE", "BASH_VERSION", "NPM"];
    const read = [
      ...matches(shell, /\$\{([A-Z][A-Z_]+):?-/g),
      ...matches(node, /(?:env|environment)(?:\.|\[")([A-Z][A-Z_]+)/g),
      ...matches(node, /\bvariable\("([A-Z_]+)"\)/g),
    ];
    expect(sorted(firstCells("Environment variables"))).toEqual(
      sorted(read.filter((name) => !own.includes(name))),
    );
  });
});
