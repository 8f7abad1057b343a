/**
 * The kernel's own boot log: `memmap: 0x…-0x… usable bytes=…`, the entries that its loader reported.
 * Of a log of several boots the last is read.
 */

import { MEMORY_TYPE_NAMES } from "../../../sim/memory_map.ts";
import { type LogLine, parseLogLine } from "../../log/boot_log.ts";
import { ADDRESS_SPACE, fromHex } from "../address.ts";
import { type Form, type FormReading } from "../form.ts";
import { MapError } from "../map_input.ts";
import { type FoundEntry, MapTable } from "../map_table.ts";
import { type TextInput, type TextLine } from "../text.ts";

const ENTRY = /^0x([0-9a-f]{16})-0x([0-9a-f]{16}) (\w{1,40})$/;

interface ReadLine {
  readonly line: TextLine;
  readonly log: LogLine;
}

/** The lines of the last boot that are the kernel's. */
function lastBoot(lines: readonly TextLine[]): ReadLine[] {
  const read = lines.flatMap((line) => {
    const log = parseLogLine(line.text);
    return log ? [{ line, log }] : [];
  });
  const first = read.findLastIndex(({ log }) => log.tag === "boot" && "loader" in log.values);
  return read.slice(Math.max(0, first));
}

/** The entry that `log` tells of, or why there is none. */
function entryOf({ message, values }: LogLine): FoundEntry | string {
  const [, base, last, name] = ENTRY.exec(message) ?? [];
  const bytes = values["bytes"] ?? "";
  if (base === undefined || name === undefined || !/^\d{1,20}$/.test(bytes)) {
    return "not a whole entry";
  }
  const span = { base: fromHex(base), length: BigInt(bytes) };
  const end = span.base + span.length;
  // The kernel shows an end at or beyond the last address as the last one.
  if (end > 0n && end < ADDRESS_SPACE - 1n && end - 1n !== fromHex(last!)) {
    return "its end and its bytes disagree";
  }
  const type = MEMORY_TYPE_NAMES.indexOf(name);
  return { span, type: type < 0 ? undefined : type, typeText: values["type"] ?? name };
}

function read({ lines }: TextInput): FormReading | null {
  const boot = lastBoot(lines);
  const first = boot.find(({ log }) => log.tag === "boot" && "loader" in log.values)?.log.values;
  const table = new MapTable();
  table.announced = /^\d{1,6}$/.test(first?.["entries"] ?? "")
    ? Number(first!["entries"])
    : undefined;
  for (const { line, log } of boot) {
    if (log.tag !== "memmap" || !log.message.startsWith("0x")) continue;
    const entry = entryOf(log);
    if (typeof entry === "string") table.leaveOut(line, log.text, entry);
    else table.add(line, log.text, entry);
  }
  if (table.entries.length > 0) {
    return {
      source: first?.["loader"] ?? "",
      entries: table.entries,
      notes: table.notes,
      ...(table.missing > 0 ? { complete: false } : {}),
    };
  }
  if (!first) return null;
  throw new MapError(
    "this log of SlopOS lists no memory map; boot with log=info or log=debug in the options",
  );
}

export const slopOsLogForm: Form = {
  name: "SlopOS boot log",
  example: "[    0.000001] memmap: 0x0000000000100000-0x0000000007edffff usable bytes=131989504",
  read,
};
