/**
 * Linux boot logs of PCs with `efi=debug`, and all older ones of UEFI machines: the firmware's own
 * map.
 *
 *     efi: mem00: [Conventional|   |WB|WT|WC|UC] range=[0x0000-0x9ffff] (0MB)
 *     efi: mem00: type=7, attr=0xf, range=[0x0000-0xa0000) (0MB)                   before Linux 4.0
 *
 * A range that ends in `)` excludes its second address, one in `]` includes it.
 */

import { hexSpan } from "../address.ts";
import { efiType, efiTypeNamed, isSpecificPurpose, LINUX_EFI_NAMES } from "../efi_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { machineName } from "../machine_name.ts";
import { type FoundEntry } from "../map_table.ts";

const INDEX = /^efi: ?mem(\d{1,6}): +/i;
const DESCRIPTOR =
  /^(?:\[([^|\]]{1,40})(?:\|([^\]]{0,120}))?\]|type=(\d{1,10}), attr=0x([0-9a-f]{1,16}),) +range=\[0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})([\])])/i;

/** Linux spells a type that it has no name for `type=77`. */
const NUMBERED = /^type=(\d{1,10})$/i;

/** The type that `name` is, in Linux's spelling. */
export function linuxEfiType(name: string): number | undefined {
  const number = NUMBERED.exec(name.trim())?.[1];
  return number === undefined ? efiTypeNamed(name, LINUX_EFI_NAMES) : efiType(Number(number));
}

/** True if the attributes of a descriptor, as Linux spells them, set its memory apart. */
export function linuxSpecificPurpose(attributes: string): boolean {
  return attributes.split("|").some((each) => each.trim() === "SP");
}

/** What is said of memory that is set apart. */
export const SET_APART = "set apart for a specific purpose";

function read(part: string): FoundEntry | string {
  const [whole, digits] = INDEX.exec(part) ?? [];
  const descriptor = whole === undefined ? null : DESCRIPTOR.exec(part.slice(whole.length));
  if (!descriptor) return "not a whole entry";
  const [, name, attributes = "", number, flags, first, second, bracket] = descriptor;
  const apart = flags === undefined ? linuxSpecificPurpose(attributes) : isSpecificPurpose(flags);
  return {
    span: hexSpan(first!, second!, bracket === "]" ? "inclusive" : "exclusive"),
    type: name === undefined ? efiType(Number(number)) : linuxEfiType(name),
    typeText: name?.trim() ?? `${number}`,
    index: Number(digits),
    ...(apart ? { reservedFor: SET_APART } : {}),
  };
}

const GRAMMAR: LineGrammar = { begins: /\befi: ?mem\d{1,6}:/gi, read, unmistakable: true };

export const linuxEfiForm: Form = {
  name: "Linux boot log (efi: mem lines)",
  example: "[    0.000000] efi: mem00: [Conventional|   |WB|WT|WC|UC] range=[0x1000-0x9ffff] (0MB)",
  read(input) {
    const reading = readLineForm(input, GRAMMAR, '"efi: mem"');
    return reading && { ...reading, source: machineName(input.lines) };
  },
};
