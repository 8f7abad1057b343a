/**
 * The kernel's own page tables, the loader's memory and the self-test on a machine: every memory
 * size and processor makes other tables. What they must hold is the matter of the unit tests; here
 * the processor itself is the judge.
 */

import { describe, expect, it } from "vitest";
import { IntervalSet } from "../support/interval_set.ts";
import { boot } from "./boot.ts";
import { type KernelLog } from "./kernel_log.ts";
import { type Engine, ENGINES } from "./engines.ts";
import { type Loader, describeLoaders } from "./loaders.ts";

const FRAME = 4096n;

/** What the kernel uses for nothing, whatever the map says of it. */
const FRAME_0 = new IntervalSet([{ start: 0n, end: FRAME }]);

/** Overwrites what the loader left, and goes on; the log shows what is reserved. */
const POISON = "log=debug reclaim=poison";

interface Machine {
  readonly megabytes: number;
  readonly cpu: string;
  readonly options: string;
}

/** The address ranges in messages of `tag`, whose last byte the log shows. */
function ranges({ lines }: KernelLog, tag: string, pattern: RegExp): IntervalSet {
  const found = lines.flatMap(({ tag: of, message }) => {
    const [, first, last] = (of === tag && pattern.exec(message)) || [];
    return first && last ? [{ start: BigInt(first), end: BigInt(last) + 1n }] : [];
  });
  return new IntervalSet(found);
}

/** Boots, and checks what the log says of paging, reclaiming and the self-test. */
async function expectBoot(
  loader: Loader,
  engine: Engine,
  { megabytes, cpu, options }: Machine,
): Promise<void> {
  const { status, log } = await boot(loader, {
    engine,
    iso: ["--options", options],
    run: ["80", "--memory", `${megabytes}`, "--cpu", cpu],
  });
  expect(status, log.text).toBe(0);
  log.line("boot", "SlopOS Kernel Started!");

  const root = log.line("paging", "identity paging installed:").values.get("root");
  expect(root).toMatch(/^0x[0-9a-f]+000$/);
  const tables = log.number("paging", "identity paging installed:", "tables");
  // Gigabytes without 1 GiB pages cost a table each, in the direct map.
  const gigabytes = cpu === "max" ? 0 : megabytes / 1024;
  expect(tables).toBeGreaterThan(8 + gigabytes);
  expect(tables).toBeLessThan(64 + gigabytes);

  // All of the loader's memory but what is reserved: Limine may leave the wasm module there.
  const loaders = ranges(log, "memmap", /^(0x\w+)-(0x\w+) bootloader_reclaimable$/);
  const reserved = ranges(log, "mm", /^reserved (0x\w+)-(0x\w+)$/);
  const reclaimed = log.number("mm", "reclaimed bootloader memory:", "frames");
  const own = loaders.subtract(reserved).subtract(FRAME_0);
  expect(BigInt(reclaimed) * FRAME).toBe(own.size);
  expect(reclaimed).toBeGreaterThan(0);
  const before = log.number("mm", "totals match:", "managed");
  expect(log.number("mm", "ready:", "managed")).toBe(before + reclaimed);

  const isFull = options.includes("selftest=full");
  expect(log.number("mm", "self-test passed:", "checks")).toBeGreaterThan(isFull ? 8000 : 400);
}

describe.each(ENGINES)("by %s, under", (engine) => {
  describeLoaders((loader) => {
    it.each<Machine>([
      { megabytes: 512, cpu: "max", options: `${POISON} selftest=full` },
      { megabytes: 4096, cpu: "qemu64", options: POISON },
      { megabytes: 8192, cpu: "max", options: POISON },
    ])("$megabytes MB, -cpu $cpu, $options", (machine) => expectBoot(loader, engine, machine));
  });
});

describe("a small machine", () => {
  it.each(ENGINES)("of 64 MB, which only the stub can boot, by %s", (engine) =>
    expectBoot("stub", engine, {
      megabytes: 64,
      cpu: "qemu64",
      options: `${POISON} selftest=full`,
    }),
  );
});
