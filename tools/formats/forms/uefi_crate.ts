/**
 * Maps that programs print with the `uefi` crate for Rust: the firmware's own, in pages of 4 KiB.
 *
 *     MemoryDescriptor { ty: CONVENTIONAL, phys_start: 4096, virt_start: 0, page_count: 159, att: … }
 */

import { EFI_PAGE } from "../address.ts";
import { efiType, efiTypeNamed, UEFI_CRATE_NAMES } from "../efi_types.ts";
import { type Form } from "../form.ts";
import { type FoundEntry } from "../map_table.ts";
import { numberIn, type Radix } from "../radix.ts";
import { readRustPrint, RUST_NUMBER, type RustGrammar } from "../rust_print.ts";
import { SET_APART } from "./linux_efi.ts";

const FIELD = (name: string, value: string) => `\\s{0,60}${name}: (${value}),`;
const WHOLE = new RegExp(
  `^MemoryDescriptor \\{${FIELD("ty", "[\\w:()]{1,60}")}(?:\\s{0,60}padding: \\w{1,20},)?` +
    FIELD("phys_start", RUST_NUMBER) +
    FIELD("virt_start", RUST_NUMBER) +
    FIELD("page_count", RUST_NUMBER) +
    "\\s{0,60}att: ([^{}]{1,400}?),?\\s{0,60}\\}",
);

/** A type by number, as versions of the crate print those that have no name, and all of them. */
const NUMBERED = /^(?:MemoryType)?\(?(?:0x)?([0-9a-f]{1,8})\)?$/i;

function typeOf(text: string, radix: Radix): number | undefined {
  const name = text.replace(/^MemoryType(?:::|\()/, "").replace(/\)$/, "");
  const named = efiTypeNamed(name, UEFI_CRATE_NAMES);
  const digits = NUMBERED.exec(text)?.[1];
  if (named !== undefined || digits === undefined) return named;
  return efiType(Number.parseInt(digits, /0x/i.test(text) ? 16 : radix));
}

function read([ty, start, , pages, attributes]: readonly string[], radix: Radix): FoundEntry {
  return {
    span: { base: numberIn(start!, radix), length: numberIn(pages!, radix) * EFI_PAGE },
    type: typeOf(ty!, radix),
    typeText: ty!,
    ...(/\bSPECIAL_PURPOSE\b/.test(attributes!) ? { reservedFor: SET_APART } : {}),
  };
}

const GRAMMAR: RustGrammar = {
  begins: /\bMemoryDescriptor \{/g,
  whole: WHOLE,
  numbers: ([, start]) => [start!],
  unit: EFI_PAGE,
  read,
};

export const uefiCrateForm: Form = {
  name: "UEFI memory map, printed with Rust's uefi crate",
  example:
    "MemoryDescriptor { ty: CONVENTIONAL, phys_start: 4096, virt_start: 0, page_count: 8, att: WB }",
  read: (input) => readRustPrint(input, GRAMMAR),
};
