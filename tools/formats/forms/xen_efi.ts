/**
 * Boot logs of Xen (`xl dmesg`) on UEFI machines: the firmware's own map. Ends are inclusive.
 *
 *     (XEN) EFI memory map:
 *     (XEN)  0000000100000-000007fffffff type=7 attr=000000000000000f
 */

import { hexSpan } from "../address.ts";
import { efiType, isSpecificPurpose } from "../efi_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";
import { SET_APART } from "./linux_efi.ts";
import { XEN_PREFIX } from "./xen.ts";

const DESCRIPTOR = /^([0-9a-f]{13,16})-([0-9a-f]{13,16}) type=(\d{1,10}) attr=([0-9a-f]{16})$/i;

/** What only the beginning of a descriptor looks like. */
const CUT = /^[0-9a-f]{13,16}(?:-.*)?$/i;

function read(part: string): FoundEntry | string | null {
  const rest = part.replace(XEN_PREFIX, "");
  const [, first, second, number, attributes] = DESCRIPTOR.exec(rest) ?? [];
  if (first === undefined || second === undefined) {
    return CUT.test(rest) ? "not a whole descriptor" : null;
  }
  return {
    span: hexSpan(first, second, "inclusive"),
    type: efiType(Number(number)),
    typeText: `${number}`,
    ...(isSpecificPurpose(attributes!) ? { reservedFor: SET_APART } : {}),
  };
}

const GRAMMAR: LineGrammar = { begins: /\(XEN\)/g, read, heads: /\(XEN\).{0,60}EFI memory map:/ };

export const xenEfiForm: Form = {
  name: "Xen boot log (EFI memory map)",
  example: "(XEN)  0000000100000-000007fffffff type=7 attr=000000000000000f",
  read: (input) => readLineForm(input, GRAMMAR, "(XEN)"),
};
