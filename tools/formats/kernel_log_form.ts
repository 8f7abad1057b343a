/**
 * The kernel's own boot log: `memmap: 0x…-0x… usable bytes=…`, the entries that its loader reported.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { MEMORY_TYPE_NAMES, type MemoryMapEntry } from "../../sim/memory_map.ts";
import { BootLog, type LogLine } from "../log/boot_log.ts";
import { fromHex } from "./address.ts";
import { type Form, type FormReading, type TextInput } from "./form.ts";
import { MapError } from "./map_input.ts";

const ENTRY = /^0x([0-9a-f]{16})-0x[0-9a-f]{16} ([a-z_]+)$/;

/** The entry that `line` tells of; null if it is another line. The length is exact, the end is not. */
function entryOf({ message, values }: LogLine): MemoryMapEntry | null {
  const [, base, name] = ENTRY.exec(message) ?? [];
  const bytes = values["bytes"];
  if (base === undefined || name === undefined || !/^\d{1,20}$/.test(bytes ?? "")) return null;
  const length = BigInt(bytes!);
  if (length >> 64n !== 0n) return null;
  const type = MEMORY_TYPE_NAMES.indexOf(name);
  return { base: fromHex(base), length, type: type < 0 ? MemoryType.RESERVED : type };
}

function read({ lines }: TextInput): FormReading | null {
  const log = new BootLog(lines.map(({ text }) => text));
  const entries = log
    .all("memmap", "0x")
    .map(entryOf)
    .filter((entry) => entry !== null);
  if (entries.length === 0) {
    if (!log.first) return null;
    throw new MapError(
      "this log of SlopOS lists no memory map; boot with log=info or log=debug in the options",
    );
  }
  const announced = Number(log.first?.values["entries"] ?? entries.length);
  const notes = [
    ...(announced === entries.length
      ? []
      : [`the loader announced ${announced} entries, the log holds ${entries.length}`]),
    ...(log.all("memmap", "0x").some(({ message }) => message.endsWith(" unknown"))
      ? ["entries of unknown type are taken as reserved, as the kernel takes them"]
      : []),
  ];
  return { source: log.first?.values["loader"] ?? "", entries, notes };
}

export const kernelLogForm: Form = {
  name: "SlopOS boot log",
  example: "[    0.000001] memmap: 0x0000000000100000-0x0000000007edffff usable bytes=131989504",
  read,
};
