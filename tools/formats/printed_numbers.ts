/**
 * Whose numbers the types of a printed map are. The map says it, or the user; where nobody does, it
 * is refused, because 1 is usable to one and reserved to another.
 */

import { EFI_PAGE } from "./address.ts";
import { MapError } from "./map_input.ts";
import { type Numbering, NUMBERINGS, typeOfNumber } from "./numbering.ts";
import { type PrintedRange } from "./range_ends.ts";

/** Words that say whose numbers a map has. */
const WORDS: Readonly<Record<Numbering, RegExp>> = {
  limine: /limine/i,
  e820: /\be820\b|\bmultiboot/i,
  efi: /\bu?efi\b/i,
};

/** The numbering that the first of `texts` with such a word says; undefined if it says several. */
function numberingSaid(texts: readonly string[]): Numbering | undefined {
  const all = texts.map((text) => NUMBERINGS.filter((numbering) => WORDS[numbering].test(text)));
  const said = all.find(({ length }) => length > 0) ?? [];
  return said.length === 1 ? said[0] : undefined;
}

/** An entry whose type is a number. */
export interface NumberedEntry extends PrintedRange {
  readonly number: number;
  /** True if there is more than base, size and type: attributes, say. */
  readonly more: boolean;
}

/** UEFI's number of ordinary memory. */
const EFI_CONVENTIONAL = 7;

/**
 * True if only Limine can have numbered `entries` so: 0 is usable memory to it, no type of E820's,
 * and reserved to UEFI, whose maps have ordinary memory as type 7, attributes, and whole pages.
 */
function canOnlyBeLimine(entries: readonly NumberedEntry[]): boolean {
  const has = (number: number) => entries.some((entry) => entry.number === number);
  const isWhole = (bytes: bigint | undefined) => bytes === undefined || bytes % EFI_PAGE === 0n;
  const whole = entries.every(({ base, length }) => isWhole(base) && isWhole(length));
  const plain = entries.every(
    ({ number, more }) => typeOfNumber(number, "limine") !== undefined && !more,
  );
  return plain && has(0) && !(whole && has(EFI_CONVENTIONAL));
}

/**
 * Whose numbers `entries` have: what the user says, or the nearest of `headings`, or else Limine's
 * where they can be no other's. `MapError` if that is not known.
 */
export function numberingOf(
  entries: readonly NumberedEntry[],
  headings: readonly string[],
  given: Numbering | undefined,
): Numbering {
  const said = given ?? numberingSaid(headings);
  if (said) return said;
  if (canOnlyBeLimine(entries)) return "limine";
  throw new MapError(
    "the types of this map are numbers, and nothing says whose: 1 is usable to E820 (BIOS, " +
      "Multiboot), reserved to Limine and a boot loader's to UEFI. Put a line above the map that " +
      'says it, such as "Limine memory map:", "E820 memory map:" or "EFI memory map:"; the command ' +
      "takes --types limine, --types e820 or --types efi as well",
  );
}
