/**
 * FreeBSD's verbose boot log on UEFI machines, `sysctl machdep.efi_map` and its loader's command
 * `memmap`: the firmware's map.
 *
 *                    Type     Physical      Virtual   #Pages Attr
 *      ConventionalMemory 000000210000 000000000000 0002f156 WC WT WB
 *
 * Pages are of 4 KiB; all numbers are hexadecimal. The virtual address is not filled with zeroes
 * by every version.
 */

import { EFI_PAGE, fromHex } from "../address.ts";
import { efiTypeNamed, FREEBSD_EFI_NAMES } from "../efi_types.ts";
import { type Form } from "../form.ts";
import { type LineGrammar, readLineForm } from "../line_form.ts";
import { type FoundEntry } from "../map_table.ts";

const DESCRIPTOR =
  /^(\w{3,30}) ([0-9a-f]{12,16}) {1,16}([0-9a-f]{1,16}) ([0-9a-f]{8,16})(?: ([A-Z 0-9x]{0,80}))?$/;

function read(part: string): FoundEntry | string | null {
  const [, name, physical, , pages] = DESCRIPTOR.exec(part) ?? [];
  if (name === undefined) {
    const [word = ""] = /^\w+/.exec(part) ?? [];
    return efiTypeNamed(word, FREEBSD_EFI_NAMES) === undefined ? null : "not a whole descriptor";
  }
  return {
    span: { base: fromHex(physical!), length: fromHex(pages!) * EFI_PAGE },
    type: efiTypeNamed(name, FREEBSD_EFI_NAMES),
    typeText: name,
  };
}

const GRAMMAR: LineGrammar = {
  begins: /\b[A-Z]\w{2,29} [0-9a-f]{4,16}(?: {1,16}[0-9a-f]|$)/g,
  read,
  heads: /\bType {1,12}Physical {1,12}Virtual {1,12}#Pages Attr/,
};

export const freebsdEfiForm: Form = {
  name: "FreeBSD boot log (EFI memory map)",
  example: "     ConventionalMemory 000000210000 000000000000 0002f156 WC WT WB",
  read: (input) => readLineForm(input, GRAMMAR, "EFI memory map"),
};
