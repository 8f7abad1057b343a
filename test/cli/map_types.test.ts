import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { entry } from "./entry.ts";

const { USABLE, RESERVED, ACPI_RECLAIMABLE, ACPI_NVS, BAD } = MemoryType;
const { BOOTLOADER_RECLAIMABLE, KERNEL_AND_MODULES, RESERVED_MAPPED } = MemoryType;

/** In the order of EFI_MEMORY_TYPE. */
const EFI_NAMES = [
  "Reserved",
  "Loader Code",
  "Loader Data",
  "Boot Code",
  "Boot Data",
  "Runtime Code",
  "Runtime Data",
  "Conventional Memory",
  "Unusable Memory",
  "ACPI Reclaim Memory",
  "ACPI Memory NVS",
  "Memory Mapped I/O",
  "MMIO Port Space",
  "PAL Code",
  "Persistent Memory",
  "Unaccepted",
];

describe("the types of", () => {
  it.each([
    ["usable", USABLE],
    ["System RAM", USABLE],
    ["reserved", RESERVED],
    ["ACPI data", ACPI_RECLAIMABLE],
    ["ACPI NVS", ACPI_NVS],
    ["unusable", BAD],
    ["persistent (type 7)", RESERVED],
    ["persistent (type 12)", RESERVED],
    ["soft reserved", RESERVED],
  ])("takes e820's %s", (name, type) => {
    const map = readMemoryMap(`BIOS-e820: [mem 0x1000-0x1fff] ${name}`);
    expect(map.entries).toEqual([entry(0x1000, 0x2000, type)]);
    expect(map.notes.filter((note) => note.startsWith("line"))).toEqual([]);
  });

  it("takes what it does not know of e820 as reserved, and says so", () => {
    const map = readMemoryMap("\nBIOS-e820: [mem 0x1000-0x1fff] type 20\n");
    expect(map.entries).toEqual([entry(0x1000, 0x2000, RESERVED)]);
    expect(map.notes[0]).toBe(
      'line 2: unknown type "type 20", taken as reserved: BIOS-e820: [mem 0x1000-0x1fff] type 20',
    );
  });

  // EFI_MEMORY_TYPE in the order of UEFI specification 2.10, section 7.2.
  it.each([
    ["Reserved", RESERVED],
    ["Loader Code", BOOTLOADER_RECLAIMABLE],
    ["Loader Data", BOOTLOADER_RECLAIMABLE],
    ["Boot Code", USABLE],
    ["Boot Data", USABLE],
    ["Runtime Code", RESERVED],
    ["Runtime Data", RESERVED],
    ["Conventional Memory", USABLE],
    ["Unusable Memory", BAD],
    ["ACPI Reclaim Memory", ACPI_RECLAIMABLE],
    ["ACPI Memory NVS", ACPI_NVS],
    ["Memory Mapped I/O", RESERVED],
    ["MMIO Port Space", RESERVED],
    ["PAL Code", RESERVED],
    ["Persistent Memory", RESERVED],
    ["Unaccepted", RESERVED],
  ])("takes EFI's %s by name and by number", (name, type) => {
    const number = EFI_NAMES.indexOf(name);
    const named = `efi: mem00: [${name.padEnd(19)}|   |WB] range=[0x1000-0x1fff] (0MB)`;
    const numbered = `efi: mem00: type=${number}, attr=0xf, range=[0x1000-0x2000) (0MB)`;
    expect(readMemoryMap(named).entries).toEqual([entry(0x1000, 0x2000, type)]);
    expect(readMemoryMap(numbered).entries).toEqual([entry(0x1000, 0x2000, type)]);
  });

  it("keeps memory that the firmware sets apart out of use", () => {
    const line = "efi: mem00: [Conventional |   |SP|  |WB] range=[0x1000-0x1fff] (0MB)";
    expect(readMemoryMap(line).entries).toEqual([entry(0x1000, 0x2000, RESERVED)]);
  });

  it("takes types that the kernel has no name for as reserved, and says so", () => {
    const line = "[    0.000001] memmap: 0x0000000000001000-0x0000000000001fff unknown bytes=4096";
    const map = readMemoryMap(line);
    expect(map.entries).toEqual([entry(0x1000, 0x2000, RESERVED)]);
    expect(map.notes[0]).toMatch(/^line 1: unknown type "unknown", taken as reserved: \[ /);
  });

  it("leaves a length out that is none, and names the line", () => {
    const line = (bytes: string) =>
      `[    0.000001] memmap: 0x0000000000001000-0x0000000000001fff usable bytes=${bytes}\n`;
    const { entries, notes } = readMemoryMap(
      line("4096") + line("18446744073709551616") + line("x"),
    );
    expect(entries).toEqual([entry(0x1000, 0x2000, USABLE)]);
    expect(notes.map((note) => note.slice(0, 36))).toEqual([
      "line 2: not a 64-bit number, left ou",
      "line 3: not a whole entry, left out:",
    ]);
  });

  it("takes EFI types that nobody defined as reserved, and says so", () => {
    const map = readMemoryMap("efi: mem00: [type=77 |WB] range=[0x1000-0x1fff] (0MB)");
    expect(map.entries).toEqual([entry(0x1000, 0x2000, RESERVED)]);
    expect(map.notes[0]).toMatch(/^line 1: unknown type "type=77", taken as reserved/);
  });

  it.each([
    ["LIMINE_MEMMAP_USABLE", USABLE],
    ["BootloaderReclaimable", BOOTLOADER_RECLAIMABLE],
    ["Executable and modules", KERNEL_AND_MODULES],
    ["Kernel/Modules", KERNEL_AND_MODULES],
    ["bad memory", BAD],
    ["unusable", BAD],
    ["ACPI-NVS", ACPI_NVS],
    ["reserved mapped", RESERVED_MAPPED],
    ["type: kernel", KERNEL_AND_MODULES],
    ["type: bad", BAD],
    ["type = NVS", ACPI_NVS],
    ["type: EntryType::ACPI_NVS", ACPI_NVS],
    ["type: 6 (kernel and modules)", KERNEL_AND_MODULES],
    ["type: 0x2", ACPI_RECLAIMABLE],
    ["type: 8", RESERVED_MAPPED],
  ])("takes Limine's %s", (name, type) => {
    const map = readMemoryMap(
      `Limine:\nbase: 0x1000, length: 0x1000, type: 0\nbase: 0xbad000, length: 0x1000, ${name}`,
    );
    expect(map.entries).toEqual([entry(0x1000, 0x2000, USABLE), entry(0xbad000, 0xbae000, type)]);
    expect(map.notes).toEqual([]);
  });
});
