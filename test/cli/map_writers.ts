/**
 * Writes memory maps in the forms that the tools read: what a machine would have printed. Shares
 * nothing with the readers.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { digits, end, hex, last, lines, type MapWriter } from "./map_writer.ts";

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

const LINUX_7_NAMES = new Map<number, string>([
  ...LINUX_LOG_NAMES,
  [MemoryType.USABLE, "System RAM"],
  [MemoryType.RESERVED, "device reserved"],
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

/** Names by EFI_MEMORY_TYPE, of the types that are written. */
const SHELL_NAMES = new Map([
  [7, "Available"],
  [0, "Reserved"],
  [9, "ACPI_Recl"],
  [10, "ACPI_NVS"],
  [8, "Unusable"],
  [2, "LoaderData"],
]);
const FREEBSD_NAMES = new Map([
  [7, "ConventionalMemory"],
  [0, "Reserved"],
  [9, "ACPIReclaimMemory"],
  [10, "ACPIMemoryNVS"],
  [8, "UnusableMemory"],
  [2, "LoaderData"],
]);
const CRATE_NAMES = new Map([
  [7, "CONVENTIONAL"],
  [0, "RESERVED"],
  [9, "ACPI_RECLAIM"],
  [10, "ACPI_NON_VOLATILE"],
  [8, "UNUSABLE"],
  [2, "LOADER_DATA"],
]);

/** E820's number of each type, and the names that SeaBIOS, coreboot and GRUB have for it. */
const E820_TYPES = new Map<number, readonly [number, string, string, string]>([
  [MemoryType.USABLE, [1, "RAM", "RAM", "available RAM"]],
  [MemoryType.RESERVED, [2, "RESERVED", "RESERVED", "reserved RAM"]],
  [MemoryType.ACPI_RECLAIMABLE, [3, "ACPI", "ACPI", "ACPI reclaimable RAM"]],
  [MemoryType.ACPI_NVS, [4, "NVS", "NVS", "ACPI non-volatile storage RAM"]],
  [MemoryType.BAD, [5, "UNUSABLE", "UNUSABLE", "faulty RAM (BadRAM)"]],
]);

/** What Rust's bootloader crate calls a type: the firmware's number where it has no name. */
function bootloaderKind(type: number, radix: number): string {
  if (type === MemoryType.USABLE) return "Usable";
  return `UnknownUefi(${EFI_TYPES.get(type)![0].toString(radix)})`;
}
const BOOTLOADER_KINDS = [...EFI_TYPES.keys()].filter(
  (type) => type !== MemoryType.BOOTLOADER_RECLAIMABLE,
);

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

const E820 = "Linux boot log (BIOS-e820 lines)";
const EFI = "Linux boot log (efi: mem lines)";
const EFI_ARM = "Linux boot log of ARM and RISC-V (EFI memory map)";
const NODES = "Linux boot log (early memory node ranges)";
const XEN = "Xen boot log (RAM map)";
const XEN_EFI = "Xen boot log (EFI memory map)";
const SHELL = "UEFI shell (memmap)";
const ESXI = "ESXi boot loader log (MMap lines)";
const UEFI_CRATE = "UEFI memory map, printed with Rust's uefi crate";
const FREEBSD_EFI = "FreeBSD boot log (EFI memory map)";
const FREEBSD_SMAP = "FreeBSD boot log (SMAP lines)";
const SEABIOS = "SeaBIOS log (e820 map)";
const COREBOOT = "coreboot log (memory table)";
const GRUB = "GRUB (lsmmap)";
const BOOTLOADER_CRATE = "Memory regions of Rust's bootloader crate, printed by a kernel";
const LIMINE_CRATE = "Memory map of Rust's limine crate, printed by a kernel";
const LABELS = "Memory map with labels, printed by a kernel";
const RANGES = "Memory map of ranges, printed by a kernel";

/** Bytes of UEFI's pages. */
const PAGE = 4096n;
const pages = ({ length }: MemoryMapEntry) => length / PAGE;
const efiNumber = ({ type }: MemoryMapEntry) => EFI_TYPES.get(type)![0];

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
  lines("SlopOS boot log", "as the kernel logs it", LIMINE_TYPES, (entry) => {
    const name = LIMINE_NAMES[entry.type]!.toLowerCase().replace("bad_memory", "bad");
    const range = `0x${digits(entry.base)}-0x${digits(last(entry))}`;
    return `[    0.001234] memmap: ${range} ${name} bytes=${entry.length}`;
  }),
  lines(E820, "as now", LINUX_LOG_NAMES.keys(), (entry) => {
    const name = LINUX_LOG_NAMES.get(entry.type);
    const range = `0x${digits(entry.base)}-0x${digits(last(entry))}`;
    return `[    0.000000] BIOS-e820: [mem ${range}] ${name}`;
  }),
  lines(E820, "before Linux 3.5", LINUX_LOG_NAMES.keys(), (entry) => {
    const name = LINUX_LOG_NAMES.get(entry.type);
    return ` BIOS-e820: ${digits(entry.base)} - ${digits(end(entry))} (${name})`;
  }),
  lines(
    E820,
    "since Linux 7, in a journal",
    LINUX_RESOURCE_NAMES.keys(),
    (entry) => {
      const range = `0x${digits(entry.base)}-0x${digits(last(entry))}`;
      return `Apr 18 12:12:38 laptop kernel: BIOS-e820: [mem ${range}]  ${LINUX_7_NAMES.get(entry.type)}`;
    },
    { heading: () => "Apr 18 12:12:38 laptop kernel: BIOS-provided physical RAM map:" },
  ),
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
  lines(EFI_ARM, "as now", EFI_TYPES.keys(), (entry) => {
    const [, name] = EFI_TYPES.get(entry.type)!;
    const range = [entry.base, last(entry)].map((at) => `0x${at.toString(16).padStart(12, "0")}`);
    return `[    0.000000] efi:   ${range.join("-")} [${name.padEnd(19)}|   |  |  |  |WB|  |  |  ]`;
  }),
  lines(EFI_ARM, "before the prefix", EFI_TYPES.keys(), (entry) => {
    const [, name] = EFI_TYPES.get(entry.type)!;
    const range = [entry.base, last(entry)].map((at) => `0x${at.toString(16).padStart(12, "0")}`);
    return `[    0.000000]   ${range.join("-")} [${name.padEnd(18)}|   |  |  |WB|WT|WC|UC]*`;
  }),
  lines(
    NODES,
    "as now",
    [MemoryType.USABLE],
    (entry) => `[    0.000000]   node   0: [mem 0x${digits(entry.base)}-0x${digits(last(entry))}]`,
    { partial: true, heading: () => "[    0.000000] Early memory node ranges" },
  ),
  lines(
    XEN,
    "as now",
    LINUX_LOG_NAMES.keys(),
    (entry) =>
      `(XEN)  [${digits(entry.base)}, ${digits(last(entry))}] (${LINUX_LOG_NAMES.get(entry.type)})`,
  ),
  lines(
    XEN,
    "before Xen 4.14, with times",
    LINUX_LOG_NAMES.keys(),
    (entry) =>
      `(XEN) [00000025b1f3f8b8]  ${digits(entry.base)} - ${digits(end(entry))} (${LINUX_LOG_NAMES.get(entry.type)})`,
    { heading: () => "(XEN) Xen-e820 RAM map:" },
  ),
  lines(
    XEN_EFI,
    "as now",
    EFI_TYPES.keys(),
    (entry) => {
      const range = [entry.base, last(entry)].map((at) => at.toString(16).padStart(13, "0"));
      return `(XEN)  ${range.join("-")} type=${efiNumber(entry)} attr=000000000000000f`;
    },
    { heading: () => "(XEN) EFI memory map:" },
  ),
  lines(
    SHELL,
    "as now",
    EFI_TYPES.keys(),
    (entry) => {
      const range = [entry.base, last(entry)].map((at) => digits(at).toUpperCase());
      const name = SHELL_NAMES.get(efiNumber(entry))!.padEnd(10);
      return `${name} ${range.join("-")} ${digits(pages(entry)).toUpperCase()} 000000000000000F`;
    },
    {
      unit: PAGE,
      heading: () => "Type       Start            End              # Pages          Attributes",
    },
  ),
  lines(ESXI, "each line twice", EFI_TYPES.keys(), (entry, index) => {
    const range = `${hex(entry.base)} - ${hex(last(entry))}`;
    const text = `MMap[${index}]: ${range} len=${entry.length}, type=${efiNumber(entry)}, attr=0xf`;
    return `<7>${text}\n${text}`;
  }),
  lines(
    UEFI_CRATE,
    "{:?}",
    EFI_TYPES.keys(),
    (entry) =>
      `INFO: MemoryDescriptor { ty: ${CRATE_NAMES.get(efiNumber(entry))}, padding: 0, phys_start: ${entry.base}, virt_start: 0, page_count: ${pages(entry)}, att: UNCACHEABLE | WRITE_BACK }`,
    { unit: PAGE },
  ),
  lines(
    UEFI_CRATE,
    "{:#x?}",
    EFI_TYPES.keys(),
    (entry) =>
      `MemoryDescriptor {\n    ty: MemoryType(${hex(BigInt(efiNumber(entry)))}),\n    phys_start: ${hex(entry.base)},\n    virt_start: 0x0,\n    page_count: ${hex(pages(entry))},\n    att: MemoryAttribute(\n        UNCACHEABLE | WRITE_BACK,\n    ),\n}`,
    { unit: PAGE },
  ),
  lines(
    FREEBSD_EFI,
    "as now",
    EFI_TYPES.keys(),
    (entry) => {
      const base = entry.base.toString(16).padStart(12, "0");
      const count = pages(entry).toString(16).padStart(8, "0");
      const name = FREEBSD_NAMES.get(efiNumber(entry))!.padStart(23);
      return `${name} ${base} 000000000000 ${count} UC WC WT WB `;
    },
    {
      unit: PAGE,
      heading: () => "                   Type     Physical      Virtual   #Pages Attr",
    },
  ),
  lines(FREEBSD_SMAP, "as now", E820_TYPES.keys(), ({ base, length, type }) => {
    const [number] = E820_TYPES.get(type)!;
    return `SMAP type=0${number} base=${digits(base)} len=${digits(length)}`;
  }),
  lines(
    SEABIOS,
    "as now",
    E820_TYPES.keys(),
    (entry, index) => {
      const [number, name] = E820_TYPES.get(entry.type)!;
      return `  ${index}: ${digits(entry.base)} - ${digits(end(entry))} = ${number} ${name}`;
    },
    { heading: (entries) => `e820 map has ${entries.length} items:` },
  ),
  lines(COREBOOT, "with levels", E820_TYPES.keys(), (entry, index) => {
    const [, , name] = E820_TYPES.get(entry.type)!;
    const number = `${index}`.padStart(2);
    return `[DEBUG]  ${number}. ${digits(entry.base)}-${digits(last(entry))}: ${name}`;
  }),
  lines(GRUB, "as now", E820_TYPES.keys(), ({ base, length, type }) => {
    const [, , , name] = E820_TYPES.get(type)!;
    return `base_addr = ${hex(base)}, length = ${hex(length)}, ${name}`;
  }),
  lines(
    BOOTLOADER_CRATE,
    "{:?}",
    BOOTLOADER_KINDS,
    (entry) =>
      `MemoryRegion { start: ${entry.base}, end: ${end(entry)}, kind: ${bootloaderKind(entry.type, 10)} }`,
    { unit: PAGE },
  ),
  lines(
    BOOTLOADER_CRATE,
    "{:x?}",
    BOOTLOADER_KINDS,
    (entry) =>
      `MemoryRegion { start: ${entry.base.toString(16)}, end: ${end(entry).toString(16)}, kind: ${bootloaderKind(entry.type, 16)} }`,
    { unit: PAGE },
  ),
  lines(
    LIMINE_CRATE,
    "{:?}",
    LIMINE_TYPES,
    ({ base, length, type }) =>
      `Entry { base: ${base}, length: ${length}, entry_type: EntryType(${type}) }`,
    { unit: 16n },
  ),
  lines(
    LIMINE_CRATE,
    "in a debugger",
    LIMINE_TYPES,
    ({ base, length, type }, index) =>
      `$${index} = limine::memory_map::Entry {base: ${hex(base)}, length: ${hex(length)}, entry_type: limine::memory_map::EntryType (0x${type})}`,
  ),
  lines(
    LABELS,
    "Limine's numbers, said in the heading",
    LIMINE_TYPES,
    ({ base, length, type }) => `base: ${hex(base)}, type: ${type}, length: ${hex(length)}`,
    { heading: () => "Limine memory map:" },
  ),
  lines(
    LABELS,
    "E820's numbers, said in each line",
    E820_TYPES.keys(),
    ({ base, length, type }, index) =>
      `e820[${index}]: base_addr = ${hex(base)}, length = ${hex(length)}, type = 0x${E820_TYPES.get(type)![0]}`,
  ),
  lines(
    LABELS,
    "EFI's numbers, said in the heading",
    EFI_TYPES.keys(),
    (entry) =>
      `start=${hex(entry.base)} size=${hex(entry.length)} type=${efiNumber(entry)} attr=0xf`,
    { heading: () => "[INFO] EFI map" },
  ),
  lines(
    LABELS,
    "the protocol's names",
    LIMINE_TYPES,
    ({ base, length, type }, index) =>
      `[INFO] memmap[${index}] base=0x${digits(base)} len=0x${digits(length)} LIMINE_MEMMAP_${LIMINE_NAMES[type]}`,
  ),
  lines(LABELS, "hexadecimal without a mark", LIMINE_TYPES, ({ base, length, type }, index) => {
    const name = LIMINE_NAMES[type]!.toLowerCase().replaceAll("_", "-");
    return `entry ${index}: base ${digits(base)} length ${digits(length)} type ${name}`;
  }),
  lines(
    LABELS,
    "decimal",
    LIMINE_TYPES,
    ({ base, length, type }) => `base=${base} length=${length} type=${LIMINE_NAMES[type]}`,
    { unit: 16n },
  ),
  lines(RANGES, "inclusive, words", LIMINE_TYPES, (entry) => {
    const name = LIMINE_NAMES[entry.type]!.toLowerCase().replaceAll("_", " ");
    return `0x${digits(entry.base)} - 0x${digits(last(entry))} : ${name}`;
  }),
  lines(RANGES, "with lengths and numbers", LIMINE_TYPES, (entry) => {
    const name = LIMINE_NAMES[entry.type]!.toLowerCase().replaceAll("_", " ");
    const [base, top, length] = [entry.base, end(entry), entry.length].map((n) => n.toString(16));
    return `[0x${base} -> 0x${top}] : 0x${length} <${name} (${entry.type})>`;
  }),
  lines(RANGES, "the type in front", LIMINE_TYPES, (entry) => {
    const name = LIMINE_NAMES[entry.type]!;
    return `[    0.1234] pmm: ${name}: 0x${digits(entry.base)} - 0x${digits(last(entry))}`;
  }),
];
