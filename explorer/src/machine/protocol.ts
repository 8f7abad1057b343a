/**
 * What the page and the worker say to each other.
 *
 * The page asks, the worker answers each request once, in order; between answers it reports the
 * state of the allocators whenever that changed (`AllocatorReport`). Physical addresses are numbers
 * (below 2^53), virtual ones `bigint`; counts are frames unless the name says otherwise.
 */

import { type Plan } from "../../../tools/plan/plan.ts";
import { type Totals } from "../../../tools/plan/totals.ts";
import { type OrderMix } from "../../../tools/trace/random_load.ts";
import {
  type ProgramAsk,
  type ProgramOutcome,
  type ProgramReport,
} from "../program/program_protocol.ts";
import { type ContestReport, type ContestSettings } from "../side_by_side/contest_protocol.ts";

/** Where a memory map comes from. */
export type MapSource =
  /** A text in any form that `readMemoryMap` understands. */
  | { readonly kind: "text"; readonly text: string }
  /** A synthetic machine with so many bytes of memory. */
  | { readonly kind: "size"; readonly bytes: number };

/** A machine that was built and booted. */
export interface OpenedMachine {
  /** The same document that `slopos plan --json` prints. */
  readonly plan: Plan;
  /** Physical addresses of all page tables in use, the root first; empty if the boot failed. */
  readonly tables: readonly number[];
}

/** Blocks that the page holds at most, so that its own record of them stays small. */
export const MOST_BLOCKS = 1_000_000;

export interface WorkloadSettings {
  readonly mix: OrderMix;
  /** `FrameFlag`s of each allocation. */
  readonly flags: number;
  /** Share of managed memory that is allocated in the long run, 0 to 1. */
  readonly fill: number;
  /** Operations a second. */
  readonly speed: number;
  /** The same seed does the same to the same machine. */
  readonly seed: number;
}

/** What an allocation or a free came to. */
export interface OperationResult {
  /** First byte of the block; 0 if an allocation was refused. */
  readonly address: number;
  /** The kernel's error code, and its name; 0 and "" if the operation was done. */
  readonly code: number;
  readonly error: string;
}

/** The last allocation or free that a report is about. */
export interface LastOperation {
  readonly kind: "allocate" | "free";
  readonly order: number;
  /** First byte of the block; 0 if an allocation was refused. */
  readonly address: number;
}

/** A block as `frame_block` tells it, and whether the page allocated it. */
export interface BlockInfo {
  readonly base: number;
  readonly bytes: number;
  readonly state: "free" | "allocated" | "unmanaged";
  readonly own: boolean;
}

/** Memory in cells of equal size, in address order; cells without managed memory are left out. */
export interface HeatCells {
  /** Bytes of a cell: a power of two, and cells are aligned to it. */
  readonly cellBytes: number;
  /** Physical address of each cell. */
  readonly bases: Float64Array<ArrayBuffer>;
  /** Managed frames in each cell. */
  readonly managed: Float64Array<ArrayBuffer>;
  /** Free ones among them. */
  readonly free: Float64Array<ArrayBuffer>;
  /** Order of the largest free block that lies in the cell or covers it; -1 if all is allocated. */
  readonly orders: Int8Array<ArrayBuffer>;
}

/** A point of the plot over time. */
export interface HistoryPoint {
  /** Operations done so far. */
  readonly operations: number;
  /** Share of managed frames that are allocated. */
  readonly allocated: number;
  /** Share of free memory that lies in blocks of 2 MiB and above. */
  readonly coarse: number;
  /** Largest order that `frame_alloc` would serve; -1 if none. */
  readonly largestOrder: number;
}

/** The allocators at one moment; every figure is taken between the same two operations. */
export interface AllocatorReport {
  readonly totals: Totals;
  /** Frames of the blocks that the page allocated, and how many blocks they are. */
  readonly ownFrames: number;
  readonly ownBlocks: number;
  /** Frames that were allocated before the page's first allocation: page tables, mostly. */
  readonly kernelFrames: number;
  readonly operations: number;
  readonly allocations: number;
  readonly frees: number;
  /** Allocations that the kernel refused. */
  readonly refused: number;
  /** What does not add up; empty if all does. */
  readonly discrepancies: readonly string[];
  /** Free blocks by order, 0 to the largest there is. */
  readonly freeByOrder: readonly number[];
  readonly cells: HeatCells;
  /** Points of the plot since the last report. */
  readonly points: readonly HistoryPoint[];
  readonly running: boolean;
  /** Operations a second that a running load reaches; null before that is known. */
  readonly rate: number | null;
  /** True if all operations were the random load's under one setting: they can be done again. */
  readonly repeatable: boolean;
  /** Null before the first operation. */
  readonly last: LastOperation | null;
}

/** One entry that a page walk reads. */
export interface WalkStep {
  /** "PML4", "PDPT", "PD" or "PT". */
  readonly level: string;
  /** Physical address of the table. */
  readonly table: number;
  /** Which of its 512 entries. */
  readonly index: number;
  readonly entry: bigint;
  /** Bits that are set, by the manual's names. */
  readonly flags: readonly string[];
  /** What the processor does next. */
  readonly outcome: "next table" | "page" | "not present" | "reserved bit";
  /** The address in the entry: of the next table or of the page. */
  readonly address: number;
}

/** What the processor makes of a virtual address. */
export interface AddressWalk {
  readonly virtual: bigint;
  readonly steps: readonly WalkStep[];
  /** Set if the address is mapped. */
  readonly page: {
    readonly physical: number;
    readonly pageBytes: number;
    readonly writable: boolean;
    readonly executable: boolean;
    readonly user: boolean;
  } | null;
  /** Why it is not; empty if it is. */
  readonly fault: string;
}

/** A run of virtual addresses mapped to a run of physical ones with the same page size and rights. */
export interface MappedRun {
  readonly virtual: bigint;
  readonly physical: number;
  readonly bytes: number;
  readonly pageBytes: number;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Index into the page attribute table; 0 is write-back, 5 write-combining under Limine. */
  readonly memoryType: number;
}

/** Requests by name: what is asked, and what is answered. */
export interface Requests {
  /** Takes the kernel; once, before everything else. */
  start: { ask: { readonly kernel: ArrayBuffer }; answer: null };
  /** Builds a machine in place of the last one and boots the kernel on it. */
  open: { ask: { readonly source: MapSource }; answer: OpenedMachine };
  allocate: { ask: { readonly order: number; readonly flags: number }; answer: OperationResult };
  free: { ask: { readonly address: number; readonly order: number }; answer: OperationResult };
  /** Frees all that the page allocated. */
  freeAll: { ask: null; answer: null };
  /** Does `operations` random operations at full speed; a new run ends one that is under way. */
  run: {
    ask: { readonly operations: number; readonly settings: WorkloadSettings };
    answer: null;
  };
  /** Starts or changes (settings) or stops (null) the endless workload. */
  workload: { ask: { readonly settings: WorkloadSettings | null }; answer: null };
  /** Chooses what the heat map shows: `[base, base + bytes)`, or all managed memory. */
  focus: {
    ask: { readonly range: { readonly base: number; readonly bytes: number } | null };
    answer: null;
  };
  /** The blocks of `[base, base + bytes)`, at most `limit`. */
  blocks: {
    ask: { readonly base: number; readonly bytes: number; readonly limit: number };
    answer: readonly BlockInfo[];
  };
  walk: { ask: { readonly virtual: bigint }; answer: AddressWalk };
  /** The 512 entries of the page table at a physical address. */
  table: { ask: { readonly address: number }; answer: readonly bigint[] };
  mappings: { ask: null; answer: readonly MappedRun[] };
  /** What maps any of the physical `[base, end)`, cut to it. */
  mappingsOf: {
    ask: { readonly base: number; readonly end: number };
    answer: readonly MappedRun[];
  };
  /** Sets an allocator, a wasm module, beside a kernel on a machine of its own. */
  contest: {
    ask: {
      readonly source: MapSource;
      readonly module: ArrayBuffer;
      /** What the allocator goes by. */
      readonly name: string;
      readonly settings: ContestSettings;
    };
    answer: ContestReport;
  };
  /** Goes on with that at `speed` requests a second until there were `until`; 0 stops it. */
  contestRun: { ask: { readonly until: number; readonly speed: number }; answer: null };
  /** Runs a program to its end on a machine of its own; nothing else is answered meanwhile. */
  program: {
    ask: { readonly source: MapSource; readonly program: ProgramAsk };
    answer: ProgramOutcome;
  };
}

export type RequestName = keyof Requests;

export type RequestMessage = {
  [Name in RequestName]: {
    readonly id: number;
    readonly name: Name;
    readonly ask: Requests[Name]["ask"];
  };
}[RequestName];

export type WorkerMessage =
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  /** The request failed; `message` is for a person, `name` is the error's class. */
  | { readonly kind: "error"; readonly id: number; readonly name: string; readonly message: string }
  | { readonly kind: "report"; readonly report: AllocatorReport }
  | { readonly kind: "contest"; readonly report: ContestReport }
  | { readonly kind: "program"; readonly report: ProgramReport };
