/**
 * Logs of ESXi's boot loader on UEFI machines: the firmware's map, types numbered as UEFI does.
 *
 *     <6>MMap[3]: 0x100000 - 0x734fffff len=1933574144, type=7, attr=0xf
 *
 * Ends are inclusive; the length, decimal, says the same once more. The log has each line twice,
 * with a level and without.
 */

import { hexSpan } from "../address.ts";
import { efiType, isSpecificPurpose } from "../efi_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";
import { SET_APART } from "./linux_efi.ts";

const DESCRIPTOR =
  /^MMap\[(\d{1,6})\]: 0x([0-9a-f]{1,16}) - 0x([0-9a-f]{1,16}) len=(\d{1,20}), type=(\d{1,10}), attr=0x([0-9a-f]{1,16})$/i;

function read(part: string): FoundEntry | string {
  const [, digits, first, second, length, number, attributes] = DESCRIPTOR.exec(part) ?? [];
  if (digits === undefined) return "not a whole descriptor";
  const span = hexSpan(first!, second!, "inclusive");
  if (span && span.length !== BigInt(length!)) return "its end and its length disagree";
  return {
    span,
    type: efiType(Number(number)),
    typeText: `${number}`,
    index: Number(digits),
    ...(isSpecificPurpose(attributes!) ? { reservedFor: SET_APART } : {}),
  };
}

const GRAMMAR: LineGrammar = { begins: /\bMMap\[\d{1,6}\]: 0x/g, read };

export const esxiMbootForm: Form = {
  name: "ESXi boot loader log (MMap lines)",
  example: "MMap[0]: 0x100000 - 0x734fffff len=1933574144, type=7, attr=0xf",
  read: (input) => readLineForm(input, GRAMMAR, "MMap"),
};
