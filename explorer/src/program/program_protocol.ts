/**
 * What the page and the worker say to each other about a program that runs on the kernel. Frames are
 * counted by the kernel; where they lie is found by asking it block by block.
 */

import { type MappedRun, type OpenedMachine } from "../machine/protocol.ts";
import { type Span } from "../map/piece.ts";
import { type PackedBlocks } from "./packed_blocks.ts";

/** A program and what it is told. */
export interface ProgramAsk {
  /** What it goes by; its first argument as well. */
  readonly name: string;
  readonly module: ArrayBuffer;
  readonly arguments: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  /** What it reads. */
  readonly input: string;
}

/** Memory on loan to the program, and what for. */
export interface LentSpan extends Span {
  readonly detail: string;
}

/** A mapping of the program's, and which of its ranges that is. */
export interface LentRun extends MappedRun {
  readonly detail: string;
}

/** Memory at a moment of the program's life. */
export interface LentMemory {
  /** What is on loan, in address order. */
  readonly spans: readonly LentSpan[];
  /** What the page tables map for the program, in the order of virtual addresses. */
  readonly mapped: readonly LentRun[];
  /** Every block of the machine's managed runs. */
  readonly blocks: PackedBlocks;
}

/** The machine on which a program runs, as it was before. */
export interface ProgramMachine extends OpenedMachine {
  /** What is mapped for the kernel: that stays as it is while the program runs. */
  readonly mapped: readonly MappedRun[];
}

/** What the kernel's figures say at a moment; frames. */
export interface FrameCounts {
  readonly managed: number;
  readonly free: number;
  readonly allocated: number;
  /** On loan to the program: `mm_stat` 14. */
  readonly lent: number;
}

/** The machine at a moment of the program's life. */
export interface ProgramMoment extends LentMemory {
  /** Milliseconds since the program was opened. */
  readonly time: number;
  readonly counts: FrameCounts;
}

/** A point of the plot. */
export interface FramesPoint {
  /** Milliseconds since the program was opened. */
  readonly operations: number;
  /** Frames on loan. */
  readonly frames: number;
}

/** Text that the program said on a stream, 1 or 2. */
export interface Said {
  readonly stream: number;
  readonly text: string;
}

/** What happened since the last report. */
export interface ProgramReport {
  /** The machine on which it runs; in the first report only. */
  readonly machine?: ProgramMachine;
  readonly said: readonly Said[];
  /** True if more was said, before that, than a page can follow. */
  readonly isCut: boolean;
  readonly points: readonly FramesPoint[];
  readonly moments: readonly ProgramMoment[];
}

/** How it ended. */
export interface ProgramOutcome {
  /** The program's status, or an error code if it trapped or was refused. */
  readonly status: number;
  /** Why it ended, if that was not the program's own doing; "" if it was. */
  readonly problem: string;
  /** The kernel's lines about it. */
  readonly log: readonly string[];
  /** Before it was opened, and after its end. */
  readonly before: FrameCounts;
  readonly after: FrameCounts;
}
