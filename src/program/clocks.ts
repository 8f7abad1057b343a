/** How long the program has run: on this machine it has the processor for itself. */

import { clock } from "../boot/shim";

let started: u64 = 0;

/** The program begins. */
export function startProgramClock(): void {
  started = clock();
}

/** Nanoseconds since the program began. */
export function programClock(): u64 {
  return clock() - started;
}
