/**
 * What every loader must bring about: the kernel starts whatever the machine's size, and each way
 * to fail ends within its time, with a message that names it and the status that belongs to it.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Boot, boot } from "./boot.ts";
import { type KernelLog, type LogLine } from "./kernel_log.ts";
import { type Engine } from "./engines.ts";
import { type Loader, buildIso, kindOf } from "./loaders.ts";
import { KERNEL, RELATIVELY, ROOT, runScript, withDirectory } from "./scripts.ts";

const FRAME = 4096;
const MEBIBYTE = 1 << 20;

/** How scripts/run_qemu_ovmf.sh ends. */
const PASS = 0;
const KERNEL_FAILED = 1;
const TIMEOUT = 124;

/** Seconds that a kernel that spins is given, one after the other until it gets as far as that. */
const SPIN_LIMITS = [8, 24, 72];
const SPIN_TIMEOUT = 240_000;

/** The name that the loader gives itself in the log. */
const LOADER_NAME = {
  limine: /^Limine \d+\.\d+/,
  stub: /^SlopOS stub \d+\.\d+/,
};

/**
 * The base revision that a loader serves to who asks for 3: Limine knows it since 8.3, and what is
 * older does not say that it chose 2.
 */
function baseRevision(loader: string): number {
  const [, major, minor] = /^Limine (\d+)\.(\d+)/.exec(loader) ?? [];
  return Number(major) < 8 || (Number(major) === 8 && Number(minor) < 3) ? 2 : 3;
}

/** Boots with `bytes` in place of the kernel. */
async function bootModule(loader: Loader, bytes: Uint8Array | string): Promise<Boot> {
  return withDirectory(async (work) => {
    const module = join(work, "module");
    writeFileSync(module, bytes);
    return boot(loader, { iso: ["--module", module] });
  });
}

function expectFailure({ status, log }: Boot, panic: RegExp): void {
  expect(log.panic, log.text).toMatch(panic);
  expect(status).toBe(KERNEL_FAILED);
  expect(log.text).not.toContain("Kernel Started!");
}

/** Bytes of an entry that the kernel can use: frame 0, which some loaders list, is none of them. */
function usableBytes({ message, values }: LogLine): number {
  const isAtZero = message.startsWith(`0x${"0".repeat(16)}-`);
  return Number(values.get("bytes")) - (isAtZero ? FRAME : 0);
}

/** The logged memory map has as many entries as the loader's, and its totals are their sums. */
function expectTotalsToAddUp(log: KernelLog): void {
  const entries = log.lines.filter(
    ({ tag, message }) => tag === "memmap" && message.startsWith("0x"),
  );
  expect(entries).toHaveLength(log.number("boot", "SlopOS", "entries"));
  for (const [type, key] of [
    ["usable", "usable"],
    ["bootloader_reclaimable", "reclaimable"],
  ] as const) {
    const bytes = entries
      .filter(({ message }) => message.endsWith(` ${type}`))
      .reduce((sum, entry) => sum + usableBytes(entry), 0);
    expect(log.number("memmap", "totals", key) * FRAME).toBe(bytes);
  }
}

/**
 * Declares the tests that boot with `loader` and run the kernel with `engine`. What does not depend on
 * the engine, or is tested with both elsewhere, is left to the interpreter.
 */
export function describeBoots(loader: Loader, engine: Engine): void {
  describe(`with the engine ${engine}`, () => {
    const isInterpreter = engine === "wasm3";
    describeMachines(loader, engine, isInterpreter ? [128, 512, 4096] : [512]);
    describeKernels(loader, engine);
    if (!isInterpreter) return;
    describeScripts(loader);
    describeModules(loader);
    describeInterpreted(loader);
  });
}

function describeMachines(loader: Loader, engine: Engine, sizes: readonly number[]): void {
  describe("a machine with", () => {
    it.each(sizes)("%i MB starts the kernel", async (megabytes) => {
      const { status, log } = await boot(loader, {
        engine,
        run: ["60", "--memory", `${megabytes}`],
      });
      expect(status, log.text).toBe(PASS);
      const name = log.line("boot", "SlopOS").values.get("loader")!;
      expect(name).toMatch(LOADER_NAME[kindOf(loader)]);
      expect(log.number("boot", "SlopOS", "base_revision")).toBe(baseRevision(name));
      expect(log.line("boot", "SlopOS").values.get("engine")).toBe(engine);
      log.line("boot", "SlopOS Kernel Started!");
      expect(log.panic).toBe("");

      expectTotalsToAddUp(log);
      const usable = log.number("memmap", "totals", "usable") * FRAME;
      expect(usable).toBeLessThan(megabytes * MEBIBYTE);
      expect(usable).toBeGreaterThan((megabytes - 64) * MEBIBYTE);
    });
  });
}

/** The scripts around a boot, which work the same whatever runs the kernel. */
function describeScripts(loader: Loader): void {
  it("the verdict and the console do not depend on the environment or on the log", () =>
    withDirectory(async (work) => {
      const iso = join(work, "test.iso");
      const CDPATH = `${ROOT}:/`;
      const made = await buildIso(loader, ["-o", iso], { CDPATH, POSIXLY_CORRECT: "1" });
      expect(made, made.stderr).toMatchObject({ status: PASS });
      const pipe = join(work, "pipe");
      execFileSync("mkfifo", [pipe]);
      for (const log of ["/dev/full", pipe]) {
        const { status, stdout } = await runScript("run_qemu_ovmf", [iso, "60", "--log", log], {
          env: { CDPATH },
          line: `${RELATIVELY} 2>&-`,
        });
        expect(status, log).toBe(PASS);
        expect(stdout.match(/boot: SlopOS Kernel Started!$/gm)).toHaveLength(1);
      }
    }));
}

/** Modules that are not this kernel: only the interpreter meets them. */
function describeModules(loader: Loader): void {
  describe("a kernel module that is", () => {
    it("empty is named in the panic", async () => {
      expectFailure(await bootModule(loader, ""), /^PANIC: \w+: .*module/);
    });

    it("truncated is named in the panic", async () => {
      const whole = readFileSync(KERNEL);
      const half = whole.subarray(0, whole.length >> 1);
      expectFailure(await bootModule(loader, half), /^PANIC: shim: .*module.*code=\d+ name=\w+/);
    });

    it("not WebAssembly is named in the panic", async () => {
      const text = "This is no WebAssembly module.\n".repeat(100);
      expectFailure(await bootModule(loader, text), /^PANIC: shim: .*module.*code=\d+ name=\w+/);
    });

    it("WebAssembly without the kernel's exports is named in the panic", async () => {
      const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
      expectFailure(await bootModule(loader, empty), /^PANIC: shim: .*module.*code=\d+ name=\w+/);
    });
  });
}

/** Boots with `options` on the command line. */
function bootWith(
  loader: Loader,
  engine: Engine,
  options: string,
  run: readonly string[] = ["60"],
): Promise<Boot> {
  return boot(loader, { engine, iso: ["--options", options], run });
}

/** What the matrix does with both engines, on other machines and with small kernels of its own. */
function describeInterpreted(loader: Loader): void {
  it("a plain 64-bit processor starts the kernel", async () => {
    const { status, log } = await boot(loader, { run: ["60", "--cpu", "qemu64"] });
    expect(status, log.text).toBe(PASS);
  });

  describe("a kernel that", () => {
    it("recurses without end is stopped by the runtime", async () => {
      const result = await bootWith(loader, "wasm3", "crash=recurse");
      expectFailure(result, /^PANIC: wasm: .*stack overflow/);
      expect(result.log.panic).toMatch(/^ +at .*recurse$/m);
    });

    it("leaves its memory is stopped at the first byte after it", async () => {
      const result = await bootWith(loader, "wasm3", "crash=bounds");
      expectFailure(result, /^PANIC: wasm: \[trap\] out of bounds memory access code=18 name=TRAP/);
      expect(result.log.panic).toMatch(/^ +at .*kernel_main$/m);
    });

    it(
      "spins is ended by the time limit",
      async () => {
        for (const limit of SPIN_LIMITS) {
          const { status, log } = await bootWith(loader, "wasm3", "crash=spin", [`${limit}`]);
          expect(status).toBe(TIMEOUT);
          if (log.text.includes("boot: spinning on request")) return;
        }
        expect.fail("the kernel never came to spin");
      },
      SPIN_TIMEOUT,
    );
  });
}

function describeKernels(loader: Loader, engine: Engine): void {
  it("a kernel module that is missing is named in the panic", async () => {
    const result = await boot(loader, { engine, iso: ["--module", "none"] });
    expectFailure(result, /^PANIC: shim: .*module/);
  });

  describe("a kernel that", () => {
    it("traps shows the error and a backtrace with function names", async () => {
      const result = await bootWith(loader, engine, "crash=trap");
      expectFailure(result, /^PANIC: wasm: .*unreachable/);
      expect(result.log.panic).toMatch(/^ +at .*kernel_main$/m);
    });

    it("gives up names the place, the reason and the code", async () => {
      expectFailure(
        await bootWith(loader, engine, "crash=panic"),
        /^PANIC: boot: crash requested code=15 name=UNSUPPORTED$/m,
      );
    });

    // Error codes: Intel SDM vol. 3A, 4.7. Bit 0: the page is there, bit 1: write, bit 4: fetch.
    const faults: [what: string, option: string, error: number][] = [
      ["reads through a null pointer", "crash=null", 0x0],
      ["writes to the shim's code", "crash=text-write", 0x3],
      ["executes its stack", "crash=stack-exec", 0x11],
    ];
    // Of the two executables it is the code that differs.
    const own = faults.filter(([, option]) => engine === "wasm3" || option === "crash=text-write");
    it.each(own)("%s is stopped by the page tables", async (_, option, error) => {
      const result = await bootWith(loader, engine, option);
      expectFailure(result, /^PANIC: cpu: page fault vector=14 /);
      const { panic } = result.log;
      expect(panic).toContain(` error=0x${error.toString(16)} `);
      const line = result.log.line("boot", "faulting on request");
      const register = (name: string) => BigInt(new RegExp(` ${name}=(\\w+)`).exec(panic)![1]!);
      expect(register("cr2")).toBe(BigInt(line.values.get("address")!));
      // A fetch faults at the address that was to be executed, before anything is.
      expect(register("rip") === register("cr2")).toBe(option === "crash=stack-exec");
    });
  });
}
