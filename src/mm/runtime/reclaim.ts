/**
 * Reclaiming what the boot loader left: its page tables, stack, descriptor tables and answers.
 *
 * Once the kernel stands on its own page tables nothing of the loader's is in use: stack, GDT, IDT
 * and TSS are the shim's since its first instructions, the memory map was copied before it was
 * sanitised, and the command line when the kernel started; with `set_page_root` the shim forgets
 * where both were. `reclaim=poison` in the options puts that to the test: it overwrites everything
 * that is reclaimed, and the kernel keeps running.
 */

import { ErrorCode } from "../../../abi/error_code";
import { MemoryType } from "../../../abi/memory_type";
import { info, warn } from "../../boot/log";
import { hasOption, hasOptionKey } from "../../boot/options";
import { panic } from "../../boot/panic";
import { physFill } from "../../boot/shim";
import { AddressRange, nextUnreserved, openUnreserved } from "../early/unreserved";
import { frameAddress } from "../frames";
import { PhysicalAllocator } from "./physical_allocator";

/** As a pointer not canonical, as an instruction INT3, as a page-table entry not present. */
const POISON: i32 = 0xcc;

const range = changetype<AddressRange>(memory.data(16));

/** Overwrites the unreserved frames of all reclaimable regions. */
function poison(): void {
  openUnreserved(MemoryType.BOOTLOADER_RECLAIMABLE);
  while (nextUnreserved(range)) physFill(range.base, range.end - range.base, POISON);
}

/**
 * Takes the loader's memory under management and logs how much there was. To be called once, when
 * the kernel's page tables are in use. Errors as `PhysicalAllocator.reclaim`, after the panic line.
 */
export function reclaimBootMemory(allocator: PhysicalAllocator): ErrorCode {
  if (hasOption("reclaim=poison")) {
    poison();
  } else if (hasOptionKey("reclaim=")) {
    warn("mm").text("unknown value of reclaim=, ignored; known is poison").end();
  }
  const status = allocator.reclaim();
  if (status) return panic("mm", "cannot reclaim the bootloader's memory", status);
  info("mm").text("reclaimed bootloader memory:").num("frames", allocator.reclaimed).end();
  if (allocator.leftOut) {
    warn("mm")
      .text("bootloader memory left out, its tables would not fit:")
      .num("frames", allocator.leftOut)
      .num("bytes", frameAddress(allocator.leftOut))
      .end();
  }
  return ErrorCode.NONE;
}
