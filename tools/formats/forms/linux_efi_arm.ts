/**
 * Linux boot logs of ARM and RISC-V machines with `efi=debug`: the firmware's own map.
 *
 *     efi: Processing EFI memory map:
 *     efi:   0x000000001000-0x0000381fffff [Conventional Memory|   |  |  |  |WB|  |  |  ]
 *
 * Ends are inclusive. Older kernels leave `efi:` away, and mark with `*` what they reserve.
 */

import { hexSpan } from "../address.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { machineName } from "../machine_name.ts";
import { type FoundEntry } from "../map_table.ts";
import { linuxEfiType, linuxSpecificPurpose, SET_APART } from "./linux_efi.ts";

const DESCRIPTOR =
  /^0x([0-9a-f]{12,16})-0x([0-9a-f]{12,16}) \[([^|\]]{1,40})\|([^\]]{0,120})\]\*?(?:\s|$)/i;

function read(part: string): FoundEntry | string {
  const [, first, second, name, attributes] =
    DESCRIPTOR.exec(part.replace(/^efi: {1,4}/i, "")) ?? [];
  if (first === undefined || second === undefined) return "not a whole entry";
  return {
    span: hexSpan(first, second, "inclusive"),
    type: linuxEfiType(name!),
    typeText: name!.trim(),
    ...(linuxSpecificPurpose(attributes!) ? { reservedFor: SET_APART } : {}),
  };
}

/** The beginnings of descriptors, with the prefix and without it, and of one that a line ends in. */
const WITH_PREFIX = "\\befi: {1,4}0x[0-9a-f]{1,16}(?:-|$)";
const RANGE = "\\b0x[0-9a-f]{12,16}-";
const NAMED = `${RANGE}0x[0-9a-f]{12,16} \\[[^|\\]]{1,40}\\|`;
const LAST = `${RANGE}(?:0x?[0-9a-f]{0,16}(?: \\[[^|\\]]{0,40})?)?$`;

const GRAMMAR: LineGrammar = {
  begins: new RegExp(`${WITH_PREFIX}|${NAMED}|${LAST}`, "gi"),
  read,
  heads: /Processing EFI memory map:/,
};

export const linuxEfiArmForm: Form = {
  name: "Linux boot log of ARM and RISC-V (EFI memory map)",
  example:
    "[    0.000000] efi:   0x000000001000-0x0000381fffff [Conventional Memory|   |  |  |WB|  |  |  ]",
  read(input) {
    const reading = readLineForm(input, GRAMMAR, "EFI memory map");
    return reading && { ...reading, source: machineName(input.lines) };
  },
};
