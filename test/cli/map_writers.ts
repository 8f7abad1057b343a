/**
 * Writes memory maps in the forms that the tools read: what a machine would have printed. Shares
 * nothing with the readers.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** A form that maps can be written in. */
export interface MapWriter {
  /** The name that the reader knows the form by. */
  readonly form: string;
  /** How it is spelled, for the test's name. */
  readonly style: string;
  /** The types that it can express. */
  readonly types: readonly number[];
  readonly write: (entries: readonly MemoryMapEntry[]) => string;
}

const LINUX_LOG_NAMES = new Map<number, string>([
  [MemoryType.USABLE, "usable"],
  [MemoryType.RESERVED, "reserved"],
  [MemoryType.ACPI_RECLAIMABLE, "ACPI data"],
  [MemoryType.ACPI_NVS, "ACPI NVS"],
  [MemoryType.BAD, "unusable"],
]);

const LINUX_RESOURCE_NAMES = new Map<number, string>([
  [MemoryType.USABLE, "System RAM"],
  [MemoryType.RESERVED, "Reserved"],
  [MemoryType.ACPI_RECLAIMABLE, "ACPI Tables"],
  [MemoryType.ACPI_NVS, "ACPI Non-volatile Storage"],
  [MemoryType.BAD, "Unusable memory"],
]);

/** EFI_MEMORY_TYPE and Linux's name of it. */
const EFI_TYPES = new Map<number, readonly [number, string]>([
  [MemoryType.USABLE, [7, "Conventional"]],
  [MemoryType.RESERVED, [0, "Reserved"]],
  [MemoryType.ACPI_RECLAIMABLE, [9, "ACPI Reclaim"]],
  [MemoryType.ACPI_NVS, [10, "ACPI Mem NVS"]],
  [MemoryType.BAD, [8, "Unusable"]],
  [MemoryType.BOOTLOADER_RECLAIMABLE, [2, "Loader Data"]],
]);

const LIMINE_NAMES = [
  "USABLE",
  "RESERVED",
  "ACPI_RECLAIMABLE",
  "ACPI_NVS",
  "BAD_MEMORY",
  "BOOTLOADER_RECLAIMABLE",
  "KERNEL_AND_MODULES",
  "FRAMEBUFFER",
];

const LIMINE_TYPES = LIMINE_NAMES.map((_, type) => type);

const digits = (value: bigint) => value.toString(16).padStart(16, "0");
const last = ({ base, length }: MemoryMapEntry) => base + length - 1n;
const end = ({ base, length }: MemoryMapEntry) => base + length;

/** A writer of one line an entry. */
function lines(
  form: string,
  style: string,
  types: Iterable<number>,
  line: (entry: MemoryMapEntry, index: number) => string,
): MapWriter {
  const write = (entries: readonly MemoryMapEntry[]) => entries.map(line).join("\n");
  return { form, style, types: [...types], write };
}

const E820 = "Linux boot log (BIOS-e820 lines)";
const EFI = "Linux boot log (efi: mem lines)";
const LIMINE = "Limine memory map, printed by a kernel";

export const MAP_WRITERS: readonly MapWriter[] = [
  {
    form: "JSON map file",
    style: "hexadecimal strings",
    types: LIMINE_TYPES,
    write: (entries) =>
      JSON.stringify({
        source: "a test",
        entries: entries.map(({ base, length, type }) => ({
          base: `0x${base.toString(16)}`,
          length: `${length}`,
          type,
        })),
      }),
  },
  lines(E820, "as now", LINUX_LOG_NAMES.keys(), (entry) => {
    const name = LINUX_LOG_NAMES.get(entry.type);
    const range = `0x${digits(entry.base)}-0x${digits(last(entry))}`;
    return `[    0.000000] BIOS-e820: [mem ${range}] ${name}`;
  }),
  lines(E820, "before Linux 3.5", LINUX_LOG_NAMES.keys(), (entry) => {
    const name = LINUX_LOG_NAMES.get(entry.type);
    return ` BIOS-e820: ${digits(entry.base)} - ${digits(end(entry))} (${name})`;
  }),
  lines(EFI, "as now", EFI_TYPES.keys(), (entry, index) => {
    const number = `${index}`.padStart(2, "0");
    const [, name] = EFI_TYPES.get(entry.type)!;
    const range = `0x${digits(entry.base)}-0x${digits(last(entry))}`;
    return `efi: mem${number}: [${name.padEnd(13)}|   |  |  |  |   |WB|WT|WC|UC] range=[${range}] (0MB)`;
  }),
  lines(EFI, "types by number", EFI_TYPES.keys(), (entry, index) => {
    const number = `${index}`.padStart(2, "0");
    const [type] = EFI_TYPES.get(entry.type)!;
    const range = `0x${digits(entry.base)}-0x${digits(end(entry))}`;
    return `[    0.0] efi: mem${number}: type=${type}, attr=0xf, range=[${range}) (0MB)`;
  }),
  lines("/proc/iomem", "top level", LINUX_RESOURCE_NAMES.keys(), (entry) => {
    const width = last(entry) >> 32n ? 9 : 8;
    const range = [entry.base, last(entry)].map((at) => at.toString(16).padStart(width, "0"));
    return `${range.join("-")} : ${LINUX_RESOURCE_NAMES.get(entry.type)}`;
  }),
  lines(
    LIMINE,
    "labels, type by number",
    LIMINE_TYPES,
    ({ base, length, type }) =>
      `base: 0x${base.toString(16)}, type: ${type}, length: 0x${length.toString(16)}`,
  ),
  lines(
    LIMINE,
    "labels, the protocol's names",
    LIMINE_TYPES,
    ({ base, length, type }, index) =>
      `[INFO] memmap[${index}] base=0x${digits(base)} len=0x${digits(length)} LIMINE_MEMMAP_${LIMINE_NAMES[type]}`,
  ),
  lines(LIMINE, "inclusive ranges, words", LIMINE_TYPES, (entry) => {
    const name = LIMINE_NAMES[entry.type]!.toLowerCase().replaceAll("_", " ");
    return `0x${digits(entry.base)} - 0x${digits(last(entry))} : ${name}`;
  }),
  lines(LIMINE, "as the loader itself prints it", LIMINE_TYPES, (entry) => {
    const name = LIMINE_NAMES[entry.type]!.toLowerCase().replaceAll("_", " ");
    const [base, top, length] = [entry.base, end(entry), entry.length].map((n) => n.toString(16));
    return `[0x${base} -> 0x${top}] : 0x${length} <${name} (${entry.type})>`;
  }),
  lines(LIMINE, "hexadecimal without a mark", LIMINE_TYPES, ({ base, length, type }, index) => {
    const name = LIMINE_NAMES[type]!.toLowerCase().replaceAll("_", "-");
    return `entry ${index}: base ${digits(base)} length ${digits(length)} type ${name}`;
  }),
  lines(
    LIMINE,
    "decimal",
    LIMINE_TYPES,
    ({ base, length, type }) => `base=${base} length=${length} type=${type}`,
  ),
];
