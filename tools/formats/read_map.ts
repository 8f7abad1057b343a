/**
 * Reads a memory map in any form that people have one in, recognised by its content.
 *
 * Used by the command line and by the explorer; no Node API here nor below.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { e820Form } from "./e820_form.ts";
import { efiForm } from "./efi_form.ts";
import { type Form, type FormReading, textInput, type TextInput } from "./form.ts";
import { iomemForm } from "./iomem_form.ts";
import { jsonForm } from "./json_form.ts";
import { kernelLogForm } from "./kernel_log_form.ts";
import { limineForm } from "./limine_form.ts";
import { MapError, type MapInput, UnknownFormatError } from "./map_input.ts";

/**
 * All forms, the most specific first. A log can hold two of them; the firmware's own map (EFI) is
 * closer to what a boot loader reports than Linux's digest of it (e820).
 */
export const FORMS: readonly Form[] = [
  jsonForm,
  kernelLogForm,
  efiForm,
  e820Form,
  iomemForm,
  limineForm,
];

/** What `read` of one form came to. */
interface Attempt {
  readonly form: Form;
  readonly reading: FormReading | null;
  readonly error: MapError | null;
}

function attempt(form: Form, input: TextInput): Attempt {
  try {
    return { form, reading: form.read(input), error: null };
  } catch (error) {
    if (!(error instanceof MapError)) throw error;
    return { form, reading: null, error };
  }
}

/** The forms that are understood, with an example of each. */
function formList(): string {
  return FORMS.map(({ name, example }) => `  ${name}\n    ${example}`).join("\n");
}

function unknownFormat(text: string): UnknownFormatError {
  const found = text.trim() === "" ? "there is nothing to read" : "no memory map is in this text";
  return new UnknownFormatError(`${found}; these forms are understood:\n${formList()}`);
}

/** The memory map in `text`. UnknownFormatError, or MapError for a known form without a map. */
export function readMemoryMap(text: string): MapInput {
  const input = textInput(text);
  let error: MapError | null = null;
  let second: Attempt | null = null;
  for (const form of FORMS) {
    const made = attempt(form, input);
    error ??= made.error;
    if (!made.reading) continue;
    if (made.reading.complete === false && !second) {
      second = made;
      continue;
    }
    // The last form fits many a text: it is for those in which there is nothing else.
    if (form === limineForm && (error ?? second)) continue;
    return mapInput(made, second);
  }
  if (second) return mapInput(second, null);
  throw error ?? unknownFormat(text);
}

/** The map that was read; `other` is a form that has only a part of it. */
function mapInput({ form, reading }: Attempt, other: Attempt | null): MapInput {
  const { source, entries, notes } = reading!;
  const left = other ? [`${other.form.name}: incomplete, left out`] : [];
  const empty = entries.some(({ type }) => type === MemoryType.USABLE)
    ? []
    : ["no usable memory is listed; is the text whole?"];
  return { format: form.name, source, entries, notes: [...notes, ...left, ...empty] };
}
