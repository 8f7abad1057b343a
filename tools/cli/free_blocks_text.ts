/**
 * Free memory by block size, as `plan` and `trace` print it.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { formatBytes } from "../formats/size.ts";
import { type FreeBlocks, framesInBlocks } from "../plan/free_blocks.ts";
import { heading } from "./ranges_text.ts";
import { type Colours } from "./terminal.ts";
import { type Alignment, grouped, table } from "./text.ts";

const HEADER = ["", "block", "blocks", "memory", "this large or larger"];
const ALIGNMENTS: readonly Alignment[] = ["left", "right", "right", "right", "right"];

/** `blocks`, largest first, each size with the share of free memory in blocks not smaller. */
export function freeBlocksText(blocks: readonly FreeBlocks[], colours: Colours): string {
  const free = framesInBlocks(blocks, 0);
  const rows = blocks.map(({ order, blocks: count }) => [
    `order ${order}`,
    formatBytes(FRAME_BYTES * 2 ** order),
    grouped(count),
    formatBytes(FRAME_BYTES * count * 2 ** order),
    `${((framesInBlocks(blocks, order) / free) * 100).toFixed(1)} %`,
  ]);
  return heading("Free memory by block size", colours) + table([HEADER, ...rows], ALIGNMENTS);
}
