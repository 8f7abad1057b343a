/**
 * The C parts under AddressSanitizer and libFuzzer, with the same inputs every time; what is fuzzed
 * and how it is judged is in test/fuzz. `npm run test:fuzz -- --seconds N` looks for more.
 */

import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const RUNNER = join(ROOT, "test/fuzz/run.mjs");

const MINUTE = 60_000;

/** Inputs for each target: more than enough to reach all that the seeds lead to. */
const RUNS = 20_000;

/** The same for the clock, which polls a timer thousands of times in each. */
const CLOCK_RUNS = 1_000;

/** The same for the screen, of which each compares all pixels several times. */
const SCREEN_RUNS = 1_000;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the fuzzer's command as a user would. */
function fuzz(...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    const child = execFile("node", [RUNNER, ...args], (_, stdout, stderr) =>
      done({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** The first run builds everything, which takes longer than all the rest. */
beforeAll(async () => {
  const { status, stderr } = await fuzz("--runs", "1", "config");
  expect(status, stderr).toBe(0);
}, 4 * MINUTE);

describe("the C sources hold their promises for any input:", () => {
  it.each([
    ["config", RUNS],
    ["elf", RUNS],
    ["memory_map", RUNS],
    ["requests", RUNS],
    ["paging", RUNS],
    ["boot_info", RUNS],
    ["clock", CLOCK_RUNS],
    ["keyboard", RUNS],
    ["screen", SCREEN_RUNS],
  ])(
    "%s",
    async (target, runs) => {
      const { status, stdout, stderr } = await fuzz("--runs", `${runs}`, target);
      expect(status, stderr).toBe(0);
      const executions = Number(/executions=(\d+)/.exec(stdout)?.[1]);
      expect(executions).toBeGreaterThanOrEqual(runs);
    },
    MINUTE,
  );

  it(
    "the shim survives every wasm module",
    async () => {
      const { status, stdout, stderr } = await fuzz("modules");
      expect(status, stderr).toBe(0);
      // They are refused, trap and run, each in numbers: none of them is the answer to all.
      for (const outcome of ["refused", "trapped", "started"]) {
        const count = Number(new RegExp(` ${outcome}=(\\d+)`).exec(stdout)?.[1]);
        expect(count, stdout).toBeGreaterThan(100);
      }
    },
    3 * MINUTE,
  );
});

describe("the stub's BLAKE2b", () => {
  it("is OpenSSL's, for each length up to several blocks", () => {
    const data = Uint8Array.from({ length: 700 }, (_, i) => (i * i * 31 + i) >> 3);
    const program = join(ROOT, "builddir/fuzz/blake2b_lines");
    const { stdout } = spawnSync(program, { input: data, encoding: "utf8" });
    const hashes = stdout.trim().split("\n");
    expect(hashes).toHaveLength(data.length + 1);
    for (const [length, hash] of hashes.entries()) {
      const expected = createHash("blake2b512").update(data.subarray(0, length)).digest("hex");
      expect(hash, `${length} bytes`).toBe(expected);
    }
  });
});

describe("test/fuzz/run.mjs refuses", () => {
  it.each([
    ["an unknown target", ["kernel"], /no target 'kernel'/],
    ["an unknown option", ["--frobnicate"], /Unknown option '--frobnicate'/],
    ["no runs", ["--runs", "0"], /--runs must be a whole number from 1, not '0'/],
    ["a time that is a word", ["--seconds", "long"], /--seconds must be/],
  ])("%s", async (_, args, message) => {
    const { status, stderr } = await fuzz(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
