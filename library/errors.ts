/**
 * How a boot or a call into a running kernel fails.
 */

import { type ErrorCode, errorName } from "../abi/error_code.ts";

/** The kernel did not start. */
export class BootError extends Error {
  override name = "BootError";
  /** The error's name, such as `NO_USABLE_MEMORY`; `TRAP` if the kernel trapped. */
  readonly code: string;
  /** What the kernel had written until then; the last line says why. */
  readonly log: readonly string[];

  constructor(code: string, log: readonly string[]) {
    super(`the kernel did not start: ${log.at(-1) ?? code}`);
    this.code = code;
    this.log = log;
  }
}

/** The kernel refused a call, which has changed nothing. */
export class KernelError extends Error {
  override name = "KernelError";
  /** The error's name, such as `NOT_ALLOCATED` for a frame that is freed twice. */
  readonly code: string;

  constructor(what: string, code: ErrorCode) {
    super(`${what}: ${errorName(code)}`);
    this.code = errorName(code);
  }
}
