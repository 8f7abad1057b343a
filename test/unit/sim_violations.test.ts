/**
 * What the simulated machine must object to: everything that real hardware would answer with a
 * fault, a triple fault or silent corruption.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { LoaderTables } from "../../sim/loader_tables.ts";
import { Machine } from "../../sim/machine.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { translatedBits } from "../../sim/page_entry.ts";
import { compileProbe, type ProbeExports } from "../support/probe.ts";

const MIB = 1n << 20n;
const WASM_PAGE = 65536n;
const HHDM_BITS = 2 ** 47;
const RW = { write: true, execute: false };

/** The window that tests map: top-level entry 384, data on a 2 MiB page. */
const WINDOW = 0xffffc00000200000n;
/** Usable memory that tests use for tables and for linear memory. */
const TABLES = 0x2000000;
const FRAMES = 0x1000000;

/** Long enough for the compiler on a busy machine. */
const COMPILE_MS = 60_000;

let probe: WebAssembly.Module;

beforeAll(() => {
  probe = new WebAssembly.Module(compileProbe());
}, COMPILE_MS);

function boot(options: Partial<MachineOptions> = {}) {
  const memoryMap = [
    { base: 0x1000n, length: 0x9e000n, type: MemoryType.USABLE },
    { base: 0x9f000n, length: 0x1000n, type: MemoryType.RESERVED },
    { base: MIB, length: 63n * MIB, type: MemoryType.USABLE },
  ];
  const machine = new Machine({ memoryMap, ...options });
  const exports = machine.boot(probe).exports as ProbeExports;
  return { machine, exports, frame: tableFrames() };
}

/** Hands out frames for tables from `TABLES` on. */
function tableFrames(): () => number {
  let next = TABLES - 4096;
  return () => (next += 4096);
}

type Booted = ReturnType<typeof boot>;

/** Maps `bytes` at `virtual` in the tables in use, like a kernel that edits them in place. */
function mapInPlace(
  { machine, frame }: Booted,
  virtual: bigint,
  physical: number,
  bytes: number,
  permissions = RW,
): void {
  const tables = new LoaderTables(
    machine.physicalMemory,
    { nx: true, pages1G: true },
    frame,
    machine.pageRoot,
  );
  tables.map(translatedBits(virtual), physical, bytes, permissions);
}

/** Maps header and first pages into the window as they must be, and `more` bytes behind them. */
function openWindow(booted: Booted, more: number, physical = FRAMES): void {
  const first = booted.machine.bootRegions.get(BootRegion.LINEAR_MEMORY)!;
  const header = Number(first.physical) - 4096;
  mapInPlace(booted, WINDOW - 4096n, header, Number(first.length) + 4096);
  if (more) mapInPlace(booted, WINDOW + first.length, physical, more);
}

/** Tables of the kernel's own that keep everything a switch needs, but for what `skip` names. */
function ownTables({ machine, frame }: Booted, skip: string): bigint {
  const tables = new LoaderTables(machine.physicalMemory, { nx: true, pages1G: true }, frame);
  const hhdm = { write: skip !== "hhdm write", execute: false };
  if (skip !== "hhdm") tables.map(HHDM_BITS, 0, 64 * 2 ** 20, hhdm);
  const image = (kind: number, write: boolean, execute: boolean) => {
    const { virtual, physical, length } = machine.bootRegions.get(kind)!;
    if (skip === `image ${kind}`) return;
    const permissions = {
      write: write && skip !== "image write",
      execute: execute && skip !== "image execute",
    };
    const at = Number(physical) + (skip === "image moved" ? 4096 : 0);
    tables.map(translatedBits(virtual), at, Number(length), permissions);
  };
  image(BootRegion.IMAGE_TEXT, false, true);
  image(BootRegion.IMAGE_RODATA, false, false);
  image(BootRegion.IMAGE_DATA, true, false);
  return BigInt(tables.root);
}

describe("physical memory", () => {
  test.each([
    ["no memory there", 0x100000000n, /there is no memory/],
    ["a wild address", -8n, /there is no memory/],
    ["the gap below 1 MiB", 0xa0000n, /there is no memory/],
    ["reserved memory is in no HHDM", 0x9f000n, /page fault: its level-1 entry is not present/],
  ])("load: %s", (_, address, message) => {
    expect(() => boot().exports.peek(address)).toThrow(message);
  });

  test("stores to what is not the kernel's", () => {
    const { machine, exports } = boot();
    const { physical } = machine.bootRegions.get(BootRegion.IMAGE_TEXT)!;
    expect(exports.peek(physical)).toBeDefined();
    expect(() => exports.poke(physical, 0n)).toThrow(/firmware or the image/);
    expect(() => exports.fill(physical - 8n, 16n, 0)).toThrow(/firmware or the image|loader's/);
    expect(() => exports.fill(2n * MIB, 63n * MIB, 0)).toThrow(/loader's memory|firmware/);
  });

  test("the loader's memory: its page tables only, until the kernel has its own", () => {
    const booted = boot();
    const { exports, machine } = booted;
    const root = exports.root();
    const stack = machine.memoryMap.find(({ type }) => type === 5)!;
    const last = stack.base + stack.length - 8n;
    exports.poke(root + 8n * 300n, 0n);
    expect(() => exports.poke(last, 1n)).toThrow(/in use until set_page_root/);
    exports.set_root(ownTables(booted, ""));
    exports.poke(last, 1n);
    expect(exports.peek(last)).toBe(1n);
  });

  test("what lies at or above 16 TiB is out of reach, whatever the map says", () => {
    const reach = 1n << 44n;
    const { exports } = boot({
      memoryMap: [
        { base: MIB, length: 63n * MIB, type: MemoryType.USABLE },
        { base: reach - MIB, length: 2n * MIB, type: MemoryType.USABLE },
      ],
    });
    exports.poke(reach - 8n, 1n);
    expect(() => exports.poke(reach, 1n)).toThrow(/there is no memory/);
    const full = boot({ memoryMap: [{ base: 0n, length: 1n << 63n, type: MemoryType.RESERVED }] });
    full.exports.poke(full.exports.root() + 8n, 0n);
    expect(full.exports.peek(full.exports.root() + 8n)).toBe(0n);
  });

  test("an access across a border needs both sides", () => {
    const { exports } = boot();
    exports.poke(0x1ffcn, 0x1122334455667788n);
    expect(exports.peek(0x1ffcn)).toBe(0x1122334455667788n);
    expect(() => exports.peek(0x9effcn)).toThrow(/phys_load at 0x9f000/);
    expect(() => exports.poke(0x9effcn, 0n)).toThrow(/phys_store at 0x9f000/);
  });

  test("frames under linear memory are reached through linear memory only", () => {
    const { machine, exports } = boot();
    const { physical } = machine.bootRegions.get(BootRegion.LINEAR_MEMORY)!;
    expect(() => exports.peek(physical)).toThrow(/linear memory stands on this frame/);
    expect(() => exports.peek(physical - 8n)).toThrow(/linear memory stands on this frame/);
  });
});

describe("linear memory", () => {
  const commit = ({ exports }: Booted, bytes: bigint) => exports.commit(WINDOW, bytes);

  test("grows onto committed frames, which are then out of reach of phys_store", () => {
    const booted = boot();
    openWindow(booted, 65536);
    booted.exports.poke(BigInt(FRAMES), 1n);
    expect(commit(booted, 2n * WASM_PAGE)).toBe(0);
    expect(booted.exports.grow(1)).toBe(1);
    booted.exports.now();
    expect(booted.machine.linearSizes).toEqual([65536, 131072]);
    expect(booted.machine.linearFrames).toHaveLength(33);
    expect(() => booted.exports.poke(BigInt(FRAMES), 1n)).toThrow(/linear memory stands on/);
    expect(() => booted.exports.fill(BigInt(FRAMES) - MIB, 2n * MIB, 0)).toThrow(/stands on/);
  });

  test("growth past what is committed is noticed at the next call, or at the end", () => {
    const { exports } = boot();
    exports.grow(1);
    expect(() => exports.now()).toThrow(/grew to 131072 bytes, 65536 are committed/);
    expect(() => boot({ options: "g" })).toThrow(/grew to 131072 bytes/);
  });

  test.each<[string, (booted: Booted) => void, RegExp]>([
    ["an unmapped window", () => undefined, /linear memory at 0x\w+: .*not present/],
    ["too few frames", (it) => openWindow(it, 61440), /linear memory at 0x\w+: .*not present/],
    ["the same frame twice", (it) => openWindow(it, 4096), /is a page table or mapped twice/],
    ["frames that are not usable", (it) => openWindow(it, 65536, 0x90000), /is not usable memory/],
    ["frames of page tables", (it) => openWindow(it, 65536, TABLES), /is a page table/],
  ])("refuses %s", (name, map, message) => {
    const booted = boot();
    map(booted);
    if (name.startsWith("the same")) {
      mapInPlace(booted, WINDOW + WASM_PAGE + 4096n, FRAMES, 61440);
    }
    expect(() => commit(booted, 2n * WASM_PAGE)).toThrow(message);
  });

  test("refuses a page that is mapped read-only", () => {
    const booted = boot();
    openWindow(booted, 0);
    mapInPlace(booted, WINDOW + WASM_PAGE, FRAMES, 65536, { write: false, execute: false });
    expect(() => commit(booted, 2n * WASM_PAGE)).toThrow(/at 0xc00000210000 is mapped read-only/);
  });

  test("refuses a window whose first pages, or whose header, lie elsewhere", () => {
    const moved = boot();
    mapInPlace(moved, WINDOW - 4096n, FRAMES, 65536 + 4096);
    expect(() => commit(moved, WASM_PAGE)).toThrow(/page -1 of linear memory is mapped to/);
    const { machine } = moved;
    const first = machine.bootRegions.get(BootRegion.LINEAR_MEMORY)!;
    const other = boot();
    mapInPlace(other, WINDOW - 4096n, Number(first.physical) - 4096, 4096);
    mapInPlace(other, WINDOW, FRAMES, 65536);
    expect(() => commit(other, WASM_PAGE)).toThrow(/page 0 of linear memory is mapped to/);
  });

  test("answers 1, as the shim does, to what the shim refuses", () => {
    const booted = boot();
    openWindow(booted, 65536);
    const { exports } = booted;
    expect(exports.commit(WINDOW + 8n, 2n * WASM_PAGE)).toBe(1);
    expect(exports.commit(WINDOW, WASM_PAGE - 4096n)).toBe(1);
    expect(commit(booted, 2n * WASM_PAGE)).toBe(0);
    exports.grow(1);
    expect(exports.commit(WINDOW + 4096n, 2n * WASM_PAGE)).toBe(1);
    expect(exports.commit(WINDOW, WASM_PAGE)).toBe(1);
    expect(commit(booted, 2n * WASM_PAGE)).toBe(0);
  });

  test("a commit can be refused on demand, and undone before growth", () => {
    const booted = boot({ refuseCommit: 2 });
    openWindow(booted, 65536);
    expect(commit(booted, 2n * WASM_PAGE)).toBe(0);
    expect(commit(booted, 2n * WASM_PAGE)).toBe(1);
    expect(commit(booted, WASM_PAGE)).toBe(0);
    expect(booted.machine.commits).toBe(3);
    booted.exports.poke(BigInt(FRAMES), 1n);
    booted.exports.grow(1);
    expect(() => booted.exports.now()).toThrow(/65536 are committed/);
  });
});

describe("set_page_root", () => {
  test("accepts tables that keep everything needed; then they decide", () => {
    const booted = boot();
    const root = ownTables(booted, "");
    booted.exports.set_root(root);
    expect(booted.exports.root()).toBe(root);
    booted.exports.poke(2n * MIB, 3n);
    expect(booted.exports.peek(2n * MIB)).toBe(3n);
  });

  test.each([
    ["hhdm", /page table in the HHDM/],
    ["hhdm write", /page table in the HHDM at 0x\w+ is mapped read-only/],
    [`image ${BootRegion.IMAGE_TEXT}`, /image text at 0xffff80000000: .*not present/],
    [`image ${BootRegion.IMAGE_RODATA}`, /image rodata at/],
    [`image ${BootRegion.IMAGE_DATA}`, /image data at/],
    ["image write", /image data at 0x\w+ is mapped read-only/],
    ["image execute", /image text at 0x\w+ is mapped no-execute/],
    ["image moved", /image text at 0x\w+ is mapped to 0x\w+, it lies at 0x\w+/],
  ])("objects to tables without: %s", (skip, message) => {
    const booted = boot();
    const before = booted.exports.root();
    expect(() => booted.exports.set_root(ownTables(booted, skip))).toThrow(message);
    expect(booted.machine.pageRoot).toBe(Number(before));
  });

  test("objects to a root that is no frame of memory", () => {
    const { exports } = boot();
    expect(() => exports.set_root(0x2000800n)).toThrow(/is no frame of memory/);
    expect(() => exports.set_root(1n << 40n)).toThrow(/is no frame of memory/);
  });

  test("objects to tables that lose linear memory's window", () => {
    const booted = boot();
    openWindow(booted, 65536);
    booted.exports.commit(WINDOW, 2n * WASM_PAGE);
    expect(() => booted.exports.set_root(ownTables(booted, ""))).toThrow(
      /linear memory at 0xc000001ff000/,
    );
  });

  test("objects to tables that put other frames under committed linear memory", () => {
    const booted = boot();
    openWindow(booted, 65536);
    booted.exports.commit(WINDOW, 2n * WASM_PAGE);
    const root = ownTables(booted, "");
    const tables = new LoaderTables(
      booted.machine.physicalMemory,
      { nx: true, pages1G: true },
      booted.frame,
      Number(root),
    );
    const first = booted.machine.bootRegions.get(BootRegion.LINEAR_MEMORY)!;
    const at = translatedBits(WINDOW);
    tables.map(at - 4096, Number(first.physical) - 4096, 65536 + 4096, RW);
    tables.map(at + 65536, FRAMES + 0x100000, 65536, RW);
    expect(() => booted.exports.set_root(root)).toThrow(/page 16 of linear memory is mapped to/);
    tables.map(at + 65536, FRAMES, 65536, RW);
    booted.exports.set_root(root);
    expect(booted.exports.root()).toBe(root);
  });

  test.each([{}, { nx: false }, { pages1G: false }])("the loader's own pass, with %j", (cpu) => {
    const { exports } = boot({ cpu });
    exports.set_root(exports.root());
    expect(exports.peek(2n * MIB)).toBeDefined();
  });

  /** The entry for physical `address` in the HHDM's 2 MiB pages of the kernel's own tables. */
  function directoryEntry({ machine, exports }: Booted, address: bigint): bigint {
    const read = (at: bigint) => machine.physicalMemory.load(Number(at)) & 0x000ffffffffff000n;
    return read(read(exports.root() + 256n * 8n)) + (address >> 21n) * 8n;
  }

  test.each<[string, (entry: bigint) => bigint, RegExp]>([
    ["absent", () => 0n, /page fault: its level-2 entry is not present/],
    ["read-only", (entry) => entry & ~2n, /the HHDM maps it read-only/],
    ["elsewhere", (entry) => entry + 2n * MIB, /the HHDM maps 0x800000 there/],
  ])("an HHDM page that becomes %s is noticed once it is flushed", (_, change, message) => {
    const booted = boot();
    const { exports } = booted;
    exports.set_root(ownTables(booted, ""));
    const page = 6n * MIB;
    exports.poke(page, 1n);
    const entry = directoryEntry(booted, page);
    exports.poke(entry, change(exports.peek(entry)));
    exports.poke(page, 2n);
    exports.flush(0xffff800000000000n + page);
    expect(() => exports.poke(page, 3n)).toThrow(message);
    expect(() => exports.fill(page, 8n, 3)).toThrow(message);
    expect(() => exports.fill(page - 3n * MIB, 8n * MIB, 3)).toThrow(message);
    exports.fill(page + 2n * MIB, 2n * MIB, 3);
    if (message.source.includes("read-only")) expect(exports.peek(page)).toBe(2n);
    else expect(() => exports.peek(page)).toThrow(message);
  });
});
