/**
 * The machine that a Linux boot log is from.
 */

import { type TextLine } from "./text.ts";

/** What the first `DMI:` line of `lines` says: vendor, product and firmware; empty if none does. */
export function machineName(lines: readonly TextLine[]): string {
  for (const { text } of lines) {
    const at = text.indexOf("DMI: ");
    if (at >= 0) return text.slice(at + "DMI: ".length).trim();
  }
  return "";
}
