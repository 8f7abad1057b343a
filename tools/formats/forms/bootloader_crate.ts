/**
 * Maps that kernels print with the `bootloader` crate for Rust, since its version 0.10.
 *
 *     MemoryRegion { start: 0x100000, end: 0x7faef000, kind: Usable }
 *     MemoryRegion { start: 0x7faef000, end: 0x7fb6f000, kind: UnknownUefi(0) }
 *
 * Ends are exclusive. `UnknownUefi` and `UnknownBios` carry the firmware's number. `Bootloader` is
 * what the kernel must not touch: its image, its page tables.
 */

import { MemoryType } from "../../../abi/memory_type.ts";
import { EFI_PAGE, spanOf } from "../address.ts";
import { type Form } from "../form.ts";
import { type FoundEntry } from "../map_table.ts";
import { type Numbering, typeOfNumber } from "../numbering.ts";
import { numberIn, type Radix } from "../radix.ts";
import { readRustPrint, RUST_NUMBER, type RustGrammar } from "../rust_print.ts";

const WHOLE = new RegExp(
  `^MemoryRegion \\{\\s{0,60}start: (${RUST_NUMBER}),\\s{0,60}end: (${RUST_NUMBER}),` +
    `\\s{0,60}kind: (\\w{1,40}(?:\\(\\s{0,60}(?:0x)?[0-9a-f]{1,8},?\\s{0,60}\\))?),?\\s{0,60}\\}`,
);

/** Memory that is the boot loader's, or the kernel's own. */
const KEPT = /\bkind: Bootloader\b/;

const NUMBERED = /^(UnknownUefi|UnknownBios)\(\s*((?:0x)?[0-9a-f]+),?\s*\)$/;

const NUMBERINGS: Readonly<Record<string, Numbering>> = { UnknownUefi: "efi", UnknownBios: "e820" };

const KINDS = new Map<string, number>([
  ["Usable", MemoryType.USABLE],
  ["Bootloader", MemoryType.RESERVED],
]);

function typeOf(kind: string, radix: Radix): number | undefined {
  const [, name, digits] = NUMBERED.exec(kind) ?? [];
  if (name === undefined || digits === undefined) return KINDS.get(kind);
  const marked = /^0x/i.test(digits);
  if (!marked && radix === 10 && !/^\d+$/.test(digits)) return undefined;
  return typeOfNumber(Number(numberIn(digits, radix)), NUMBERINGS[name]!);
}

function read([start, end, kind]: readonly string[], radix: Radix): FoundEntry {
  return {
    span: spanOf(numberIn(start!, radix), numberIn(end!, radix), "exclusive"),
    type: typeOf(kind!, radix),
    typeText: kind!.replaceAll(/\s/g, ""),
  };
}

const GRAMMAR: RustGrammar = {
  begins: /\bMemoryRegion \{/g,
  whole: WHOLE,
  numbers: ([start, end]) => [start!, end!],
  unit: EFI_PAGE,
  read,
};

export const bootloaderCrateForm: Form = {
  name: "Memory regions of Rust's bootloader crate, printed by a kernel",
  example: "MemoryRegion { start: 0x100000, end: 0x7faef000, kind: Usable }",
  read(input) {
    const reading = readRustPrint(input, GRAMMAR);
    if (!reading || !input.lines.some(({ text }) => KEPT.test(text))) return reading;
    const note = "what the boot loader keeps for the kernel is taken as reserved";
    return { ...reading, notes: [...reading.notes, note] };
  },
};
