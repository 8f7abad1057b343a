/**
 * Reads a memory map in any form that people have one in.
 *
 * A form is recognised by its own grammar and by nothing else; a text of no form is refused, never
 * guessed at. Used by the command line and by the explorer; no Node API here nor below.
 */

import { type Attempt, bestReading, leftOutNotes } from "./choose_map.ts";
import { type Form } from "./form.ts";
import { bootloaderCrateForm } from "./forms/bootloader_crate.ts";
import { corebootForm } from "./forms/coreboot.ts";
import { esxiMbootForm } from "./forms/esxi_mboot.ts";
import { freebsdEfiForm } from "./forms/freebsd_efi.ts";
import { freebsdSmapForm } from "./forms/freebsd_smap.ts";
import { grubLsmmapForm } from "./forms/grub_lsmmap.ts";
import { jsonForm } from "./forms/json.ts";
import { labelledForm } from "./forms/labelled.ts";
import { limineCrateForm } from "./forms/limine_crate.ts";
import { linuxE820Form } from "./forms/linux_e820.ts";
import { linuxEfiForm } from "./forms/linux_efi.ts";
import { linuxEfiArmForm } from "./forms/linux_efi_arm.ts";
import { linuxIomemForm } from "./forms/linux_iomem.ts";
import { linuxNodesForm } from "./forms/linux_nodes.ts";
import { rangesForm } from "./forms/ranges.ts";
import { seabiosForm } from "./forms/seabios.ts";
import { slopOsLogForm } from "./forms/slopos_log.ts";
import { uefiCrateForm } from "./forms/uefi_crate.ts";
import { uefiShellForm } from "./forms/uefi_shell.ts";
import { xenForm } from "./forms/xen.ts";
import { xenEfiForm } from "./forms/xen_efi.ts";
import { MapError, type MapInput, UnknownFormatError } from "./map_input.ts";
import { type Numbering } from "./numbering.ts";
import { type TextInput, textInput } from "./text.ts";
import { usableBytes } from "./usable.ts";

/**
 * All forms. Of two that tell the same the earlier one is read: the firmware's own map (EFI) is
 * closer to what a boot loader reports than a digest of it (e820), and a hypervisor's log than its
 * guest's.
 */
export const FORMS: readonly Form[] = [
  jsonForm,
  slopOsLogForm,
  linuxEfiForm,
  linuxEfiArmForm,
  xenEfiForm,
  uefiShellForm,
  esxiMbootForm,
  uefiCrateForm,
  freebsdEfiForm,
  xenForm,
  linuxE820Form,
  seabiosForm,
  corebootForm,
  grubLsmmapForm,
  freebsdSmapForm,
  bootloaderCrateForm,
  limineCrateForm,
  linuxIomemForm,
  linuxNodesForm,
  labelledForm,
  rangesForm,
];

export interface ReadMapOptions {
  /** Whose numbers types are that are written as numbers; by default the text has to say it. */
  readonly types?: Numbering;
}

function attempt(form: Form, input: TextInput, types: Numbering | undefined): Attempt {
  try {
    return { form, reading: form.read(input, types), error: null };
  } catch (error) {
    if (!(error instanceof MapError)) throw error;
    return { form, reading: null, error };
  }
}

/** The forms that are understood, with an example of each. */
function formList(): string {
  return FORMS.map(
    ({ name, example }) => `  ${name}\n    ${example.replaceAll("\n", "\n    ")}`,
  ).join("\n");
}

/** A line of Linux's log, as `dmesg` and the journal show it, or one with a range as it writes them. */
const KERNEL_LINE =
  /^(?:<\d>)?\[ {0,5}\d{1,6}\.\d{6}\] |\bkernel: |\[mem 0x[0-9a-f]{1,16}-0x[0-9a-f]{1,16}\]/;

/** What to do about a text that no form is found in. */
function hintFor({ lines }: TextInput): string {
  if (!lines.some(({ text }) => KERNEL_LINE.test(text))) return "";
  return (
    "\nLinux's log has the map at its beginning, which the ring buffer may have dropped; the journal " +
    "has it: journalctl -k -b"
  );
}

function unknownFormat(input: TextInput): UnknownFormatError {
  const empty = input.text.trim() === "";
  const found = empty ? "there is nothing to read" : "no memory map is in this text";
  const list = `${found}; these forms are understood:\n${formList()}`;
  return new UnknownFormatError(`${list}${hintFor(input)}`);
}

/** The memory map in `text`. UnknownFormatError, or MapError for a known form without a map. */
export function readMemoryMap(text: string, { types }: ReadMapOptions = {}): MapInput {
  const input = textInput(text);
  const specific = FORMS.filter(({ last }) => !last).map((form) => attempt(form, input, types));
  const found = specific.some(({ reading, error }) => reading ?? error);
  const attempts = found
    ? specific
    : FORMS.filter(({ last }) => last).map((form) => attempt(form, input, types));
  const best = bestReading(attempts);
  if (!best) throw attempts.find(({ error }) => error)?.error ?? unknownFormat(input);
  const { form, reading } = best;
  const unusable =
    usableBytes(reading.entries) > 0n ? [] : ["no usable memory is listed; is the text whole?"];
  return {
    format: form.name,
    source: reading.source,
    entries: reading.entries,
    notes: [...reading.notes, ...leftOutNotes(best, attempts), ...unusable],
  };
}
