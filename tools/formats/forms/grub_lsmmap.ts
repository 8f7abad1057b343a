/**
 * GRUB's command `lsmmap`: the firmware's map by base and length.
 *
 *     base_addr = 0x100000, length = 0x7ee0000, available RAM
 */

import { fromHex } from "../address.ts";
import { GRUB_NAMES, typeNamed } from "../e820_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, partsOf, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";

const ENTRY = /^base_addr = 0x([0-9a-f]{1,16}), length = 0x([0-9a-f]{1,16}), (.{1,60})$/i;

function read(part: string): FoundEntry | string {
  const [, base, length, name] = ENTRY.exec(part) ?? [];
  if (base === undefined) return "not a whole entry";
  return {
    span: { base: fromHex(base), length: fromHex(length!) },
    type: typeNamed(name!, GRUB_NAMES),
    typeText: name!,
  };
}

/** True if `text` has a name that is GRUB's: kernels begin such lines in the same way. */
function isNamed(text: string): boolean {
  return partsOf(text, GRAMMAR.begins).some((part) => {
    const name = ENTRY.exec(part)?.[3];
    return name !== undefined && typeNamed(name, GRUB_NAMES) !== undefined;
  });
}

const GRAMMAR: LineGrammar = { begins: /\bbase_addr = 0x/g, read };

export const grubLsmmapForm: Form = {
  name: "GRUB (lsmmap)",
  example: "base_addr = 0x100000, length = 0x7ee0000, available RAM",
  read: (input) =>
    input.lines.some(({ text }) => isNamed(text)) ? readLineForm(input, GRAMMAR, "lsmmap") : null,
};
