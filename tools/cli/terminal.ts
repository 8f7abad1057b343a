/**
 * Where a command reads and writes: the process's streams, or a test's.
 */

import { createColors } from "picocolors";

/** What a command needs of its surroundings. */
export interface Terminal {
  /** Writes to standard output, and to standard error. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  /** Writes bytes to standard output, 1, or to standard error, 2, before it returns; else as text. */
  readonly write?: (stream: number, bytes: Uint8Array) => void;
  /** The next byte of standard input, waited for, or `ConsoleInput.ENDED`; without it there is none. */
  readonly readByte?: () => number;
  /** True if standard output takes colours. */
  readonly colours: boolean;
}

/** Colours for what a command prints; without an effect where none are wanted. */
export type Colours = ReturnType<typeof createColors>;

export function coloursOf({ colours }: Terminal): Colours {
  return createColors(colours);
}

/** True if a stream takes colours: a terminal that can, of a user who did not refuse (no-color.org). */
export function wantsColours(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  return isTerminal && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}
