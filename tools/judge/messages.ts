/**
 * What the judge asks its worker for, and what comes back.
 */

import {
  type Competitor,
  type Cost,
  type Effort,
  type Packing,
  type SeededMemory,
  type Speed,
} from "./performance.ts";
import { type PartResult, type RightOptions } from "./right.ts";
import { type Ended } from "./trial.ts";

/** What a worker begins with. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly journal: SharedArrayBuffer;
  /** What it is measured with, beside itself; null if it is not measured. */
  readonly stand: Stand | null;
}

/** The workloads, and the competitors of the allocator that is judged. */
export interface Stand {
  readonly loops: WebAssembly.Module;
  readonly competitors: readonly Competitor[];
}

/** Tasks by name: what they are given and what they answer. */
export interface Tasks {
  /** Instantiates the module. */
  open: { given: null; answer: { readonly optional: readonly string[] } };
  /** Does a part of the examination, by its id. */
  part: { given: { readonly id: string; readonly options: RightOptions }; answer: PartResult };
  /** Runs a sequence, encoded, on a fresh instance. */
  steps: { given: Int32Array; answer: Ended };
  /** Finds out how many frames the module can be measured with. */
  frames: { given: Effort; answer: number | null };
  /** Measures workloads, by the ids of measures, with all competitors. */
  speed: {
    given: { readonly ids: readonly string[]; readonly frames: number; readonly effort: Effort };
    answer: readonly Speed[];
  };
  /** Has a competitor, by its id, go through the load drop. */
  packing: {
    given: { readonly id: string; readonly frames: number };
    answer: readonly Packing[];
  };
  /** Counts what a competitor, by its id, needs for some memory. */
  cost: { given: { readonly id: string; readonly memory: SeededMemory }; answer: Cost | null };
}

export type TaskName = keyof Tasks;

export interface Request {
  readonly task: TaskName;
  readonly given: Tasks[TaskName]["given"];
}

/** An answer, or the name and the message of what was thrown. */
export type Reply =
  | { readonly answer: Tasks[TaskName]["answer"] }
  | { readonly error: { readonly name: string; readonly message: string } };
