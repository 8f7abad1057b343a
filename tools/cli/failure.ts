/**
 * How a command ends, other than well.
 */

import { type BootFailure } from "../log/log_summary.ts";
import { paragraph } from "./text.ts";

/** Exit statuses of all commands. */
export const Status = {
  OK: 0,
  /** The kernel refused or failed, or what was checked does not hold. */
  FAILED: 1,
  /** The command could not begin: arguments, files or their contents. */
  USAGE: 2,
} as const;

/** A command that cannot begin; the message is for the user. Ends with `Status.USAGE`. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A boot that failed, in words: one sentence with the error's name and code, and the kernel's last line. */
export function failureText({ code, name, line }: BootFailure): string {
  const error = code === null ? "it trapped" : `${name || "error"} (code ${code})`;
  return paragraph(`the kernel did not start: ${error}`) + paragraph(`  ${line}`, 4);
}
