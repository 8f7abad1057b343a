/**
 * What the page and the worker say to each other about a contest of two allocators.
 */

import { type OrderMix } from "../../../tools/trace/random_load.ts";
import { type HeatCells } from "../machine/protocol.ts";

export interface ContestSettings {
  readonly mix: OrderMix;
  /** Share of memory that is in use in the long run, 0 to 1. */
  readonly keep: number;
  /** The same seed makes the same requests. */
  readonly seed: number;
}

/** A contest as a link to it tells it. */
export interface ContestChoice extends ContestSettings {
  /** MiB of the machine on which it takes place; 0 for the machine in view. */
  readonly memory: number;
  /** Requests a second. */
  readonly speed: number;
  /** Requests that are made as soon as it is open. */
  readonly requests: number;
}

/** Memory fills, is freed down to the load, and is held there. */
export type Phase = "fill" | "drop" | "hold";

/** One side at a moment. */
export interface SideReport {
  /** Free blocks of 2 MiB, and how many there would be if all that is free lay together. */
  readonly freeLarge: number;
  readonly possibleLarge: number;
  /** Requests that it refused. */
  readonly refused: number;
  readonly cells: HeatCells;
}

/** A point of the plot: for each side, which share of the possible 2 MiB blocks is free. */
export interface ContestPoint {
  readonly operations: number;
  /** Null where no such block is possible. */
  readonly shares: readonly (number | null)[];
}

/** The contest at a moment; the kernel's side is first. */
export interface ContestReport {
  readonly requests: number;
  readonly phase: Phase;
  readonly running: boolean;
  /** Frames that each side has. */
  readonly frames: number;
  readonly sides: readonly SideReport[];
  readonly point: ContestPoint;
  /** Why it ended early; empty if it did not. */
  readonly problem: string;
}
