/**
 * What sanitising a memory map must yield, decided frame run by frame run with no other idea than
 * the rules. Shares nothing with the kernel.
 *
 *   1. An entry ends at the end of the 64-bit address space at the latest; an empty one is nothing.
 *   2. Usable entries shrink to the frames they cover; all others grow to the frames they touch.
 *      Of reclaimable memory only frames that one entry covers stay reclaimable, the rest of those
 *      it touches are reserved.
 *   3. Where entries overlap, the most restrictive type wins. Unknown types are reserved.
 *   4. Frame 0 is reserved if it would otherwise be usable or reclaimable.
 *   5. What lies at or above 16 TiB is dropped.
 *   6. Adjacent runs of one type are one run.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** Frames `[start, end)` are of `type`. */
export interface FrameRun {
  readonly start: number;
  readonly end: number;
  readonly type: number;
}

/** Types from the least to the most restrictive. */
const RESTRICTIVENESS: readonly number[] = [
  MemoryType.USABLE,
  MemoryType.BOOTLOADER_RECLAIMABLE,
  MemoryType.ACPI_RECLAIMABLE,
  MemoryType.KERNEL_AND_MODULES,
  MemoryType.FRAMEBUFFER,
  MemoryType.ACPI_NVS,
  MemoryType.RESERVED,
  MemoryType.BAD,
];

const FRAME = 4096n;
const ADDRESS_SPACE_END = 1n << 64n;
const FRAME_LIMIT = 2 ** 32;

/** The runs that one entry contributes, before overlaps are decided. */
function framesOf(entry: MemoryMapEntry): FrameRun[] {
  if (entry.length === 0n) return [];
  const sum = entry.base + entry.length;
  const last = sum > ADDRESS_SPACE_END ? ADDRESS_SPACE_END : sum;
  const touched = { start: Number(entry.base / FRAME), end: Number((last + FRAME - 1n) / FRAME) };
  const covered = { start: Number((entry.base + FRAME - 1n) / FRAME), end: Number(last / FRAME) };
  switch (entry.type) {
    case MemoryType.USABLE:
      return [{ ...covered, type: MemoryType.USABLE }];
    case MemoryType.BOOTLOADER_RECLAIMABLE:
      if (covered.start >= covered.end) return [{ ...touched, type: MemoryType.RESERVED }];
      return [
        { start: touched.start, end: covered.start, type: MemoryType.RESERVED },
        { ...covered, type: MemoryType.BOOTLOADER_RECLAIMABLE },
        { start: covered.end, end: touched.end, type: MemoryType.RESERVED },
      ];
    default: {
      const known = RESTRICTIVENESS.includes(entry.type);
      return [{ ...touched, type: known ? entry.type : MemoryType.RESERVED }];
    }
  }
}

/** The type of frames `[start, end)`, which no border divides; -1 if no entry says. */
function typeBetween(start: number, end: number, runs: readonly FrameRun[]): number {
  const ranks = runs
    .filter((run) => run.start <= start && end <= run.end)
    .map((run) => RESTRICTIVENESS.indexOf(run.type));
  const type = ranks.length > 0 ? RESTRICTIVENESS[Math.max(...ranks)]! : -1;
  const mayBeManaged = type === MemoryType.USABLE || type === MemoryType.BOOTLOADER_RECLAIMABLE;
  return start === 0 && mayBeManaged ? MemoryType.RESERVED : type;
}

/** The sanitised map: sorted, disjoint and maximal runs of frames. */
export function sanitise(map: readonly MemoryMapEntry[]): FrameRun[] {
  const runs = map
    .flatMap(framesOf)
    .map((run) => ({ ...run, end: Math.min(run.end, FRAME_LIMIT) }))
    .filter((run) => run.start < run.end);
  // Frame 1 is a border, so that frame 0 can be decided alone.
  const borders = [...new Set([0, 1, ...runs.flatMap(({ start, end }) => [start, end])])];
  borders.sort((a, b) => a - b);
  const sanitised: FrameRun[] = [];
  for (const [index, start] of borders.slice(0, -1).entries()) {
    const end = borders[index + 1]!;
    const type = typeBetween(start, end, runs);
    if (type < 0) continue;
    const last = sanitised.at(-1);
    if (last?.end === start && last.type === type) {
      sanitised[sanitised.length - 1] = { ...last, end };
    } else {
      sanitised.push({ start, end, type });
    }
  }
  return sanitised;
}

/** Frames of one type in a sanitised map. */
export function framesOfType(runs: readonly FrameRun[], type: number): number {
  return runs
    .filter((run) => run.type === type)
    .reduce((sum, { start, end }) => sum + end - start, 0);
}
