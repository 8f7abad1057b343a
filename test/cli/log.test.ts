import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { textInput } from "../../tools/formats/text.ts";
import { BootLog, numberOf, parseLogLine } from "../../tools/log/boot_log.ts";
import { disagreements } from "../../tools/log/log_checks.ts";
import { type LogSummary, summariseLog } from "../../tools/log/log_summary.ts";
import { main } from "../../tools/cli/main.ts";
import { bootKernel } from "../support/booted_kernel.ts";
import { recordedMaps } from "../support/memmaps.ts";
import { runProgram } from "../support/program_machine.ts";
import { assembleInNode } from "../support/wat.ts";

const MACHINES = recordedMaps().filter(({ name }) => !name.startsWith("limine-pr288"));
const BOOTED = bootKernel({ memoryMap: MACHINES[1]!.entries, options: "log=debug" });

describe("a line of the log", () => {
  it("is taken apart into time, tag, words and values", () => {
    const text =
      '[   12.000345] mm: ready: usable=7450 name="a b" root=0x1d00000 empty= elapsed_us=842';
    expect(parseLogLine(text)).toEqual({
      time_us: 12_000_345,
      text,
      tag: "mm",
      message: "ready:",
      values: { usable: "7450", name: "a b", root: "0x1d00000", empty: "", elapsed_us: "842" },
    });
  });

  it("may stand behind what firmware left on the line", () => {
    const line = parseLogLine("BdsDxe: starting [    0.000001] boot: SlopOS Kernel Started!");
    expect(line).toMatchObject({ time_us: 1, message: "SlopOS Kernel Started!" });
    expect(line?.text).toBe("[    0.000001] boot: SlopOS Kernel Started!");
  });

  it("may be the last of a boot that failed", () => {
    expect(parseLogLine("PANIC: memmap: no frame code=4 name=NO_USABLE_MEMORY")).toEqual({
      time_us: null,
      level: "panic",
      text: "PANIC: memmap: no frame code=4 name=NO_USABLE_MEMORY",
      tag: "memmap",
      message: "no frame",
      values: { code: "4", name: "NO_USABLE_MEMORY" },
    });
  });

  it.each([
    "",
    "hello",
    "[    0.000000] BIOS-e820: [mem 0x0-0xfff] usable",
    "[0.0] mm: x=1",
    "panic: mm: x",
    "[    0.000001] mm hello",
  ])("is not %j", (text) => {
    expect(parseLogLine(text)).toBeNull();
  });

  it("has numbers in decimal only", () => {
    const line = parseLogLine("[    0.000001] mm: a=12 b=0x12 c=1x d=-1 e=");
    expect(["a", "b", "c", "d", "e", "f"].map((key) => numberOf(line!, key))).toEqual([
      12,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it("is the last boot's, where there are several", () => {
    const log = new BootLog([...BOOTED.log, "[    0.5] noise", ...BOOTED.log.slice(0, 4)]);
    expect(log.lines).toHaveLength(4);
    expect(log.first?.values["loader"]).toMatch(/^Simulated machine/);
  });
});

describe("the log of a boot", () => {
  it.each(MACHINES)("of $name says what the exports say", ({ entries }) => {
    const { log, kernel, machine, told } = bootKernel({ memoryMap: entries, options: "log=debug" });
    const summary = summariseLog(log);
    expect(summary.started).toBe(true);
    expect(summary.failure).toBeNull();
    expect(disagreements(summary)).toEqual([]);
    expect(summary.announced_entries).toBe(machine.memoryMap.length);
    expect(summary.entries.map(({ base, length }) => [BigInt(base), BigInt(length)])).toEqual(
      machine.memoryMap.map(({ base, length }) => [base, length]),
    );
    // The reader of the boot tests is another one.
    expect(summary.ready?.managed).toBe(told.number("mm", "ready", "managed"));
    expect(summary.ready?.metadata_bytes).toBe(kernel.mmStat(8));
    expect(summary.ready?.linear_bytes).toBe(kernel.mmStat(13));
    expect(summary.reclaimed?.frames).toBe(kernel.mmStat(12));
    expect(summary.storage_plan?.entries).toBe(machine.memoryMap.length);
    expect(summary.carved.map(({ kind }) => kind)).toEqual([
      "free run storage",
      "reserved region storage",
      "buddy tables",
      "page allocator tables",
    ]);
    expect(summary.reservations).toHaveLength(kernel.mmStat(7));
    expect(summary.paging).toEqual({
      root: `0x${machine.pageRoot.toString(16)}`,
      tables: told.number("paging", "identity paging installed", "tables"),
    });
  });

  it("of a machine says what can be read in it", () => {
    const path = new URL("fixtures/slopos-limine-512m.txt", import.meta.url);
    const { lines } = textInput(readFileSync(path, "utf8"));
    const summary = summariseLog(lines.map(({ text }) => text));
    expect(disagreements(summary)).toEqual([]);
    expect(summary).toMatchObject({
      version: "0.1.0",
      loader: "Limine 8.2.0",
      announced_entries: 35,
      sanitised: { regions: 33, dropped: 0, clipped: 0, grown: 0, overlapping: 0 },
      totals: { usable: 127721, reclaimable: 989, reserved: 69825, entries: 35 },
      handoff: { free_runs: 12, reserved: 16, elapsed_us: 13444 },
      page_alloc: { frames: 127685, bytes: 522997760, free: 127685 },
      buddy_alloc: { frames: 127685, free: 127685, max_order: 18, largest_free_order: 15 },
      match: { managed: 127685, free: 127685, allocated: 0 },
      paging: { root: "0x1f7fe000", tables: 39 },
      reclaimed: { frames: 976 },
      self_test: { checks: 679 },
      ready: { usable: 127721, managed: 128661, free: 128626, metadata_bytes: 147456 },
      started: true,
      failure: null,
    });
    expect(summary.entries).toHaveLength(35);
    expect(summary.entries[1]).toEqual({ base: "0x100000", length: "0x706000", kind: "usable" });
    expect(summary.carved[2]).toEqual({
      base: "0x19bfa000",
      length: "0xe000",
      kind: "buddy tables",
    });
  });

  it("has parts that are hidden at another level, and agrees for all that", () => {
    const { log } = bootKernel({ memoryMap: MACHINES[1]!.entries });
    const summary = summariseLog(log);
    expect(summary).toMatchObject({ started: true, storage_plan: null, reservations: [] });
    expect(summary.regions).toEqual([]);
    expect(disagreements(summary)).toEqual([]);
  });

  it("ends early at any line without a disagreement that is none", () => {
    for (let lines = 0; lines < BOOTED.log.length; ++lines) {
      const summary = summariseLog(BOOTED.log.slice(0, lines));
      expect(summary.started).toBe(false);
      // Before it is sanitised, not all of the map is listed.
      if (summary.sanitised) expect(disagreements(summary)).toEqual([]);
    }
  });
});

describe("figures that disagree", () => {
  const summary = summariseLog(BOOTED.log);
  const off = <Part extends object>(part: Part | null, key: keyof Part): Part => ({
    ...part!,
    [key]: (part![key] as number) + 1,
  });

  it.each<[string, LogSummary, number]>([
    ["announced entries", { ...summary, announced_entries: 1 }, 1],
    ["listed entries", { ...summary, entries: summary.entries.slice(1) }, 2],
    ["counted entries", { ...summary, totals: off(summary.totals, "entries") }, 1],
    ["usable frames", { ...summary, totals: off(summary.totals, "usable") }, 1],
    [
      "the page allocator's frames",
      { ...summary, page_alloc: off(summary.page_alloc, "frames") },
      3,
    ],
    ["the page allocator's bytes", { ...summary, page_alloc: off(summary.page_alloc, "bytes") }, 1],
    [
      "the page allocator's free frames",
      { ...summary, page_alloc: off(summary.page_alloc, "free") },
      1,
    ],
    ["the buddy's frames", { ...summary, buddy_alloc: off(summary.buddy_alloc, "frames") }, 1],
    ["the buddy's free frames", { ...summary, buddy_alloc: off(summary.buddy_alloc, "free") }, 1],
    ["managed frames", { ...summary, match: off(summary.match, "managed") }, 3],
    ["allocated frames", { ...summary, match: off(summary.match, "allocated") }, 1],
    ["reclaimed frames", { ...summary, reclaimed: off(summary.reclaimed, "frames") }, 1],
    ["managed frames at the end", { ...summary, ready: off(summary.ready, "managed") }, 1],
    ["usable frames at the end", { ...summary, ready: off(summary.ready, "usable") }, 1],
  ])("%s", (_, changed, count) => {
    const faults = disagreements(changed);
    expect(faults).toHaveLength(count);
    for (const fault of faults) expect(fault).toMatch(/^[a-z-]+ .*: \d+ and \d+$/);
  });
});

describe("the log of a program", () => {
  const run = (body: string, more = "") =>
    runProgram(
      assembleInNode(
        `(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          ${more} (memory (export "memory") 3) (func (export "_start") ${body}))`,
      ),
      { args: ["p.wasm", "one"] },
    ).machine.console.lines;

  it("says how it ended and that everything is back", () => {
    const summary = summariseLog(run("(call $exit (i32.const 7))"));
    expect(summary.program).toMatchObject({
      name: "p.wasm",
      arguments: 2,
      ended: { status: 7, memory_bytes: 3 * 65_536 },
      how: "exited",
    });
    expect(summary.program!.match!.free).toBe(summary.ready!.free);
    expect(disagreements(summary)).toEqual([]);
    expect(summariseLog(run("unreachable")).program).toMatchObject({
      how: "trapped",
      ended: { status: 18 },
    });
  });

  it("is that of none without one, and of one that never started if it was refused", () => {
    expect(summariseLog(BOOTED.log).program).toBeNull();
    const refused = summariseLog(run("", `(import "env" "f" (func))`)).program;
    expect(refused).toMatchObject({ name: "", bytes: null, how: "refused", ended: { status: 17 } });
  });

  it("is read in words by slopos log, whose status is the boot's", async () => {
    let out = "";
    const lines = run("(call $exit (i32.const 7))");
    const read = (text: string) =>
      main(["log", "-"], {
        out: (said) => (out += said),
        err: (said) => (out += said),
        input: () => Promise.resolve(text),
        colours: false,
      });
    expect(await read(lines.join("\n"))).toBe(0);
    expect(out).toMatch(/Program p\.wasm\n *exited +status 7\n *memory +192 KiB\n/);
    const lost = lines.map((line) =>
      line.includes("program: ended")
        ? line
        : line.replace(/(totals match: .*)free=\d+/, "$1free=1"),
    );
    expect(await read(lost.join("\n"))).toBe(1);
    expect(out).toContain("free frames before the program, and after it: ");
    const endless = lines.slice(
      0,
      lines.findIndex((line) => line.includes("program: ended")),
    );
    expect(summariseLog(endless).program).toMatchObject({ name: "p.wasm", ended: null, how: "" });
  });

  it("is not misread where the program prints lines of the kernel's", () => {
    const lines = run("(call $exit (i32.const 7))");
    const at = lines.findIndex((line) => line.includes("program: started"));
    const forged = [
      "[    0.000001] program: ended: status=0 memory_bytes=1 heap_bytes=1 frames=1 how=exited",
      "[    0.000001] mm: totals match: managed=9 free=9 allocated=0",
    ];
    const summary = summariseLog([...lines.slice(0, at + 1), ...forged, ...lines.slice(at + 1)]);
    expect(summary.program!.ended!.status).toBe(7);
    expect(disagreements(summary)).toEqual([]);
  });
});
