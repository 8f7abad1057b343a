/**
 * coreboot's log (`cbmem -c`): the memory table that it hands to its payload. Ends are inclusive.
 *
 *     [DEBUG]   1. 0000000000001000-000000000009ffff: RAM
 */

import { hexSpan } from "../address.ts";
import { COREBOOT_NAMES, typeNamed } from "../e820_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";

const ITEM = /^(\d{1,4})\. ([0-9a-f]{16})-([0-9a-f]{16}): ([A-Z][A-Z0-9 _/]{0,40})$/;

function read(part: string): FoundEntry | string {
  const [, digits, first, second, name] = ITEM.exec(part) ?? [];
  if (digits === undefined) return "not a whole entry";
  return {
    span: hexSpan(first!, second!, "inclusive"),
    type: typeNamed(name!, COREBOOT_NAMES),
    typeText: name!,
    index: Number(digits),
  };
}

const GRAMMAR: LineGrammar = {
  begins: /\b\d{1,4}\. [0-9a-f]{16}-|\b\d{1,4}\. [0-9a-f]{16}$/g,
  read,
};

export const corebootForm: Form = {
  name: "coreboot log (memory table)",
  example: " 0. 0000000000100000-0000000076898fff: RAM",
  read: (input) => readLineForm(input, GRAMMAR, "memory table"),
};
