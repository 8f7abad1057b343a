/**
 * Maps that kernels print with the `limine` crate for Rust, and what a debugger shows of its
 * structures. Types are Limine's numbers.
 *
 *     Entry { base: 1048576, length: 1072693248, entry_type: EntryType(0) }
 *     limine::memory_map::Entry {base: 0x80000000, length: 0x7efb000, entry_type: limine::memory_map::EntryType (0x0)}
 */

import { type Form } from "../form.ts";
import { type FoundEntry } from "../map_table.ts";
import { typeOfNumber } from "../numbering.ts";
import { numberIn, type Radix } from "../radix.ts";
import { readRustPrint, RUST_NUMBER, type RustGrammar } from "../rust_print.ts";

const WHOLE = new RegExp(
  `^Entry \\{\\s{0,60}base: (${RUST_NUMBER}),\\s{0,60}length: (${RUST_NUMBER}),` +
    "\\s{0,60}entry_type: (?:\\w{1,40}::){0,6}EntryType ?\\(\\s{0,60}((?:0x)?[0-9a-f]{1,8}),?\\s{0,60}\\),?" +
    "\\s{0,60}\\}",
);

function read([base, length, number]: readonly string[], radix: Radix): FoundEntry {
  return {
    span: { base: numberIn(base!, radix), length: numberIn(length!, radix) },
    type: typeOfNumber(Number.parseInt(number!, /^0x/i.test(number!) ? 16 : radix), "limine"),
    typeText: number!,
  };
}

/** Limine's entries need not be whole pages; to a paragraph they always are. */
const UNIT = 16n;

const GRAMMAR: RustGrammar = {
  begins: /\bEntry \{(?=\s{0,60}base:|$)/g,
  whole: WHOLE,
  numbers: ([base, length]) => [base!, length!],
  unit: UNIT,
  read,
};

export const limineCrateForm: Form = {
  name: "Memory map of Rust's limine crate, printed by a kernel",
  example: "Entry { base: 0x100000, length: 0x7fe1b000, entry_type: EntryType(0) }",
  read: (input) => readRustPrint(input, GRAMMAR),
};
