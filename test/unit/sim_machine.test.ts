import { beforeAll, describe, expect, test } from "vitest";
import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { SimulationError } from "../../sim/errors.ts";
import { Machine } from "../../sim/machine.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { mappingAt, walkPageTables } from "../support/page_walker.ts";
import { compileProbe, type ProbeExports } from "../support/probe.ts";
import { recordedMap, recordedMaps } from "../support/memmaps.ts";

const MIB = 1n << 20n;
const HHDM = 0xffff800000000000n;
const SCRATCH = 512;

const SMALL: readonly MemoryMapEntry[] = [
  { base: 0n, length: 0x9f000n, type: MemoryType.USABLE },
  { base: 0x9f000n, length: 0x1000n, type: MemoryType.ACPI_NVS },
  { base: MIB, length: 63n * MIB, type: MemoryType.USABLE },
  { base: 0xfee00000n, length: 0x1000n, type: MemoryType.RESERVED },
];

/** Long enough for the compiler on a busy machine. */
const COMPILE_MS = 60_000;

let probe: WebAssembly.Module;

beforeAll(() => {
  probe = new WebAssembly.Module(compileProbe());
}, COMPILE_MS);

function boot(options: Partial<MachineOptions> = {}) {
  const machine = new Machine({ memoryMap: SMALL, ...options });
  const result = machine.boot(probe);
  return { machine, ...result, probe: result.exports as ProbeExports };
}

/** The three u64 at the scratch address. */
function record(exports: ProbeExports): bigint[] {
  return [...new BigUint64Array(exports.memory.buffer, SCRATCH, 3)];
}

describe("how a boot ends", () => {
  test("kernel_main returns", () => {
    const { status, trap, log } = boot();
    expect([status, trap]).toEqual([7, null]);
    expect(log).toEqual([
      '[    0.000000] boot: SlopOS 0.1.0 loader="Simulated machine 0.1.0" ' +
        "hhdm=0xffff800000000000 entries=6",
    ]);
  });

  test("exit ends the machine; whoever calls on is told", () => {
    const { status, trap, probe: exports } = boot({ options: "e" });
    expect([status, trap]).toEqual([3, null]);
    expect(() => exports.now()).toThrow(/the machine has ended/);
  });

  test("a trap is reported and named in the log", () => {
    const { status, trap, log } = boot({ options: "t" });
    expect(status).toBe(-1);
    expect(trap).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(log.at(-1)).toMatch(/^PANIC: wasm: .*unreachable/);
  });

  test("an unfinished line is shown, each finished one at once", () => {
    const lines: string[] = [];
    expect(boot({ options: "w" }).log.at(-1)).toBe("hi");
    const { probe: exports } = boot({ console: (line) => lines.push(line) });
    new Uint8Array(exports.memory.buffer).set(new TextEncoder().encode("é\nab"), SCRATCH);
    exports.write(SCRATCH, 1);
    exports.write(SCRATCH + 1, 4);
    expect(lines.slice(1)).toEqual(["é"]);
  });

  test("a machine boots once, and only a kernel of ABI 2", () => {
    const { machine } = boot();
    expect(() => machine.boot(probe)).toThrow(/boots once/);
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    expect(() => new Machine({ memoryMap: SMALL }).boot(empty)).toThrow(
      /no kernel of ABI 2: lacks abi_version, .*, memory/,
    );
  });
});

describe("what the loader says", () => {
  test("the memory map, entry by entry", () => {
    const { machine, probe: exports } = boot();
    for (const [index, { base, length, type }] of machine.memoryMap.entries()) {
      expect(exports.entry(index, SCRATCH)).toBe(1);
      expect(record(exports)).toEqual([base, length, BigInt(type)]);
    }
    expect(exports.entry(machine.memoryMap.length, SCRATCH)).toBe(0);
    expect(exports.entry(-1, SCRATCH)).toBe(0);
  });

  test("boot regions; what is overridden or absent", () => {
    const absurd = { physical: 1n, length: 1n << 63n, virtual: 0n };
    const { machine, probe: exports } = boot({
      bootRegions: new Map([
        [BootRegion.FRAMEBUFFER, absurd],
        [BootRegion.WASM_MODULE, null],
      ]),
    });
    expect(exports.region(BootRegion.FRAMEBUFFER, SCRATCH)).toBe(1);
    expect(record(exports)).toEqual([1n, 1n << 63n, 0n]);
    expect(exports.region(BootRegion.WASM_MODULE, SCRATCH)).toBe(0);
    expect(exports.region(7, SCRATCH)).toBe(0);
    expect(exports.region(BootRegion.BOOT_STACK, SCRATCH)).toBe(1);
    expect(record(exports)[1]).toBe(machine.bootRegions.get(BootRegion.BOOT_STACK)!.length);
  });

  test("options, cut to the capacity; the whole length in any case", () => {
    const { probe: exports } = boot({ options: "nine ä123" });
    expect(exports.options(SCRATCH, 4)).toBe(10);
    const bytes = new Uint8Array(exports.memory.buffer, SCRATCH, 5);
    expect(new TextDecoder().decode(bytes)).toBe("nine\0");
  });

  test.each([
    [{}, 3],
    [{ nx: false }, 2],
    [{ pages1G: false }, 1],
  ])("features %j are %i", (cpu, bits) => {
    expect(boot({ cpu }).probe.features()).toBe(bits);
  });

  test("the number of entries can lie", () => {
    expect(boot({ reportedEntries: 99 }).log[0]).toContain("entries=99");
  });

  test("every record must fit linear memory", () => {
    const { probe: exports } = boot();
    expect(() => exports.entry(0, 65536 - 23)).toThrow(/24 bytes at 0xffe9 exceed linear memory/);
    expect(exports.entry(0, 65536 - 24)).toBe(1);
  });
});

describe("time", () => {
  test("is simulated: the same run takes the same time", () => {
    const times = [boot(), boot()].map(({ probe: exports }) => {
      exports.fill(2n * MIB, 16n * MIB, 0);
      return exports.now();
    });
    expect(times[0]).toBe(times[1]);
    expect(times[0]).toBeGreaterThan((16n * MIB) / 16n);
    const { probe: exports } = boot();
    expect(exports.now()).toBeLessThan(exports.now());
  });

  test("is real on request", async () => {
    const { probe: exports } = boot({ clock: "real" });
    const before = exports.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(exports.now() - before).toBeGreaterThan(4_000_000n);
  });
});

describe("placement", () => {
  test.each(recordedMaps())("on $name leaves every byte listed once more", ({ entries }) => {
    const machine = new Machine({ memoryMap: entries });
    const bytes = (map: readonly MemoryMapEntry[], ...types: number[]) =>
      map.filter(({ type }) => types.includes(type)).reduce((sum, { length }) => sum + length, 0n);
    const ours = [
      MemoryType.USABLE,
      MemoryType.BOOTLOADER_RECLAIMABLE,
      MemoryType.KERNEL_AND_MODULES,
    ];
    expect(bytes(machine.memoryMap, ...ours)).toBe(bytes(entries, ...ours));
    expect(bytes(machine.memoryMap, 1, 2, 3, 4, 7)).toBe(bytes(entries, 1, 2, 3, 4, 7));
    if (machine.placement === "unlisted") {
      expect(machine.memoryMap).toEqual(entries);
    } else {
      expect(bytes(machine.memoryMap, MemoryType.USABLE)).toBeLessThan(
        bytes(entries, MemoryType.USABLE),
      );
    }
  });

  test("loader: image and module lie in memory listed as theirs, below 4 GiB", () => {
    const machine = new Machine({ memoryMap: recordedMap("limine-ovmf-4g").entries });
    expect(machine.placement).toBe("loader");
    for (const { physical, length } of machine.bootRegions.values()) {
      expect(physical + length).toBeLessThanOrEqual(1n << 32n);
      const holder = machine.memoryMap.find(
        (entry) => entry.base <= physical && physical + length <= entry.base + entry.length,
      );
      expect(holder?.type).toBe(MemoryType.KERNEL_AND_MODULES);
    }
  });

  test("a map too small is refused, or left as it is", () => {
    const memoryMap = [{ base: 0n, length: MIB, type: MemoryType.USABLE }];
    expect(() => new Machine({ memoryMap, placement: "loader" })).toThrow(/no \d+ contiguous/);
    const machine = new Machine({ memoryMap });
    expect(machine.placement).toBe("unlisted");
    expect(machine.memoryMap).toEqual(memoryMap);
    const all = [{ base: 0n, length: (1n << 64n) - 1n, type: MemoryType.RESERVED }];
    expect(new Machine({ memoryMap: all }).boot(probe).status).toBe(7);
  });

  test("none: no image, no regions, but page tables", () => {
    const { machine, probe: exports } = boot({ placement: "none" });
    expect(machine.bootRegions.size).toBe(0);
    exports.poke(2n * MIB, 5n);
    expect(exports.peek(2n * MIB)).toBe(5n);
  });

  test("the page tables map what base revision 3 promises, and the image by segment", () => {
    // Right behind usable memory, so that only the type parts the two.
    const framebuffer = { base: 64n * MIB, length: 8n * MIB };
    const { machine, probe: exports } = boot({ framebuffer });
    const walk = walkPageTables((at) => machine.physicalMemory.load(Number(at)), exports.root());
    const at = (virtual: bigint) => mappingAt(walk, virtual);
    for (const { base, length, type } of machine.memoryMap) {
      const mapped = [0, 5, 6, 7].includes(type);
      for (const address of [base, base + length - 1n]) {
        const found = at(HHDM + address);
        expect(found !== undefined, `0x${address.toString(16)}`).toBe(mapped);
        expect(found?.pat ?? 0).toBe(type === MemoryType.FRAMEBUFFER ? 5 : 0);
      }
    }
    const rights = [BootRegion.IMAGE_TEXT, BootRegion.IMAGE_RODATA, BootRegion.IMAGE_DATA].map(
      (kind) => {
        const { virtual, physical } = machine.bootRegions.get(kind)!;
        const found = at(virtual)!;
        expect(found.physical - found.virtual).toBe(physical - virtual);
        return [found.writable, found.executable];
      },
    );
    expect(rights).toEqual([
      [false, true],
      [false, false],
      [true, false],
    ]);
    expect(new Set(walk.tables).size).toBe(walk.tables.length);
    for (const table of walk.tables) {
      const holder = machine.memoryMap.find(
        ({ base, length }) => base <= table && table < base + length,
      );
      expect(holder?.type).toBe(MemoryType.BOOTLOADER_RECLAIMABLE);
    }
  });
});

describe("hooks", () => {
  test("an interceptor sees each call and may answer it", () => {
    const seen: string[] = [];
    const { machine, probe: exports } = boot({
      intercept: (name, first) => {
        seen.push(`${name}(${first})`);
        return name === "phys_load" && first === 4096n ? 42n : undefined;
      },
    });
    seen.length = 0;
    expect(exports.peek(4096n)).toBe(42n);
    expect(exports.peek(8192n)).toBe(0xa5a5a5a5a5a5a5a5n - (1n << 64n));
    exports.flush(0n);
    expect(seen).toEqual(["phys_load(4096)", "phys_load(8192)", "flush_page(0)"]);
    expect(machine.calls).toBeGreaterThan(0);
  });

  test("violations are recorded instead of thrown on request", () => {
    const { machine, probe: exports } = boot({ violations: "record" });
    expect(exports.peek(1n << 40n)).toBe(0n);
    exports.poke(0x9f000n, 1n);
    expect(machine.violations.map(({ message }) => message)).toEqual([
      expect.stringContaining("phys_load at 0x10000000000: there is no memory"),
      expect.stringContaining("phys_store at 0x9f000: the map gives this frame to the firmware"),
    ]);
    expect(machine.violations[0]).toBeInstanceOf(SimulationError);
  });
});

describe("the typed kernel", () => {
  test("hands on arguments and reads records", () => {
    const { kernel } = boot();
    expect(kernel.frameAlloc(3, 5)).toBe((3n << 32n) | 5n);
    expect([kernel.frameFree(2n, 2), kernel.frameFree(3n, 2)]).toEqual([0, 8]);
    expect([kernel.frameRetain(1n), kernel.frameRetain(0n)]).toEqual([0, 8]);
    expect([kernel.rangeReserve(1n, 2n), kernel.rangeReserve(2n, 1n)]).toEqual([0, 8]);
    expect(kernel.lastError()).toBe(6);
    expect(kernel.errorName(4)).toBe("4");
    expect(kernel.mmStat(13)).toBe(130);
    expect(kernel.managedRuns()).toEqual([
      { base: 0n, length: 4096n },
      { base: 4096n, length: 4096n },
    ]);
    expect(kernel.reservedRegions()).toEqual([{ base: 1n << 63n, length: 4096n, reason: 5 }]);
  });
});
