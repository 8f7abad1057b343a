/**
 * What the kernel makes of a memory map: the answer to "what would it do with my machine?".
 *
 * The real kernel boots on the simulated machine; a plan is what it says in its log and through its
 * exports, arranged. Nothing here decides anything that the kernel decides.
 *
 * A plan is a JSON document: addresses and lengths in bytes are `0x…` strings, because they can
 * exceed what a JSON number holds; everything else is a number. Keys are spelled as in the log.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { type Placement } from "../../sim/boot_layout.ts";
import { hex } from "../../sim/errors.ts";
import { type Kernel } from "../../sim/kernel.ts";
import { MEMORY_TYPE_NAMES, type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type MapInput } from "../formats/map_input.ts";
import {
  type BootFailure,
  type LoggedRange,
  type LogSummary,
  summariseLog,
} from "../log/log_summary.ts";
import { type BootedMap, bootFailure, bootMap, type PlanOptions } from "./boot_map.ts";
import { type FreeBlocks, freeBlocks } from "./free_blocks.ts";
import { type Totals, totalsOf } from "./totals.ts";

/** An entry of a memory map, as map files spell it. */
export interface PlanEntry {
  readonly base: string;
  readonly length: string;
  /** A name from map files; the number in decimal for a type that has none. */
  readonly type: string;
}

/** A range of memory. */
export interface PlanRange {
  readonly base: string;
  readonly length: string;
}

export interface Plan {
  /** The map as it was read. */
  readonly input: {
    readonly format: string;
    readonly source: string;
    readonly notes: readonly string[];
    readonly entries: readonly PlanEntry[];
  };
  /** The kernel's command line. */
  readonly options: string;
  /** Where the loader put the image: `loader` inside the map, `unlisted` outside of it. */
  readonly placement: Placement;
  /** The map that the kernel was told: the input, changed by what the loader took. */
  readonly told: readonly PlanEntry[];
  /** What the log says, by step of bring-up. */
  readonly boot: LogSummary;
  /** What is reserved once the kernel runs, in address order; `kind` is the reason's name. */
  readonly reservations: readonly LoggedRange[];
  /** The runs of frames under management, in address order: free or allocated, reserved never. */
  readonly runs: readonly PlanRange[];
  /** The free memory as maximal naturally aligned blocks, largest first. */
  readonly free_blocks: readonly FreeBlocks[];
  /** Null if the boot failed, as are the two figures below. */
  readonly totals: Totals | null;
  /** Bytes of allocator metadata for each managed frame. */
  readonly metadata_bytes_per_frame: number | null;
  /** The largest block that one allocation could get now. */
  readonly largest_block: { readonly order: number; readonly bytes: number } | null;
  /** Microseconds from the first look at the map to the end of bring-up, on the simulated clock. */
  readonly elapsed_us: number | null;
  readonly log: readonly string[];
  /** Null if the kernel started. */
  readonly failure: BootFailure | null;
}

/** Boots the kernel of `module` on a machine with `map` and says what came of it. */
export function planMachine(
  module: WebAssembly.Module,
  map: MapInput,
  options: PlanOptions = {},
): Plan {
  return planOf(bootMap(module, map, options), map);
}

/** The plan of a machine that has booted on `map`, as it stands now. */
export function planOf({ machine, result, options }: BootedMap, map: MapInput): Plan {
  const boot = summariseLog(result.log);
  const running = result.status === 0 ? result.kernel : null;
  const totals = running && totalsOf(running);
  return {
    input: {
      format: map.format,
      source: map.source,
      notes: [...map.notes, ...placementNotes(machine.placement)],
      entries: map.entries.map(planEntry),
    },
    options,
    placement: machine.placement,
    told: machine.memoryMap.map(planEntry),
    boot,
    reservations: running ? reservationsOf(running, boot) : [],
    runs: running ? running.managedRuns().map(({ base, length }) => planRange(base, length)) : [],
    free_blocks: running ? freeBlocks(running) : [],
    totals,
    metadata_bytes_per_frame: totals && totals.metadata_bytes / totals.managed,
    largest_block: totals && {
      order: totals.largest_order,
      bytes: FRAME_BYTES * 2 ** totals.largest_order,
    },
    elapsed_us: boot.ready?.elapsed_us ?? null,
    log: result.log,
    failure: bootFailure(result, boot),
  };
}

/** What a reader should know about where the simulated loader put the kernel. */
function placementNotes(placement: Placement): string[] {
  if (placement === "loader") return [];
  return [
    "no usable memory below 4 GiB has room for the kernel, so the simulated loader put it where the " +
      "map says nothing",
  ];
}

function planRange(base: bigint, length: bigint): PlanRange {
  return { base: hex(base), length: hex(length) };
}

function planEntry({ base, length, type }: MemoryMapEntry): PlanEntry {
  return { ...planRange(base, length), type: MEMORY_TYPE_NAMES[type] ?? `${type}` };
}

/** The kernel's reserved regions; it names their reasons in the log only. */
function reservationsOf(kernel: Kernel, boot: LogSummary): LoggedRange[] {
  const regions = kernel.reservedRegions();
  const names = new Map<number, string>();
  for (const { base, reason } of regions) {
    const logged = boot.reservations.find((range) => range.base === hex(base));
    if (logged) names.set(reason, logged.kind);
  }
  return regions.map(({ base, length, reason }) => ({
    ...planRange(base, length),
    kind: names.get(reason) ?? `reason ${reason}`,
  }));
}
