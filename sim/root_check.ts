/**
 * What must hold for the processor to survive loading a new top-level page table.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { BootRegion } from "../abi/machine.ts";
import { type AddressSpace } from "./address_space.ts";
import { type BootRegionRecord } from "./boot_layout.ts";
import { hex } from "./errors.ts";
import { Owner, type Ownership } from "./ownership.ts";
import { ENTRY_SPAN, HHDM_OFFSET, translatedBits } from "./page_entry.ts";

interface Need {
  readonly name: string;
  readonly write?: boolean;
  readonly execute?: boolean;
}

const IMAGE_NEEDS: readonly (readonly [number, Need])[] = [
  [BootRegion.IMAGE_TEXT, { name: "image text", execute: true }],
  [BootRegion.IMAGE_RODATA, { name: "image rodata" }],
  [BootRegion.IMAGE_DATA, { name: "image data", write: true }],
  [BootRegion.BOOT_STACK, { name: "boot stack", write: true }],
];

/** Why code that runs from the image would die under `space`, or "". */
export function checkRoot(
  space: AddressSpace,
  regions: ReadonlyMap<number, BootRegionRecord>,
  ownership: Ownership,
): string {
  if (space.root % FRAME_BYTES !== 0 || ownership.of(space.root / FRAME_BYTES) === Owner.NOBODY) {
    return `the top-level table ${hex(space.root)} is no frame of memory`;
  }
  for (const [kind, need] of IMAGE_NEEDS) {
    const region = regions.get(kind);
    if (!region) continue;
    const start = translatedBits(region.virtual);
    const reason = checkRange(space, need, start, Number(region.physical), Number(region.length));
    if (reason) return reason;
  }
  for (const table of space.tables()) {
    if (table >= ENTRY_SPAN[3] * 256) return `the page table ${hex(table)} is beyond the HHDM`;
    const need = { name: "page table in the HHDM", write: true };
    const virtual = translatedBits(HHDM_OFFSET + BigInt(table));
    const reason = checkRange(space, need, virtual, table, FRAME_BYTES);
    if (reason) return reason;
  }
  return "";
}

/** Why `bytes` bytes from `virtual` on are not `physical` with the permissions needed, or "". */
function checkRange(
  space: AddressSpace,
  need: Need,
  virtual: number,
  physical: number,
  bytes: number,
): string {
  for (let done = 0; done < bytes;) {
    const where = `${need.name} at ${hex(virtual + done)}`;
    const found = space.translate(virtual + done);
    if (typeof found === "string") return `${where}: ${found}`;
    if (found.physical !== physical + done) {
      return `${where} is mapped to ${hex(found.physical)}, it lies at ${hex(physical + done)}`;
    }
    if (need.write && !found.writable) return `${where} is mapped read-only`;
    if (need.execute && !found.executable) return `${where} is mapped no-execute`;
    done += found.pageBytes - ((virtual + done) % found.pageBytes);
  }
  return "";
}
