/**
 * SeaBIOS's debug output, and that of firmware which took its dump over: the e820 table as the
 * firmware built it. Ends are exclusive.
 *
 *     e820 map has 5 items:
 *       0: 0000000000000000 - 000000000009fc00 = 1 RAM
 *
 * Each type is there by number and by name.
 */

import { hexSpan } from "../address.ts";
import { SEABIOS_NAMES, typeNamed } from "../e820_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";
import { typeOfNumber } from "../numbering.ts";

const ITEM = /^(\d{1,4}): ([0-9a-f]{16}) - ([0-9a-f]{16}) = (-?\d{1,10}) (\w{1,20})$/i;

function read(part: string): FoundEntry | string {
  const [, digits, first, second, number, name] = ITEM.exec(part) ?? [];
  if (digits === undefined) return "not a whole entry";
  const type = typeNamed(name!, SEABIOS_NAMES);
  if (type !== undefined && type !== typeOfNumber(Number(number), "e820")) {
    return "its type's number and name disagree";
  }
  return {
    span: hexSpan(first!, second!, "exclusive"),
    type,
    typeText: `${number} ${name}`,
    index: Number(digits),
  };
}

const GRAMMAR: LineGrammar = {
  begins: /\b\d{1,4}: [0-9a-f]{16} - |\b\d{1,4}: [0-9a-f]{16}(?: -)?$/gi,
  read,
  announces: /\be820 map has (\d{1,4}) items:/,
};

export const seabiosForm: Form = {
  name: "SeaBIOS log (e820 map)",
  example: "e820 map has 1 items:\n  0: 0000000000100000 - 000000007ffdf000 = 1 RAM",
  read: (input) => readLineForm(input, GRAMMAR, "e820 map"),
};
