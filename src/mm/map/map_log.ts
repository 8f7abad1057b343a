/**
 * The memory map in the log: the firmware's entries, and what sanitising made of them.
 */

import { MemoryType } from "../../../abi/memory_type";
import { debug, info, warn } from "../../boot/log";
import { frameAddress, frameOf, saturatingEnd } from "../frames";
import { entry, entryCount, region, regionCount, typeName } from "./memory_map";
import { SanitiseReport } from "./sanitise";

/** Logs each of the firmware's entries; of a type without a name its number. */
export function logEntries(): void {
  for (let index: u32 = 0; index < entryCount(); ++index) {
    const shown = entry(index);
    const line = info("memmap")
      .range(shown.base, saturatingEnd(shown.base, shown.length))
      .text(typeName(shown.type))
      .num("bytes", shown.length);
    if (shown.type >= u64(MemoryType.UNKNOWN)) line.num("type", shown.type);
    line.end();
  }
}

/** Logs what sanitising changed, and a warning for memory that cannot be numbered. */
export function logSanitised(report: SanitiseReport): void {
  info("memmap")
    .text("sanitised:")
    .num("regions", report.regions)
    .num("dropped", report.dropped)
    .num("clipped", report.clipped)
    .num("grown", report.grown)
    .num("overlapping", report.overlapping)
    .end();
  if (report.unreachable) {
    warn("memmap")
      .text("memory above 16 TiB is not used:")
      .num("frames", report.unreachable)
      .num("bytes", frameAddress(report.unreachable))
      .end();
  }
}

/** Logs each of the sanitised regions, at debug level. */
export function logRegions(): void {
  for (let index: u32 = 0; index < regionCount(); ++index) {
    const shown = region(index);
    debug("memmap")
      .text("region")
      .range(shown.base, shown.base + shown.length)
      .text(typeName(shown.type))
      .num("bytes", shown.length)
      .end();
  }
}

/** Logs how many frames of the sanitised map are usable, reclaimable and reserved. */
export function logTotals(): void {
  let usable: u64 = 0;
  let reclaimable: u64 = 0;
  let reserved: u64 = 0;
  for (let index: u32 = 0; index < regionCount(); ++index) {
    const shown = region(index);
    const frames = frameOf(shown.length);
    if (shown.type == MemoryType.USABLE) usable += frames;
    else if (shown.type == MemoryType.BOOTLOADER_RECLAIMABLE) reclaimable += frames;
    else reserved += frames;
  }
  info("memmap")
    .text("totals")
    .num("usable", usable)
    .num("reclaimable", reclaimable)
    .num("reserved", reserved)
    .num("entries", entryCount())
    .end();
}
