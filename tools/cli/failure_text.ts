/**
 * A boot that failed, in words.
 */

import { type BootFailure } from "../log/log_summary.ts";
import { paragraph } from "./text.ts";

/** One sentence with the error's name and code, and the kernel's last line. */
export function failureText({ code, name, line }: BootFailure): string {
  const error = code === null ? "it trapped" : `${name || "error"} (code ${code})`;
  return paragraph(`the kernel did not start: ${error}`) + paragraph(`  ${line}`, 4);
}
