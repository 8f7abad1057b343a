/**
 * The boot loader of the simulated machine: places the image, builds page tables, hands over.
 *
 * It serves what the Limine boot protocol guarantees at base revision 3 and nothing beyond: the
 * HHDM maps usable and reclaimable memory, the image with its modules and the framebuffer, but no
 * ACPI tables and nothing reserved.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { BootRegion } from "../abi/machine.ts";
import { MemoryType } from "../abi/memory_type.ts";
import {
  BootFrames,
  type BootRegionRecord,
  type BootSizes,
  placeImage,
  type Placement,
  withinReach,
} from "./boot_layout.ts";
import { type BootFile, type PlacedFile, placeFiles } from "./boot_files.ts";
import { SimulationError } from "./errors.ts";
import { LoaderTables } from "./loader_tables.ts";
import { type MemoryMapEntry, type MemoryRange } from "./memory_map.ts";
import { Owner, Ownership } from "./ownership.ts";
import { type CpuFeatures, HHDM_OFFSET, translatedBits } from "./page_entry.ts";
import { PhysicalMemory } from "./physical_memory.ts";

export interface LoaderRequest {
  /** What the firmware reports. */
  readonly memoryMap: readonly MemoryMapEntry[];
  /** `auto` is `loader` where that fits, else `unlisted`. */
  readonly placement: Placement | "auto";
  readonly sizes: BootSizes;
  readonly framebuffer: MemoryRange | null;
  /** What the HHDM leaves out, whole frames. */
  readonly unmapped: readonly MemoryRange[];
  readonly features: CpuFeatures;
  /** What memory holds at power-on. */
  readonly powerOnByte: number;
  /** Modules beside the kernel. */
  readonly files: readonly BootFile[];
  readonly fileMemory: MemoryType | undefined;
}

/** The machine as the loader leaves it. */
export interface LoadedMachine {
  readonly placement: Placement;
  readonly memory: PhysicalMemory;
  /** The map that the kernel is told. */
  readonly memoryMap: readonly MemoryMapEntry[];
  readonly ownership: Ownership;
  readonly regions: Map<number, BootRegionRecord>;
  /** Physical address of the top-level page table. */
  readonly root: number;
  /** Frame numbers of the loader's page tables. */
  readonly tableFrames: ReadonlySet<number>;
  readonly files: readonly PlacedFile[];
}

const HHDM_BITS = translatedBits(HHDM_OFFSET);

const MAPPED_TYPES: readonly number[] = [
  MemoryType.USABLE,
  MemoryType.BOOTLOADER_RECLAIMABLE,
  MemoryType.KERNEL_AND_MODULES,
  MemoryType.FRAMEBUFFER,
];

export function load(request: LoaderRequest): LoadedMachine {
  if (request.placement !== "auto") return loadAt(request, request.placement);
  try {
    return loadAt(request, "loader");
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    return loadAt(request, "unlisted");
  }
}

function loadAt(request: LoaderRequest, placement: Placement): LoadedMachine {
  const { features, framebuffer } = request;
  const firmwareMap = [...request.memoryMap];
  if (framebuffer) firmwareMap.push({ ...framebuffer, type: MemoryType.FRAMEBUFFER });
  const memory = new PhysicalMemory(request.powerOnByte);
  const fileBytes = request.files.reduce((sum, { bytes }) => sum + bytes.length + FRAME_BYTES, 0);
  const frames = new BootFrames(firmwareMap, placement, request.unmapped, fileBytes);
  const regions =
    placement === "none" ? new Map<number, BootRegionRecord>() : placeImage(frames, request.sizes);
  if (framebuffer) {
    const { base, length } = framebuffer;
    regions.set(BootRegion.FRAMEBUFFER, {
      physical: base,
      length,
      virtual: BigInt.asUintN(64, HHDM_OFFSET + base),
    });
  }

  const fileMemory = request.fileMemory ?? MemoryType.KERNEL_AND_MODULES;
  const files = placeFiles(frames, request.files, fileMemory, memory);

  const tableFrames = new Set<number>();
  const tables = new LoaderTables(memory, features, () => {
    const table = frames.take(FRAME_BYTES, MemoryType.BOOTLOADER_RECLAIMABLE);
    tableFrames.add(table / FRAME_BYTES);
    return table;
  });
  mapHhdm(tables, withinReach(firmwareMap), request.unmapped);
  if (frames.hidden) {
    const { base, length } = frames.hidden;
    tables.map(HHDM_BITS + base, base, length, { write: true, execute: true });
  }
  mapImage(tables, regions);

  return {
    placement,
    memory,
    memoryMap: frames.reportedMap(),
    ownership: new Ownership(frames.existing()),
    regions,
    root: tables.root,
    tableFrames,
    files,
  };
}

/** Maps into the HHDM what the protocol promises of `map`, but for `unmapped`. */
function mapHhdm(
  tables: LoaderTables,
  map: readonly MemoryMapEntry[],
  unmapped: readonly MemoryRange[],
): void {
  const promised = new Ownership(map.filter(({ type }) => MAPPED_TYPES.includes(type)));
  const holes = new Ownership(unmapped.map((hole) => ({ ...hole, type: MemoryType.RESERVED })));
  const kept = promised.runs.flatMap(({ start, end, owner }) =>
    [...holes.pieces(start, end)]
      .filter((piece) => piece.owner === Owner.NOBODY)
      .map((piece) => ({ ...piece, owner })),
  );
  let from = 0;
  let past = 0;
  let combine = false;
  const mapRun = () => {
    const bytes = (past - from) * FRAME_BYTES;
    const permissions = { write: true, execute: true, combine };
    tables.map(HHDM_BITS + from * FRAME_BYTES, from * FRAME_BYTES, bytes, permissions);
  };
  for (const run of kept) {
    const runCombines = run.owner === Owner.FRAMEBUFFER;
    if (run.start !== past || runCombines !== combine) {
      mapRun();
      from = run.start;
      combine = runCombines;
    }
    past = run.end;
  }
  mapRun();
}

/** Maps the image at its link address, each segment with its own permissions. */
function mapImage(tables: LoaderTables, regions: ReadonlyMap<number, BootRegionRecord>): void {
  const map = (kind: number, permissions: { write: boolean; execute: boolean }) => {
    const region = regions.get(kind);
    if (!region) return;
    const virtual = translatedBits(region.virtual);
    tables.map(virtual, Number(region.physical), Number(region.length), permissions);
  };
  map(BootRegion.IMAGE_TEXT, { write: false, execute: true });
  map(BootRegion.IMAGE_RODATA, { write: false, execute: false });
  map(BootRegion.IMAGE_DATA, { write: true, execute: false });
}
