/** The commands as `main` runs them, with the text that they write. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../tools/cli/main.ts";
import { wantsColours } from "../../tools/cli/terminal.ts";
import { FORMS, readMemoryMap } from "../../tools/formats/read_map.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { type Plan, planMachine } from "../../tools/plan/plan.ts";
import { type Trace } from "../../tools/trace/trace.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { recordedMaps } from "../support/memmaps.ts";

const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slopos-cli-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file with `text`; its path. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line; `input` is standard input. */
async function run(words: readonly string[], { input = "", colours = false } = {}): Promise<Ran> {
  let out = "";
  let err = "";
  const status = await main(words, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    input: () => Promise.resolve(input),
    colours,
  });
  return { status, out, err };
}

/** The longest line of `text`, in characters. */
function width(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

describe("slopos plan", () => {
  it.each(recordedMaps())("prints $name within 100 columns, without colours", async ({ name }) => {
    const { status, out, err } = await run(["plan", "--machine", name]);
    expect(width(out + err)).toBeLessThanOrEqual(100);
    // eslint-disable-next-line no-control-regex
    expect(out + err).not.toMatch(/\u001b/);
    if (status !== 0) return;
    const json = (await run(["plan", "--machine", name, "--json"])).out;
    const plan = JSON.parse(json) as Plan;
    for (const part of ["Reserved: ", "Managed: ", "Storage plan", "Free memory by", "Totals"]) {
      expect(out).toContain(`\n${part}`);
    }
    for (const { base } of [...plan.runs, ...plan.reservations]) {
      expect(out).toContain(`  0x${BigInt(base).toString(16).padStart(16, "0")}-0x`);
    }
    const managed = plan.totals!.managed.toLocaleString("en-US");
    expect(out).toMatch(new RegExp(`\n  managed +${managed} frames `));
    expect(out).toMatch(new RegExp(`\n  largest block +order ${plan.largest_block!.order} `));
    expect(out).toContain(`${plan.metadata_bytes_per_frame!.toFixed(2)} bytes/frame`);
  });

  it("prints the very plan as JSON", async () => {
    const { status, out, err } = await run(["plan", join(FIXTURES, "firebird.txt"), "--json"]);
    const map = readMemoryMap(readFileSync(join(FIXTURES, "firebird.txt"), "utf8"));
    expect(status).toBe(0);
    expect(err).toBe("");
    expect(JSON.parse(out)).toEqual(planMachine(kernelModule(), map));
  });

  it("reads standard input for -", async () => {
    const input = readFileSync(join(FIXTURES, "firebird.txt"), "utf8");
    const piped = await run(["plan", "-"], { input });
    expect(piped).toEqual(await run(["plan", join(FIXTURES, "firebird.txt")]));
    expect(piped.status).toBe(0);
  });

  it("makes up a PC of a size, and hands options to the kernel", async () => {
    const { out } = await run(["plan", "--size", "64M", "--options", "selftest=off", "--json"]);
    const expected = planMachine(kernelModule(), syntheticMap("64M"), { options: "selftest=off" });
    expect(JSON.parse(out)).toEqual(expected);
    expect(expected.options).toContain("selftest=off");
  });

  it("shows what to know about the map", async () => {
    const { out } = await run(["plan", join(FIXTURES, "limine-qemu-256m.txt")]);
    expect(out).toContain("note: sizes are given in rounded units");
  });

  it("lets no file write to the terminal what is not to be seen", async () => {
    const input = '{"source": "\\u001b[2Jevil\\u0007\\u009b", "entries": []}';
    const { out } = await run(["plan", "-"], { input });
    expect(out).toContain(" on ?[2Jevil?? (JSON map file)\n");
  });

  it("takes another kernel, and says so if a file is none", async () => {
    const other = file("other.wasm", "this is no module");
    const { status, err } = await run(["plan", "--size", "64M", "--kernel", other]);
    expect(status).toBe(2);
    expect(err).toContain(`${other} is no WebAssembly module`);
    // The smallest module: nothing but magic number and version.
    const empty = file("empty.wasm", "\0asm\u0001\0\0\0");
    expect((await run(["plan", "--size", "64M", "--kernel", empty])).err).toBe(
      `slopos: ${empty} is no kernel of SlopOS\n`,
    );
    const missing = await run(["plan", "--size", "64M", "--kernel", `${other}.not`]);
    expect([missing.status, missing.out]).toEqual([2, ""]);
    expect(missing.err).toContain(`${other}.not is missing`);
  });

  it.each([
    ["EMPTY_MEMORY_MAP (code 3)", '{"entries": []}'],
    ["NO_USABLE_MEMORY (code 4)", "BIOS-e820: [mem 0x0-0xfff] usable"],
    ["OUT_OF_FRAMES (code 6)", "BIOS-e820: [mem 0x1000-0x1fff] usable"],
  ])("ends with 1 where the kernel refuses the map: %s", async (error, map) => {
    for (const json of [[], ["--json"]]) {
      const { status, out, err } = await run(["plan", "-", ...json], { input: map });
      expect(status).toBe(1);
      expect(err).toContain(`the kernel did not start: ${error}`);
      expect(err).toContain("PANIC: m");
      expect(out).not.toBe("");
    }
  });

  it("ends with 1 where the kernel traps", async () => {
    const { status, err } = await run(["plan", "--size", "64M", "--options", "crash=trap"]);
    expect([status, err]).toEqual([1, expect.stringContaining("did not start: it trapped")]);
  });

  it("ends with 1 where the simulated machine objects", async () => {
    const { status, err } = await run(["plan", "--size", "64M", "--options", "crash=null"]);
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/^slopos: the simulated machine objects: /),
    ]);
  });

  it.each(["", "no memory map"])("ends with 2 and lists the forms for %j", async (input) => {
    const { status, out, err } = await run(["plan", "-"], { input });
    expect([status, out]).toEqual([2, ""]);
    expect(width(err)).toBeLessThanOrEqual(100);
    for (const { name, example } of FORMS) {
      expect(err).toContain(`  ${name}\n    ${example.replaceAll("\n", "\n    ")}\n`);
    }
  });

  it.each([
    [["plan"], "which machine? give a FILE"],
    [["plan", "a", "--size", "1G"], "exclude each other"],
    [["plan", "--size", "big"], '"big" is not a size'],
    [["plan", "--size", "1M"], "between 2 MiB and 4096 TiB"],
    [["plan", "--size", "4096"], '"4096" has no unit; write 4096M for MiB'],
    [["plan", "--machine", "pdp-11"], "limine-ovmf-512m"],
    [["plan", "--machine", "../memmaps/limine-ovmf-512m"], 'no machine "../memmaps'],
    [["plan", "/nowhere/at.all"], "cannot read /nowhere/at.all: there is no such file"],
    [["plan", "/"], "cannot read /: that is a folder"],
    [["plan", "a", "b"], "too many arguments"],
    [["plan", "--colour"], "unknown option"],
    [["explode"], "unknown command"],
    [[], "Usage: slopos"],
    [["trace", "--size", "64M"], "which operations? give --ops SCRIPT or --random N"],
    [["trace", "--size", "64M", "--random", "0"], "It is a whole number from 1"],
    [["trace", "--size", "64M", "--random", "1e3"], "It is a whole number from 1"],
    [["trace", "--size", "64M", "--random", "5", "--ops", "x"], "cannot be used with option"],
    [["trace", "-", "--ops", "-"], "standard input cannot be both"],
    [["trace", "--size", "64M", "--ops", "/nowhere"], "cannot read /nowhere"],
    [["log"], "missing required argument"],
    [["log", "/nowhere"], "cannot read /nowhere"],
    [["log", "-"], "no line of a SlopOS boot is in the input"],
  ])("ends with 2 for %j", async (words, message) => {
    const { status, out, err } = await run(words);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(width(err)).toBeLessThanOrEqual(100);
  });
});

describe("slopos trace", () => {
  const SCRIPT = "alloc a order=3\nfree a\nfree a\n";

  it("replays a script, and prints what was refused", async () => {
    const path = file("script", SCRIPT);
    const { status, out, err } = await run(["trace", "--size", "64M", "--ops", path]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toContain("3 operations on a PC with 64 MiB");
    expect(out).toMatch(/\n {2}free +1 {2}refused: NOT_ALLOCATED \(code 10\)\n/);
    expect(width(out)).toBeLessThanOrEqual(100);
    expect((await run(["trace", "--size", "64M", "--ops", "-"], { input: SCRIPT })).out).toBe(out);
  });

  it("prints random operations as a table and as JSON", async () => {
    const words = ["trace", "--machine", "limine-ovmf-128m", "--random", "3000", "--seed", "9"];
    const { status, out } = await run([...words, "--samples", "5"]);
    const trace = JSON.parse((await run([...words, "--samples", "5", "--json"])).out) as Trace;
    expect(status).toBe(0);
    expect(width(out)).toBeLessThanOrEqual(100);
    expect(trace.samples).toHaveLength(6);
    for (const { operations, allocated, free } of trace.samples) {
      const [count, used, left] = [operations, allocated, free].map((n) =>
        n.toLocaleString("en-US"),
      );
      expect(out).toMatch(new RegExp(`\n +${count} +${used} +${left} `));
    }
    expect((await run([...words, "--samples", "5"])).out).toBe(out);
    expect((await run([...words.slice(0, -1), "10", "--samples", "5"])).out).not.toBe(out);
  });

  it("ends with 2 for a script that is wrong, and names the line", async () => {
    const { status, err } = await run(["trace", "--size", "64M", "--ops", "-"], {
      input: "alloc a\nfree b",
    });
    expect([status, err]).toEqual([2, 'slopos: -: line 2: nothing was allocated as "b"\n']);
  });

  it("ends with 1 where the kernel does not start", async () => {
    const { status, err } = await run(["trace", "-", "--random", "5"], {
      input: '{"entries": []}',
    });
    expect([status, err]).toEqual([1, expect.stringContaining("EMPTY_MEMORY_MAP (code 3)")]);
  });
});

describe("slopos log", () => {
  const { log } = planMachine(kernelModule(), syntheticMap("64M"));
  const text = log.join("\r\n");

  it("prints what the boot came to", async () => {
    const { status, out, err } = await run(["log", file("boot.log", text)]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^SlopOS \S+, loaded by Simulated machine \S+: started\n/);
    expect(out).toMatch(/\n {2}self-test +\d+ checks +passed\n/);
    expect(width(out)).toBeLessThanOrEqual(100);
  });

  it("prints it as JSON", async () => {
    const { status, out } = await run(["log", "-", "--json"], { input: text });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ started: true, failure: null, disagreements: [] });
  });

  it("ends with 1 for a log that ends too early", async () => {
    const { status, out, err } = await run(["log", "-"], { input: log.slice(0, -1).join("\n") });
    expect(status).toBe(1);
    expect(out).toContain(": did not start\n");
    expect(err).toBe("the log ends before the line that says the kernel started\n");
  });

  it("ends with 1 for a boot that failed", async () => {
    const input = [...log.slice(0, 3), "PANIC: mm: no storage code=6 name=OUT_OF_FRAMES"].join(
      "\n",
    );
    const { status, err } = await run(["log", "-"], { input });
    expect(status).toBe(1);
    expect(err).toContain("the kernel did not start: OUT_OF_FRAMES (code 6)\n");
  });

  it("ends with 1 where totals disagree", async () => {
    const input = text.replace(/(mm: ready: usable=\d+ managed=)\d+/, "$11");
    const { status, out, err } = await run(["log", "-"], { input });
    expect(status).toBe(1);
    expect(out).toContain("\nFigures that disagree\n  managed frames at the handoff");
    expect(err).toContain("the boot's totals disagree");
  });
});

describe("colours", () => {
  it("are there for a terminal, and change nothing else", async () => {
    const words = ["plan", join(FIXTURES, "limine-qemu-256m.txt")];
    const plain = (await run(words)).out;
    const coloured = (await run(words, { colours: true })).out;
    expect(coloured).not.toBe(plain);
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
  });

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
  ])("terminal %s, environment %j: %s", (isTerminal, environment, wanted) => {
    expect(wantsColours(isTerminal, environment)).toBe(wanted);
  });
});

describe("help", () => {
  it.each(["plan", "trace", "log", "judge"])("of %s fits and has examples", async (command) => {
    const { status, out } = await run([command, "--help"]);
    expect(status).toBe(0);
    expect(width(out)).toBeLessThanOrEqual(100);
    expect(out).toContain("Examples:\n  ");
    expect((await run(["help", command])).out).toBe(out);
  });

  it("lists the commands", async () => {
    const { status, out } = await run(["--help"]);
    expect(status).toBe(0);
    for (const command of ["plan", "trace", "log", "judge"])
      expect(out).toContain(`\n  ${command} `);
  });
});
