/**
 * How a command ends, other than well.
 */

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
