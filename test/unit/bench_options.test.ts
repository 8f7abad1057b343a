/**
 * The benchmark's command line.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ENGINES, parseOptions, UsageError } from "../../bench/options.ts";
import { WORKLOADS } from "../../tools/judge/workloads/workloads.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function measured(...args: string[]): string[] {
  return parseOptions(args).workloads.flatMap(({ measures }) => measures.map(({ id }) => id));
}

describe("the benchmark's options", () => {
  test("ask for everything by default", () => {
    const options = parseOptions([]);
    expect(options.workloads).toEqual(WORKLOADS);
    expect(options.engines).toEqual(ENGINES);
    expect(options).toMatchObject({ everything: true, rounds: 7, save: false, check: false });
  });

  test("choose workloads by the beginning of a name", () => {
    expect(measured("--only", "W3")).toEqual(["W3 single", "W3 geometric", "W3 uniform"]);
    expect(measured("--only", "w1, order-9 pair")).toEqual(["W1", "order-9 pair"]);
    expect(measured("--only", "W2 free")).toEqual(["W2 alloc", "W2 free"]);
    expect(parseOptions(["--only", "W3"]).everything).toBe(false);
  });

  test("make it quick, and let the rest be said", () => {
    expect(parseOptions(["--quick"])).toMatchObject({ engines: ["v8"], rounds: 3 });
    const chosen = parseOptions(["--quick", "--engines", "wasm3,native", "--rounds", "9"]);
    expect(chosen).toMatchObject({ engines: ["wasm3", "native"], rounds: 9 });
  });

  test.each([
    [["--only", "W9"], 'no workload "W9"; there are W1, d64'],
    [["--only", ""], 'no workload ""'],
    [["--engines", "spidermonkey"], 'no engine "spidermonkey"; there are v8, calls'],
    [["--rounds", "0"], '1 to 99, not "0"'],
    [["--rounds", "ten"], '1 to 99, not "ten"'],
    [["--save", "--quick"], "--save keeps whole runs"],
    [["--save", "--only", "W1"], "--save keeps whole runs"],
    [["--save", "--engines", "v8"], "--save keeps whole runs"],
    [["--fast"], "--fast"],
    [["W1"], "W1"],
    [["--json"], "--json"],
  ])("refuse %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  test("that are wrong end the program with status 2 and a reason, before anything is built", () => {
    const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [tsx, "bench/main.ts", "--only", "W9"],
      { cwd: ROOT, encoding: "utf8", timeout: 30_000 },
    );
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain('bench: --only: no workload "W9"');
  });
});
