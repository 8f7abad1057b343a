/**
 * The memory of recorded machines, as allocators are given it.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { MemoryType } from "../../../abi/memory_type.ts";
import { type MemoryMapFile, parseMemoryMap } from "../../../sim/memory_map.ts";
import { type Run } from "../contract.ts";

const FRAME = BigInt(FRAME_BYTES);

/** The usable runs of a map in test/memmaps: whole frames, not frame 0, and no run twice. */
export function recordedRuns(file: MemoryMapFile): Run[] {
  const runs: Run[] = [];
  const entries = parseMemoryMap(file)
    .filter(({ type }) => type === MemoryType.USABLE)
    .sort((a, b) => Number(a.base - b.base));
  for (const { base, length } of entries) {
    const start = Math.max(1, Number((base + FRAME - 1n) / FRAME));
    const end = Number((base + length) / FRAME);
    const last = runs.at(-1);
    if (last && last.start + last.count === start) {
      runs[runs.length - 1] = { start: last.start, count: end - last.start };
    } else if (end > start) {
      runs.push({ start, count: end - start });
    }
  }
  return runs;
}
