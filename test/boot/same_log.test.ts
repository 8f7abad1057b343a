/**
 * It is the same kernel, whatever runs it: two shims, one of each engine, laid out alike and of one
 * size, make the same machine of QEMU, and then the logs are the same to the last digit but for
 * times and the engine's name.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { boot } from "./boot.ts";
import { type Engine, ENGINES, shimOf } from "./engines.ts";
import { ROOT, withDirectory } from "./scripts.ts";

const BUILD = join(ROOT, "builddir");

/** Boots with a full self-test. */
const TIMEOUT = 240_000;

/** What both shims' files are filled up to. */
const FILE_BYTES = 2 << 20;

/** Where each part of both images ends: at the next of these, whatever is in it. */
const PART_BYTES = "0x400000";

/** The linker script of the shims, with parts of the same size for both. */
function paddedScript(): string {
  const script = readFileSync(join(ROOT, "shim/linker.ld"), "utf8");
  const ends = script.replaceAll(
    /(\. = ALIGN\()4096(\);\n\s+image_\w+_end = \.;)/g,
    (_, before: string, after: string) => `${before}${PART_BYTES}${after}`,
  );
  // The loader takes what the last part has, not where it ends.
  return ends.replace("*(COMMON) }", `*(COMMON) . = ALIGN(${PART_BYTES}); }`);
}

/** Links the shim of `engine` once more, into `folder`; returns the file. */
function linkPadded(engine: Engine, folder: string): string {
  const name = basename(shimOf(engine));
  const script = join(folder, "padded.ld");
  const output = join(folder, name);
  writeFileSync(script, paddedScript());
  const commands = execFileSync("ninja", ["-C", BUILD, "-t", "commands", name], {
    encoding: "utf8",
  });
  const [linker = "", ...words] = commands.trimEnd().split("\n").at(-1)!.split(" ");
  const replaced = words.map((word, index) => {
    if (words[index - 1] === "-T") return script;
    return words[index - 1] === "-o" ? output : word;
  });
  execFileSync(linker, [...replaced, "--strip-all"], { cwd: BUILD });
  expect(statSync(output).size).toBeLessThan(FILE_BYTES);
  truncateSync(output, FILE_BYTES);
  return output;
}

/** `text` without times and the engine's name. */
function withoutTimes(text: string): string {
  return text
    .replaceAll(/^\[ *\d+\.\d{6}\]/gm, "[]")
    .replaceAll(/ elapsed_us=\d+/g, "")
    .replace(/ engine=\w+/, "");
}

describe("both engines log the same", () => {
  it.each([
    { megabytes: 128, options: "log=debug" },
    { megabytes: 512, options: "log=debug selftest=full reclaim=poison" },
    { megabytes: 4096, options: "log=debug" },
  ])(
    "with $megabytes MB and $options",
    ({ megabytes, options }) =>
      withDirectory(async (work) => {
        const logs: string[] = [];
        for (const engine of ENGINES) {
          const iso = ["--shim", linkPadded(engine, work), "--options", options];
          const run = ["80", "--memory", `${megabytes}`];
          const { status, log } = await boot("stub", { engine, iso, run });
          expect(status, log.text).toBe(0);
          expect(log.line("boot", "SlopOS").values.get("engine")).toBe(engine);
          logs.push(withoutTimes(log.text));
        }
        expect(logs[0]!.split("\n").length).toBeGreaterThan(60);
        expect(logs[1]).toBe(logs[0]);
      }),
    TIMEOUT,
  );
});
