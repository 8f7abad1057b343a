/**
 * The memory that a boot logged with `log=debug`: the loader's map and the reservations, as runs of
 * frames, and what must hold between them and the kernel's figures.
 */

import { expect } from "vitest";
import { MEMORY_TYPE_NAMES } from "../../sim/memory_map.ts";
import { type KernelLog } from "../boot/kernel_log.ts";
import {
  difference,
  frameCount,
  type FrameRange,
  framesTouched,
  intersection,
  union,
} from "../support/frame_ranges.ts";

/** Bytes that firmware and loader keep from a machine of any size: code, ACPI tables, modules. */
const KEPT_BYTES = 24 * 2 ** 20;

const FRAME_BYTES = 4096;

/** What the kernel uses for nothing, whatever the map says of it. */
const FRAME_0: readonly FrameRange[] = [{ start: 0, end: 1 }];

/** Types of which an entry lies in RAM; the others may be device memory as well. */
const IN_RAM = [
  "usable",
  "bootloader_reclaimable",
  "kernel_and_modules",
  "acpi_reclaimable",
  "acpi_nvs",
];

/** Every line that a boot without trouble logs, tag and beginning. A warning is none of them. */
const EXPECTED_LINES = [
  /^boot: SlopOS (Kernel Started!|\d+\.\d+\.\d+)$/,
  // Frame 0, which releases of Limine list by itself.
  /^memmap: dropped 0x0{16}-0x0{13}fff \w+$/,
  /^memmap: ((region |clipped )?0x[0-9a-f]{16}-0x[0-9a-f]{16} \w+|sanitised:|totals)$/,
  /^mm: reserved 0x[0-9a-f]{16}-0x[0-9a-f]{16}$/,
  /^mm: carved (free run storage|reserved region storage|buddy tables|page allocator tables):$/,
  /^mm: (runtime storage plan|runtime allocator initialized|totals match|ready):$/,
  /^mm: (reclaimed bootloader memory|self-test passed):$/,
  /^(page_alloc|buddy_alloc):$/,
  /^paging: (direct map 0x[0-9a-f]{16}-0x[0-9a-f]{16}|identity paging installed:)$/,
];

/** The range that a line's message names, behind `before`. */
function rangeIn(message: string, before: string): FrameRange[] {
  const match = /^0x([0-9a-f]{16})-0x([0-9a-f]{16})/.exec(message.slice(before.length));
  if (!message.startsWith(before) || !match) return [];
  const base = BigInt(`0x${match[1]}`);
  return [framesTouched(base, BigInt(`0x${match[2]}`) + 1n - base)];
}

/** The frames of the map's entries of `types`. */
function entriesOf(log: KernelLog, types: readonly string[]): FrameRange[] {
  return union(
    log.lines
      .filter(({ tag, message }) => tag === "memmap" && types.includes(message.split(" ")[1] ?? ""))
      .flatMap(({ message }) => rangeIn(message, "")),
  );
}

/** Expects that nothing was logged that is not the log of a boot without trouble. */
export function expectNoWarning({ lines }: KernelLog): void {
  const unknown = lines
    .map(({ tag, message }) => `${tag}: ${message}`.trim())
    .filter((line) => !EXPECTED_LINES.some((expected) => expected.test(line)));
  expect(unknown).toEqual([]);
}

/** Expects that the map speaks of `ram`, the machine's RAM, of all of it and of nothing else. */
export function expectRam(log: KernelLog, ram: readonly FrameRange[]): void {
  const inRam = entriesOf(log, IN_RAM);
  expect(difference(inRam, ram), "called memory, but no RAM").toEqual([]);
  const listed = entriesOf(log, MEMORY_TYPE_NAMES);
  const unlisted = difference(ram, [...FRAME_0, ...listed]);
  expect(unlisted, "RAM, but not in the map").toEqual([]);
  const free = entriesOf(log, ["usable", "bootloader_reclaimable"]);
  const kept = frameCount(ram) - frameCount(free);
  expect(kept * FRAME_BYTES, "RAM that is not free").toBeLessThan(KEPT_BYTES);
}

/** Expects that the kernel's figures follow from the map and the reservations. */
export function expectFigures(log: KernelLog): void {
  const usable = difference(entriesOf(log, ["usable"]), FRAME_0);
  const reclaimable = difference(entriesOf(log, ["bootloader_reclaimable"]), FRAME_0);
  const reserved = union(
    log.lines
      .filter(({ tag }) => tag === "mm")
      .flatMap(({ message }) => rangeIn(message, "reserved ")),
  );
  expect(reserved.length).toBeGreaterThan(0);
  expect(frameCount(intersection(usable, reclaimable))).toBe(0);

  const atHandoff = frameCount(difference(usable, reserved));
  const reclaimed = frameCount(difference(reclaimable, reserved));
  const told = (tag: string, line: string, key: string) => log.number(tag, line, key);
  expect({
    usable: told("memmap", "totals", "usable"),
    reclaimable: told("memmap", "totals", "reclaimable"),
    frames: told("page_alloc", "", "frames"),
    bytes: told("page_alloc", "", "bytes"),
    buddy: told("buddy_alloc", "", "frames"),
    matched: told("mm", "totals match", "managed"),
    unowned: told("mm", "totals match", "free") + told("mm", "totals match", "allocated"),
    reclaimed: told("mm", "reclaimed", "frames"),
    managed: told("mm", "ready", "managed"),
    readyUsable: told("mm", "ready", "usable"),
  }).toEqual({
    usable: frameCount(usable),
    reclaimable: frameCount(reclaimable),
    frames: atHandoff,
    bytes: atHandoff * FRAME_BYTES,
    buddy: atHandoff,
    matched: atHandoff,
    unowned: atHandoff,
    reclaimed,
    managed: atHandoff + reclaimed,
    readyUsable: frameCount(usable),
  });
  // Page tables are all that is allocated at the end.
  const allocated = told("mm", "ready", "managed") - told("mm", "ready", "free");
  expect(allocated).toBeGreaterThan(0);
  expect(allocated).toBeLessThanOrEqual(told("paging", "identity", "tables"));
}
