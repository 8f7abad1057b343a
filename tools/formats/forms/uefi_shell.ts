/**
 * The UEFI shell's `memmap`: the firmware's map, as any PC prints it that boots from a USB stick.
 *
 *     Type       Start            End              # Pages          Attributes
 *     Available  0000000000100000-0000000000FFFFFF 0000000000000F00 000000000000000F
 *
 * Ends are inclusive; the pages, of 4 KiB, say the same once more.
 */

import { EFI_PAGE, fromHex, hexSpan } from "../address.ts";
import { efiTypeNamed, isSpecificPurpose, SHELL_EFI_NAMES } from "../efi_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";
import { SET_APART } from "./linux_efi.ts";

const DESCRIPTOR =
  /^(\w{2,12}) {1,12}([0-9a-f]{16})-([0-9a-f]{16}) {1,4}([0-9a-f]{8,16}) {1,12}([0-9a-f]{16})$/i;

function read(part: string): FoundEntry | string | null {
  const [, name, first, second, pages, attributes] = DESCRIPTOR.exec(part) ?? [];
  if (name === undefined) {
    // Any word may stand before a range; only a type's name makes it the shell's.
    const [word = ""] = /^\w+/.exec(part) ?? [];
    return efiTypeNamed(word, SHELL_EFI_NAMES) === undefined ? null : "not a whole descriptor";
  }
  const span = hexSpan(first!, second!, "inclusive");
  if (span && span.length !== fromHex(pages!) * EFI_PAGE) return "its end and its pages disagree";
  return {
    span,
    type: efiTypeNamed(name, SHELL_EFI_NAMES),
    typeText: name,
    ...(isSpecificPurpose(attributes!) ? { reservedFor: SET_APART } : {}),
  };
}

const GRAMMAR: LineGrammar = {
  begins: /\b[a-z]\w{1,11} {1,12}[0-9a-f]{8,16}(?:-|$)/gi,
  read,
  heads: /\bType {1,12}Start {1,16}End {1,16}# Pages/,
};

export const uefiShellForm: Form = {
  name: "UEFI shell (memmap)",
  example: "Available  0000000000100000-0000000000FFFFFF 0000000000000F00 000000000000000F",
  read: (input) => readLineForm(input, GRAMMAR, "memmap"),
};
