/**
 * Boot logs of Xen (`xl dmesg`): the e820 table as the hypervisor sees it.
 *
 *     (XEN) EFI RAM map:
 *     (XEN)  [0000000000100000, 000000007fffffff] (usable)       since Xen 4.14; the end is inclusive
 *     (XEN)  0000000000100000 - 0000000080000000 (usable)        before; the end is exclusive
 */

import { hexSpan } from "../address.ts";
import { LINUX_NAMES, typeNamed } from "../e820_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";

/** What stands before the text of a line of Xen; it may have a time. */
export const XEN_PREFIX = /^\(XEN\) {1,2}(?:\[[^\],]{1,40}\] {1,2})?/;

const ENTRY =
  /^(?:\[([0-9a-f]{16}), ([0-9a-f]{16})\]|([0-9a-f]{16}) - ([0-9a-f]{16})) \((.{1,40})\)$/i;

/** What only the beginning of an entry looks like. */
const CUT = /^(?:\[[0-9a-f]{4,16}(?:,.*)?|[0-9a-f]{16}(?: -.*)?)$/i;

function read(part: string): FoundEntry | string | null {
  const rest = part.replace(XEN_PREFIX, "");
  const [, from, to, first, second, name] = ENTRY.exec(rest) ?? [];
  if (name === undefined) return CUT.test(rest) ? "not a whole entry" : null;
  return {
    span:
      from === undefined ? hexSpan(first!, second!, "exclusive") : hexSpan(from, to!, "inclusive"),
    type: typeNamed(name, LINUX_NAMES),
    typeText: name,
  };
}

const GRAMMAR: LineGrammar = { begins: /\(XEN\)/g, read, heads: /\(XEN\).{0,60} RAM map:/ };

export const xenForm: Form = {
  name: "Xen boot log (RAM map)",
  example: "(XEN)  [0000000000100000, 000000007fffffff] (usable)",
  read: (input) => readLineForm(input, GRAMMAR, "(XEN)"),
};
