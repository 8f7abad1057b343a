/**
 * FreeBSD's verbose boot log on PCs, its loader's command `smap` and `sysctl machdep.smap`: the e820
 * table by base and length, both hexadecimal without a mark; types are E820's numbers.
 *
 *     SMAP type=01 base=0000000000000000 len=000000000009fc00
 *     SMAP type=01, xattr=01, base=0000000000000000, len=000000000009d800
 */

import { fromHex } from "../address.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";
import { typeOfNumber } from "../numbering.ts";

const ENTRY =
  /^SMAP type=(\d{1,4}),?(?: xattr=\d{1,4},)? base=(?:0x)?([0-9a-f]{16}),? len=(?:0x)?([0-9a-f]{16})(?:,? attr=\S{1,20})?$/i;

function read(part: string): FoundEntry | string {
  const [, number, base, length] = ENTRY.exec(part) ?? [];
  if (number === undefined) return "not a whole entry";
  return {
    span: { base: fromHex(base!), length: fromHex(length!) },
    type: typeOfNumber(Number(number), "e820"),
    typeText: number,
  };
}

const GRAMMAR: LineGrammar = { begins: /\bSMAP type=/g, read, unmistakable: true };

export const freebsdSmapForm: Form = {
  name: "FreeBSD boot log (SMAP lines)",
  example: "SMAP type=01 base=0000000000100000 len=000000007fde0000",
  read: (input) => readLineForm(input, GRAMMAR, "SMAP"),
};
