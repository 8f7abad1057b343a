/**
 * The end of a boot that failed: one line that names the place, the reason and the error code.
 */

import { ErrorCode, errorName } from "../../abi/error_code";
import { panicLine } from "./log";
import { exit } from "./shim";

/** Prints `PANIC: <tag>: <reason> code=<n> name=<NAME>` and returns `code`, the kernel's status. */
export function panic(tag: string, reason: string, code: ErrorCode): ErrorCode {
  panicLine(tag).text(reason).num("code", code).word("name", errorName(code)).end();
  return code;
}

/**
 * Where AssemblyScript's asserts end: an invariant is broken, so there is no way back to the
 * caller. The compiler calls it, because of `--use abort=…`; nothing else does.
 */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  panicLine("assert")
    .text(message ? message : "invariant broken")
    .word("file", file ? file : "?")
    .num("line", line)
    .num("column", column)
    .num("code", ErrorCode.INVARIANT)
    .word("name", errorName(ErrorCode.INVARIANT))
    .end();
  exit(ErrorCode.INVARIANT);
  unreachable();
}
