/**
 * Memory while a program runs: which frames are on loan to it, and what for. The kernel does nothing of
 * its own meanwhile, so what is allocated and was not before is the program's: `frame_block` says it of
 * every block. What of it the page tables map in the program's windows is its memory, heap or stack; what
 * is a page table itself maps those; the rest are files and records of it (src/program).
 */

import { BlockState, FRAME_BYTES } from "../../../abi/frame.ts";
import { ProgramRange } from "../../../abi/program.ts";
import { type Kernel } from "../../../sim/kernel.ts";
import { managedBlocks } from "../../../tools/plan/free_blocks.ts";
import { walkAll, type ReadWord } from "../machine/page_walk.ts";
import { type MappedRun } from "../machine/protocol.ts";
import { flatten, type Piece, type Span } from "../map/piece.ts";
import { BlockPacker, type PackedBlocks } from "./packed_blocks.ts";
import { type LentMemory } from "./program_protocol.ts";

/** log2 of the bytes that a top-level entry maps, and of those from one range to the next. */
const TOP_SHIFT = 39n;
const SPACING_SHIFT = 34n;

const RANGE_NAMES: Readonly<Record<number, string>> = {
  // The page below linear memory is the runtime's header of it.
  [-1]: "linear memory",
  [ProgramRange.MEMORY]: "linear memory",
  [ProgramRange.HEAP]: "wasm3's heap",
  [ProgramRange.STACK]: "native stack",
};

/** Which of the program's ranges `virtual` lies in. */
function rangeName(virtual: bigint): string {
  return RANGE_NAMES[Number((virtual >> SPACING_SHIFT) & 31n) - 1] ?? "";
}

/** All managed memory, and what of it is allocated. */
function blocksOf(kernel: Kernel): { allocated: Span[]; blocks: PackedBlocks } {
  const spans: { base: number; end: number }[] = [];
  const packer = new BlockPacker();
  for (const block of managedBlocks(kernel)) {
    packer.add(block);
    if (block.state !== BlockState.ALLOCATED) continue;
    const base = Number(block.base);
    const end = Number(block.base + block.length);
    const last = spans.at(-1);
    if (last?.end === base) last.end = end;
    else spans.push({ base, end });
  }
  return { allocated: spans, blocks: packer.packed() };
}

/** The machine before the program, to compare with. */
export class LentSpans {
  /** What is mapped without the program. */
  readonly mapped: readonly MappedRun[];
  readonly #kernel: Kernel;
  readonly #read: ReadWord;
  readonly #root: number;
  readonly #allocated: readonly Span[];
  readonly #tables: ReadonlySet<number>;
  /** Top-level entries that were in use. */
  readonly #entries: ReadonlySet<bigint>;

  /** @param root physical address of the page tables' root */
  constructor(kernel: Kernel, read: ReadWord, root: number) {
    this.#kernel = kernel;
    this.#read = read;
    this.#root = root;
    this.#allocated = blocksOf(kernel).allocated;
    const { runs, tables } = walkAll(read, root);
    this.mapped = runs;
    this.#tables = new Set(tables);
    this.#entries = new Set(runs.map(({ virtual }) => virtual >> TOP_SHIFT));
  }

  now(): LentMemory {
    const { runs, tables } = walkAll(this.#read, this.#root);
    const mapped = runs
      .filter(({ virtual }) => !this.#entries.has(virtual >> TOP_SHIFT))
      .map((run) => ({ ...run, detail: rangeName(run.virtual) }));
    const { allocated, blocks } = blocksOf(this.#kernel);
    const lent: Piece[] = allocated.map((span) => lentPiece(span, "files and records"));
    for (const { physical, bytes, detail } of mapped) {
      lent.push(lentPiece({ base: physical, end: physical + bytes }, detail));
    }
    for (const table of tables) {
      if (this.#tables.has(table)) continue;
      lent.push(lentPiece({ base: table, end: table + FRAME_BYTES }, "its page tables"));
    }
    // What was in use before is not the program's, whatever lies on it.
    for (const span of this.#allocated) lent.push({ ...span, owner: "hole", detail: "" });
    const spans = flatten(lent, allocated.at(-1)?.end ?? 0)
      .filter(({ owner }) => owner === "program")
      .map(({ base, end, detail }) => ({ base, end, detail }));
    return { spans, mapped, blocks };
  }
}

function lentPiece({ base, end }: Span, detail: string): Piece {
  return { base, end, owner: "program", detail };
}
