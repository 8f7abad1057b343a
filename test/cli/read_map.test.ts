import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MapInput } from "../../tools/formats/map_input.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { recordedMap, recordedMaps } from "../support/memmaps.ts";
import { entry } from "./entry.ts";
import { writable } from "./map_writer.ts";
import { MAP_WRITERS } from "./map_writers.ts";

const { USABLE, RESERVED, ACPI_RECLAIMABLE, ACPI_NVS } = MemoryType;
const { BOOTLOADER_RECLAIMABLE, KERNEL_AND_MODULES, FRAMEBUFFER } = MemoryType;

function readFixture(name: string): MapInput {
  return readMemoryMap(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
}

describe("logs of real machines", () => {
  it("reads the firmware's table of a dmesg and leaves Linux's own out", () => {
    const map = readFixture("macbookpro15-1.txt");
    expect(map.entries).toEqual(recordedMap("mac-macbookpro15-1").entries);
    expect(map.format).toBe("Linux boot log (BIOS-e820 lines)");
    expect(map.source).toMatch(/^Apple Inc\. MacBookPro15,1/);
    expect(map.notes).toEqual([
      'the tables "reserve setup_data" that Linux made of it are left out',
    ]);
  });

  it("reads a table with exclusive ends, as Linux printed it before 3.5", () => {
    const map = readFixture("firebird.txt");
    expect(map.entries).toEqual(recordedMap("ppro-firebird-32m").entries);
    expect(map.notes).toEqual([]);
    expect(map.source).toBe("");
  });

  it("reads a journal, and not the table that the user's mem= left", () => {
    const map = readFixture("ideapad-2012.journal.txt");
    expect(map.entries).toEqual([
      entry(0, 0x9d800, USABLE),
      entry(0x100000, 0xbaabf000, USABLE),
      entry(0xbaabf000, 0xbaebf000, RESERVED),
      entry(0xbaebf000, 0xbafbf000, ACPI_NVS),
      entry(0xbafbf000, 0xbafff000, ACPI_RECLAIMABLE),
      entry(0xbafff000, 0xbb000000, USABLE),
      entry(0x100000000, 0x23f600000, USABLE),
    ]);
    expect(map.source).toBe("LENOVO 20184/INVALID, BIOS 5ECN92WW(V8.04) 09/14/2012");
    expect(map.notes).toEqual(['the tables "user" that Linux made of it are left out']);
  });

  it("reads an EFI memory map", () => {
    const map = readFixture("redhat-3.10.efi.txt");
    expect(map.format).toBe("Linux boot log (efi: mem lines)");
    expect(map.entries).toEqual([
      entry(0, 0x1000, USABLE),
      entry(0x1000, 0x20000, USABLE),
      entry(0x20000, 0x6c000, USABLE),
      entry(0x6c000, 0x6d000, ACPI_NVS),
      entry(0x6d000, 0x6e000, USABLE),
      entry(0x6e000, 0x80000, USABLE),
      entry(0x80000, 0x87000, USABLE),
      entry(0x87000, 0x88000, USABLE),
    ]);
    expect(map.notes).toEqual([]);
  });

  it("prefers a whole e820 table to an EFI map whose beginning is cut", () => {
    const map = readFixture("asustor-604t.efi.txt");
    expect(map.format).toBe("Linux boot log (BIOS-e820 lines)");
    expect(map.entries).toHaveLength(2);
    expect(map.notes).toEqual(["Linux boot log (efi: mem lines): incomplete, left out"]);
  });

  it("reads what is there of an EFI map, if there is nothing better", () => {
    const text = readFileSync(new URL("fixtures/asustor-604t.efi.txt", import.meta.url), "utf8");
    const map = readMemoryMap(text.replaceAll(/.*e820.*\n/g, ""));
    expect(map.entries.map(({ type }) => type)).toEqual([
      USABLE,
      USABLE,
      RESERVED,
      USABLE,
      USABLE,
      USABLE,
      ACPI_RECLAIMABLE,
      USABLE,
    ]);
    expect(map.entries[0]).toEqual(entry(0xbf0da000, 0xbf0fe000, USABLE));
    expect(map.notes).toEqual(["90 of 98 entries are missing"]);
  });

  it("reads the top level of /proc/iomem", () => {
    const map = readFixture("xeon-4g.iomem.txt");
    expect(map.format).toBe("/proc/iomem");
    expect(map.entries).toEqual([
      entry(0, 0x10000, RESERVED),
      entry(0x10000, 0x9f400, USABLE),
      entry(0x9f400, 0xa0000, RESERVED),
      entry(0xca000, 0xcc000, RESERVED),
      entry(0xdc000, 0x100000, RESERVED),
      entry(0x100000, 0x7fee0000, USABLE),
      entry(0x7fee0000, 0x7feff000, ACPI_RECLAIMABLE),
      entry(0x7feff000, 0x7ff00000, ACPI_NVS),
      entry(0x7ff00000, 0x80000000, USABLE),
      entry(0xfec00000, 0xfec10000, RESERVED),
      entry(0xfffe0000, 0x100000000, RESERVED),
    ]);
    expect(map.notes).toEqual(["6 ranges of devices are left out"]);
  });

  it("reads /proc/iomem that somebody indented as a whole", () => {
    const text = readFileSync(new URL("fixtures/xeon-4g.iomem.txt", import.meta.url), "utf8");
    const indented = readMemoryMap(text.replaceAll(/^/gm, "    "));
    expect(indented).toEqual(readFixture("xeon-4g.iomem.txt"));
  });

  it("reads memory that was added to a running machine", () => {
    const map = readMemoryMap(
      "00001000-0009ffff : System RAM\n100000000-13fffffff : System RAM (virtio_mem)",
    );
    expect(map.entries[1]).toEqual(entry(0x100000000, 0x140000000, USABLE));
  });

  it("reads what a kernel printed of Limine's map, types by number", () => {
    const map = readFixture("limine-qemu-2g.txt");
    expect(map.format).toBe("Memory map with labels, printed by a kernel");
    expect(map.entries).toEqual(recordedMap("limine-bios-2g-issue517-head").entries);
    expect(map.notes).toEqual([]);
  });

  it("reads a log of SlopOS behind what the firmware left on the screen", () => {
    const map = readFixture("slopos-limine-512m.txt");
    expect(map.format).toBe("SlopOS boot log");
    expect(map.source).toBe("Limine 8.2.0");
    expect(map.notes).toEqual([]);
    expect(map.entries).toHaveLength(35);
    expect(map.entries[0]).toEqual(entry(0x1000, 0xa0000, USABLE));
    expect(map.entries[7]).toEqual(entry(0x19e33000, 0x1a0e9000, KERNEL_AND_MODULES));
    expect(map.entries[33]).toEqual(entry(0xc0000000, 0xc03e8000, FRAMEBUFFER));
  });

  it("reads what is there of such a log if its beginning is cut, and says so", () => {
    const text = readFileSync(new URL("fixtures/slopos-limine-512m.txt", import.meta.url), "utf8");
    const first = text.split("\n").slice(0, 7).join("\n");
    const map = readMemoryMap(first);
    expect(map.entries).toHaveLength(4);
    expect(map.notes).toEqual(["31 of 35 entries are missing"]);
  });

  it("trusts an end more than a size that is rounded", () => {
    const map = readMemoryMap("Start: 0x1000, End: 0x52000, Size: 323KiB, Type: usable");
    expect(map.entries).toEqual([entry(0x1000, 0x52000, USABLE)]);
    expect(map.notes).toEqual([]);
  });

  it("takes ends as those are meant of which the length is told", () => {
    const lines = (last: string, reserved: string) =>
      `0x0 - ${last} (0x1000) usable\n0x1000 - ${reserved} reserved\n`;
    const expected = [entry(0, 0x1000, USABLE), entry(0x1000, 0x1fff, RESERVED)];
    // An odd end, which would be taken for an inclusive one by itself.
    expect(readMemoryMap(lines("0x1000", "0x1fff")).entries).toEqual(expected);
    expect(readMemoryMap(lines("0xfff", "0x1ffe")).entries).toEqual(expected);
  });

  it("reads rounded sizes, and says that they are", () => {
    const map = readFixture("limine-qemu-256m.txt");
    expect(map.entries).toHaveLength(14);
    expect(map.entries[0]).toEqual(entry(0x1000, 0x52000, BOOTLOADER_RECLAIMABLE));
    expect(map.entries[4]).toEqual(entry(0x100000, 0x100000 + 254 * 2 ** 20, USABLE));
    expect(map.entries[6]).toEqual(entry(0xff32000, 0xff36000, KERNEL_AND_MODULES));
    expect(map.entries[11]).toEqual(entry(0xfd000000, 0xfd300000, FRAMEBUFFER));
    expect(map.entries[13]).toEqual(entry(0xfd00000000, 0x10000000000, RESERVED));
    expect(map.notes).toEqual(["sizes are given in rounded units, so ends may be off by as much"]);
  });
});

describe("each recorded machine in each form that can express it", () => {
  for (const writer of MAP_WRITERS) {
    for (const { name, entries } of recordedMaps()) {
      const written = writable(entries, writer);
      if (written.length === 0) continue;
      it(`${name}: ${writer.form}, ${writer.style}`, () => {
        const map = readMemoryMap(writer.write(written));
        expect(map.entries).toEqual(written);
        expect(map.format).toBe(writer.form);
      });
    }
  }
});
