/**
 * What a simulated machine is built from, and what a boot on it returns.
 */

import { type MemoryType } from "../abi/memory_type.ts";
import { type BootFile } from "./boot_files.ts";
import { type BootRegionRecord, type BootSizes, type Placement } from "./boot_layout.ts";
import { type ImportHook } from "./imports.ts";
import { type Kernel, type KernelExports } from "./kernel.ts";
import { type MemoryMapEntry, type MemoryRange } from "./memory_map.ts";
import { type CpuFeatures } from "./page_entry.ts";
import { type ProgramWatch } from "./program.ts";

export interface MachineOptions {
  /** What the firmware reports, in its order. */
  readonly memoryMap: readonly MemoryMapEntry[];
  /** Where image and tables go; `auto` is `loader` where that fits, else `unlisted`. */
  readonly placement?: Placement | "auto";
  readonly sizes?: Partial<BootSizes>;
  /** Replaces what `boot_region` answers for a kind; null is "there is none". */
  readonly bootRegions?: ReadonlyMap<number, BootRegionRecord | null>;
  /**
   * Memory that the loader leaves out of the HHDM although the protocol promises it; none by default.
   * The loader keeps its own tables and the image off it.
   */
  readonly unmapped?: readonly MemoryRange[];
  /** A framebuffer there, which the map will list; none by default. */
  readonly framebuffer?: MemoryRange;
  /** The number of entries that `kernel_main` is told; the truth by default. */
  readonly reportedEntries?: number;
  /** The kernel's command line. */
  readonly options?: string;
  /** Both features by default. */
  readonly cpu?: Partial<CpuFeatures>;
  /** `simulated` (the default) advances by fixed amounts for each import call. */
  readonly clock?: "simulated" | "real";
  /** Shown each line of the console as it is completed. */
  readonly console?: (line: string) => void;
  /** Refuse the n-th `commit_linear_memory`, counted from 1. */
  readonly refuseCommit?: number;
  /** Sees each import call first and may answer in the machine's place. */
  readonly intercept?: ImportHook;
  /** `throw` (the default) stops at the first violation; `record` collects and goes on. */
  readonly violations?: "throw" | "record";
  /** What memory holds at power-on; not zero by default, so that nobody relies on zeroes. */
  readonly powerOnByte?: number;
  /** Modules beside the kernel; the first is the program that `runProgram` runs. */
  readonly files?: readonly BootFile[];
  /** The type of the memory that they lie in: that of the kernel, or what the loader calls reclaimable. */
  readonly fileMemory?: MemoryType.KERNEL_AND_MODULES | MemoryType.BOOTLOADER_RECLAIMABLE;
  /** What is typed: bytes, or a function that answers as `console_read` does. Nothing by default. */
  readonly input?: Uint8Array | (() => number);
  /** Shown what the program says, on stream 1 or 2; the console by default. */
  readonly output?: (stream: number, bytes: Uint8Array) => void;
  /** Shown the moments of a program's life; nobody by default. */
  readonly watchProgram?: ProgramWatch;
  /** Nanoseconds since 1970 at power-on; by default the start of 2025, or with a real clock the time. */
  readonly realTime?: bigint;
  /** Seed of the random numbers, which are drawn anew each time if it is null; 1 by default. */
  readonly randomSeed?: bigint | null;
  /** The version that the first line of the log names. */
  readonly version?: string;
}

export interface BootResult {
  /** What `kernel_main` returned or passed to `exit`; -1 after a trap. */
  readonly status: number;
  /** The trap that ended the kernel, if one did. */
  readonly trap: Error | null;
  /** The console's lines. */
  readonly log: readonly string[];
  readonly kernel: Kernel;
  readonly exports: KernelExports;
}
