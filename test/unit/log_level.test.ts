/**
 * The options: which lines of a boot `log=` shows, and what is said of a word that is no option.
 */

import { describe, expect, test } from "vitest";
import { Machine } from "../../sim/machine.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { page, rows, section } from "../support/markdown.ts";
import { recordedMap } from "../support/memmaps.ts";

const { entries } = recordedMap("qemu-i440fx-128m");

/** A map with memory that no frame number reaches: its boot has a warning. */
const WITH_WARNING = [...entries, { base: 1n << 44n, length: 1n << 30n, type: 0 }];

function linesWith(options: string): readonly string[] {
  const { log, status } = new Machine({ memoryMap: WITH_WARNING, options }).boot(kernelModule());
  expect(status).toBe(0);
  // The first line is the machine's own.
  return log.slice(1);
}

const isStarted = (line: string) => line.includes("boot: SlopOS Kernel Started!");
const isPlan = (line: string) => line.includes("mm: runtime storage plan: ");
const isWarning = (line: string) => line.includes("memmap: memory above 16 TiB is not used: ");

describe("the log shows", () => {
  test.each(["", "log=info"])("with '%s' information, no details", (options) => {
    const lines = linesWith(options);
    expect(lines.filter(isStarted)).toHaveLength(1);
    expect(lines.filter(isWarning)).toHaveLength(1);
    expect(lines.filter(isPlan)).toHaveLength(0);
  });

  test("with log=debug the details too", () => {
    const lines = linesWith("log=debug");
    expect(lines.filter(isStarted)).toHaveLength(1);
    expect(lines.filter(isPlan)).toHaveLength(1);
  });

  test("with log=warn warnings only", () => {
    const lines = linesWith("selftest=off log=warn");
    expect(lines).toHaveLength(1);
    expect(lines.filter(isWarning)).toHaveLength(1);
  });

  test("with log=error nothing of a boot that succeeds", () => {
    expect(linesWith("log=error")).toEqual([]);
  });

  test("a warning about a level that there is not, and goes on with the default", () => {
    const lines = linesWith("log=everything");
    expect(lines[0]).toContain("boot: unknown value of log=, ignored; known are error, warn,");
    expect(lines.filter(isStarted)).toHaveLength(1);
    expect(lines.filter(isPlan)).toHaveLength(0);
  });

  test("the panic line at every level", () => {
    const { log, status } = new Machine({ memoryMap: [], options: "log=error" }).boot(
      kernelModule(),
    );
    expect(status).toBe(3);
    expect(log.slice(1)).toEqual([expect.stringMatching(/^PANIC: memmap: .* code=3 /)]);
  });
});

describe("a word that is no option", () => {
  /** The words that a boot with `options` warns of. */
  const unknown = (options: string) =>
    linesWith(options).flatMap((line) => /unknown option.* option="(.*)"$/.exec(line)?.[1] ?? []);

  test.each([
    ["slftest=full", ["slftest=full"]],
    ["selftest", ["selftest"]],
    ["log=debug  Log=debug  x", ["Log=debug", "x"]],
    ["quiet log=info", ["quiet"]],
    [' a=1\tb=2 \u0007 "q" ', ["a=1?b=2", "?", "?q?"]],
    ["", []],
    ["   ", []],
  ])("%j: %j", (options, expected) => {
    expect(unknown(options)).toEqual(expected);
  });

  test("is cut where the line ends, and the boot goes on", () => {
    const lines = linesWith("x".repeat(1024));
    expect(lines.filter((line) => line.includes("unknown option"))).toHaveLength(1);
    expect(lines.filter(isStarted)).toHaveLength(1);
  });

  test("is none of those in the manual", () => {
    const options = rows(section(page("docs/usage.md"), "Kernel command line")).slice(1);
    const keys = options.map(([cell = ""]) => /^`(\w+=)/.exec(cell)![1]!);
    expect(keys).toContain("selftest=");
    expect(unknown(keys.join(" "))).toEqual([]);
  });
});
