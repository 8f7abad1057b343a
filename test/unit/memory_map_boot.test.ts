/**
 * The kernel, booted on every recorded memory map: the log must tell the map as the loader gave it,
 * and the totals must be those that the reference sanitiser arrives at on its own.
 */

import { describe, expect, test } from "vitest";
import { BlockState } from "../../abi/frame.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { Machine } from "../../sim/machine.ts";
import { MEMORY_TYPE_NAMES, type MemoryMapEntry } from "../../sim/memory_map.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { type RecordedMap, recordedMaps } from "../support/memmaps.ts";
import { framesOfType, sanitise } from "../support/reference_sanitiser.ts";

const ENTRY = /^\[ *\d+\.\d{6}\] memmap: 0x([0-9a-f]{16})-0x([0-9a-f]{16}) (\w+) bytes=(\d+)$/;
const TOTALS =
  /^\[ *\d+\.\d{6}\] memmap: totals usable=(\d+) reclaimable=(\d+) reserved=(\d+) entries=(\d+)$/;

/** What a line of the log says about an entry. */
interface LoggedEntry {
  readonly base: bigint;
  /** The last byte. */
  readonly last: bigint;
  readonly type: string;
  readonly bytes: bigint;
}

function loggedEntries(log: readonly string[]): LoggedEntry[] {
  return log
    .map((line) => ENTRY.exec(line))
    .filter((match) => match !== null)
    .map(([, base, last, type, bytes]) => ({
      base: BigInt(`0x${base}`),
      last: BigInt(`0x${last}`),
      type: type!,
      bytes: BigInt(bytes!),
    }));
}

/** The line that an entry of the map must come to. */
function expectedEntry({ base, length, type }: MemoryMapEntry): LoggedEntry {
  const name = MEMORY_TYPE_NAMES[type] ?? "unknown";
  return { base, last: base + length - 1n, type: name, bytes: length };
}

function boot(entries: readonly MemoryMapEntry[], options = "") {
  const machine = new Machine({ memoryMap: entries, options });
  return { machine, ...machine.boot(kernelModule()) };
}

describe.each(recordedMaps())("on $name", ({ entries }: RecordedMap) => {
  test("the log lists the loader's map, entry by entry", () => {
    const { machine, log } = boot(entries);
    expect(loggedEntries(log)).toEqual(machine.memoryMap.map(expectedEntry));
    // What is not ours to place things in is as the file has it.
    const others = ({ type }: MemoryMapEntry) => ![0, 5, 6].includes(type);
    const listed = loggedEntries(log).filter(
      ({ type }) => !["usable", "bootloader_reclaimable", "kernel_and_modules"].includes(type),
    );
    const inOrder = (list: readonly LoggedEntry[]) =>
      list.map((entry) => Object.values(entry).join(" ")).sort();
    expect(inOrder(listed)).toEqual(inOrder(entries.filter(others).map(expectedEntry)));
  });

  test("the totals are those of the sanitised map", () => {
    const { machine, status, log } = boot(entries);
    const totals = log.map((line) => TOTALS.exec(line)).filter((match) => match !== null);
    // A kernel that found no room for its copy of the map has not got as far as totals.
    if (status !== 0 && totals.length === 0) return;
    expect(totals).toHaveLength(1);
    const [usable, reclaimable, reserved, count] = totals[0]!.slice(1).map(Number);
    const runs = sanitise(machine.memoryMap);
    const all = runs.reduce((sum, { start, end }) => sum + end - start, 0);
    expect({ usable, reclaimable, reserved, count }).toEqual({
      usable: framesOfType(runs, MemoryType.USABLE),
      reclaimable: framesOfType(runs, MemoryType.BOOTLOADER_RECLAIMABLE),
      reserved:
        all -
        framesOfType(runs, MemoryType.USABLE) -
        framesOfType(runs, MemoryType.BOOTLOADER_RECLAIMABLE),
      count: machine.memoryMap.length,
    });
  });

  test("never traps; starts, or says in one line why not", () => {
    const { machine, status, trap, log } = boot(entries);
    expect(trap).toBeNull();
    expect(machine.violations).toEqual([]);
    if (status === 0) {
      expect(log.at(-1)).toMatch(/^\[ *\d+\.\d{6}\] boot: SlopOS Kernel Started!$/);
    } else {
      expect(log.at(-1)).toMatch(new RegExp(`^PANIC: \\w+: .* code=${status} name=[A-Z_]+$`));
      // Only a map in which a loader would find no room may fail.
      expect(machine.placement).toBe("unlisted");
    }
  });
});

describe("types that came after the kernel", () => {
  const page = (base: bigint, type: number) => ({ base, length: 0x1000n, type });
  const memoryMap = [
    { base: 0x100000n, length: 64n << 20n, type: MemoryType.USABLE },
    page(1n << 32n, 8),
    page((1n << 32n) + 0x1000n, 9),
    page((1n << 32n) + 0x2000n, 2 ** 32),
  ];

  test("have their names or numbers in the log and are reserved", () => {
    const { machine, log, kernel } = boot(memoryMap);
    const told = log
      .filter((line) => line.includes("memmap: 0x000000010000"))
      .map((line) => line.replace(/^.*fff /, ""));
    expect(told).toEqual([
      "reserved_mapped bytes=4096",
      "unknown bytes=4096 type=9",
      "unknown bytes=4096 type=4294967296",
    ]);
    for (const { base } of memoryMap.slice(1)) {
      expect(kernel.frameFree(base, 0)).not.toBe(0);
      expect(kernel.frameBlock(base).state).toBe(BlockState.UNMANAGED);
    }
    expect(machine.violations).toEqual([]);
  });
});

describe("maps without anything to use", () => {
  test("an empty map is EMPTY_MEMORY_MAP", () => {
    const { status, log } = boot([]);
    expect(status).toBe(3);
    expect(log.at(-1)).toMatch(/^PANIC: memmap: .* code=3 name=EMPTY_MEMORY_MAP$/);
  });

  test("fewer entries than announced are no reason to hang or trap", () => {
    const memoryMap = [{ base: 0x100000n, length: 64n << 20n, type: MemoryType.USABLE }];
    const machine = new Machine({ memoryMap, reportedEntries: 1000 });
    const { trap, log } = machine.boot(kernelModule());
    expect(trap).toBeNull();
    expect(loggedEntries(log)).toHaveLength(machine.memoryMap.length);
  });
});
