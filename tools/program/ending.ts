/** How a program ended, as the command and the explorer say it. */

import { ProgramEnd } from "../../abi/program.ts";
import { type ProgramResult } from "../../sim/program.ts";

/** What was not `program`'s own doing, in words; "" if it ended by itself. */
export function endingText(program: string, { end, message }: ProgramResult): string {
  switch (end) {
    case ProgramEnd.EXITED:
      return "";
    case ProgramEnd.TRAPPED:
      return `${program}: ${message}`;
    case ProgramEnd.REFUSED:
      return `${program} was refused: ${message}`;
  }
}
