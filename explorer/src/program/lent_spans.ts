/**
 * Which frames are on loan to a program, and what for. The kernel does nothing of its own while a program
 * runs, so what is allocated and was not before is the program's: `frame_block` says it of every block.
 * What of it the page tables map in the program's windows is its memory, heap or stack; what is a page
 * table itself maps those; the rest are files and records of it (src/program).
 */

import { BlockState, FRAME_BYTES } from "../../../abi/frame.ts";
import { ProgramRange } from "../../../abi/program.ts";
import { type Kernel } from "../../../sim/kernel.ts";
import { managedBlocks } from "../../../tools/plan/free_blocks.ts";
import { walkAll, type ReadWord } from "../machine/page_walk.ts";
import { flatten, type Piece, type Span } from "../map/piece.ts";
import { type LentSpan } from "./program_protocol.ts";

/** log2 of the bytes that a top-level entry maps, and of those from one range to the next. */
const TOP_SHIFT = 39n;
const SPACING_SHIFT = 34n;

const RANGE_NAMES: Readonly<Record<number, string>> = {
  // The page below linear memory is the runtime's header of it.
  [-1]: "linear memory",
  [ProgramRange.MEMORY]: "linear memory",
  [ProgramRange.HEAP]: "compiled code",
  [ProgramRange.STACK]: "stack",
};

function allocatedSpans(kernel: Kernel): Span[] {
  const spans: { base: number; end: number }[] = [];
  for (const { base, length, state } of managedBlocks(kernel)) {
    if (state !== BlockState.ALLOCATED) continue;
    const end = Number(base + length);
    const last = spans.at(-1);
    if (last?.end === Number(base)) last.end = end;
    else spans.push({ base: Number(base), end });
  }
  return spans;
}

/** The machine before the program, to compare with. */
export class LentSpans {
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
    this.#allocated = allocatedSpans(kernel);
    const { runs, tables } = walkAll(read, root);
    this.#tables = new Set(tables);
    this.#entries = new Set(runs.map(({ virtual }) => virtual >> TOP_SHIFT));
  }

  /** What is on loan now, in address order. */
  now(): LentSpan[] {
    const { runs, tables } = walkAll(this.#read, this.#root);
    const piece = ({ base, end }: Span, detail: string, owner: Piece["owner"]): Piece => ({
      base,
      end,
      owner,
      detail,
    });
    const allocated = allocatedSpans(this.#kernel);
    const lent = allocated.map((span) => piece(span, "files and records", "program"));
    for (const { virtual, physical, bytes } of runs) {
      if (this.#entries.has(virtual >> TOP_SHIFT)) continue;
      const range = Number((virtual >> SPACING_SHIFT) & 31n) - 1;
      const span = { base: physical, end: physical + bytes };
      lent.push(piece(span, RANGE_NAMES[range] ?? "", "program"));
    }
    for (const table of tables) {
      if (this.#tables.has(table)) continue;
      lent.push(piece({ base: table, end: table + FRAME_BYTES }, "its page tables", "program"));
    }
    // What was in use before is not the program's, whatever lies on it.
    for (const span of this.#allocated) lent.push(piece(span, "", "hole"));
    return flatten(lent, allocated.at(-1)?.end ?? 0)
      .filter(({ owner }) => owner === "program")
      .map(({ base, end, detail }) => ({ base, end, detail }));
  }
}
