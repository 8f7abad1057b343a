/**
 * Room for what is too large for static data: paths, vectors, a line of input.
 *
 * It is the end of the first page of linear memory, above the static data, which would lengthen the
 * module and with it every boot; the kernel has no heap. The early allocator sorts the memory map there
 * (early/free_extents.ts), but only until the handoff, and a program is opened after that: `clearScratch`
 * takes out what it left. A test holds the module against the place, and another runs a program after
 * a memory map that fills it. What a `Scratch` names belongs to one file alone.
 */

/**
 * Where each piece begins. What is needed only until the program runs lies where what it needs while it
 * runs will lie: there is not room for both.
 */
export const enum Scratch {
  /** contents.ts: 1 KiB that nobody writes to. */
  ZEROS = 0,
  /** paths.ts: the path, and where a symbolic link leads; 4 KiB as all that follow. */
  PATH = 1024,
  LINK_TARGET = 5120,

  /** boot_files.ts, before: a path, the base of an archive, another path. */
  TEXT = 9216,
  BASE = 17408,
  OTHER = 21504,
  /** tar.ts, before: names of a member, records of a pax header. */
  MEMBER_NAME = 13312,
  MEMBER_LINK = 25600,
  PAX_RECORDS = 29696,
  END = 33792,

  /** boot_words.ts, before, until its words are read: a command line, 16 KiB; the value of a word. */
  CMDLINE = BASE,
  VALUE = MEMBER_NAME,

  /** program_memory.ts, while it runs: the vectors of a call, 8 KiB. */
  VECTORS = BASE,
  /** console.ts, while it runs: a line of input. */
  LINE = MEMBER_LINK,
  /** wasi_paths.ts, while it runs: where a symbolic link leads. */
  LINK = PAX_RECORDS,
}

/** Where all of it begins. */
export const SCRATCH_START: usize = 65536 - Scratch.END;

/** Address of the piece that begins at `piece`. */
@inline
export function scratch(piece: Scratch): usize {
  return SCRATCH_START + usize(piece);
}

/** Makes all of it zero: before a program is opened, others may have used the place. */
export function clearScratch(): void {
  memory.fill(SCRATCH_START, 0, usize(Scratch.END));
}
