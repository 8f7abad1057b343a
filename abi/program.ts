/** What the kernel and the machine agree on about the program that runs beside the kernel. */

/** Ranges of the address space that a program stands on; `program_grow` and `commit_program` name them so. */
export enum ProgramRange {
  /** Linear memory; the page below it holds the runtime's header. */
  MEMORY = 0,
  /** What the runtime makes of the module: tables, compiled code, the stack of wasm values. */
  HEAP = 1,
  /** The native stack. */
  STACK = 2,
  /** How many ranges there are. */
  KINDS = 3,
}

/** How a program came to its end; `program_stop` is told, but for EXITED. */
export enum ProgramEnd {
  /** It returned, or called `proc_exit`. */
  EXITED = 0,
  TRAPPED = 1,
  /** It never ran. */
  REFUSED = 2,
}

/** The word of the log for `end`; `refused` for a number that is none. */
export function programEndName(end: ProgramEnd): string {
  switch (end) {
    case ProgramEnd.EXITED:
      return "exited";
    case ProgramEnd.TRAPPED:
      return "trapped";
    case ProgramEnd.REFUSED:
    default:
      return "refused";
  }
}

/** What `console_read` answers if no byte is there. */
export enum ConsoleInput {
  /** None at the moment. */
  NOTHING_YET = -1,
  /** None any more. */
  ENDED = -2,
}
