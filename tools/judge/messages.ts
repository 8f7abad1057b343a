/**
 * What the judge asks its worker for, and what comes back.
 */

import { type PartResult, type RightOptions } from "./right.ts";
import { type Ended } from "./trial.ts";

/** What a worker begins with. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly journal: SharedArrayBuffer;
}

/** Tasks by name: what they are given and what they answer. */
export interface Tasks {
  /** Instantiates the module. */
  open: { given: null; answer: { readonly optional: readonly string[] } };
  /** Does a part of the examination, by its id. */
  part: { given: { readonly id: string; readonly options: RightOptions }; answer: PartResult };
  /** Runs a sequence, encoded, on a fresh instance. */
  steps: { given: Int32Array; answer: Ended };
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
