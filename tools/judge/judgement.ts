/**
 * What the judge says of a file.
 */

import { type Examination, examine, type WrongVerdict } from "./examination.ts";
import { NotAnAllocatorError, readModule } from "./contract.ts";
import { measureAll, type Measurements } from "./measuring.ts";
import { FULL, QUICK } from "./performance.ts";
import { type RightOptions } from "./right.ts";
import { moduleBytes } from "./source.ts";
import { WatchedWorker } from "./watched_worker.ts";

export type VerdictName = "right" | "wrong" | "no allocator";

/** All that was found out about one file. */
export interface Judgement {
  readonly file: string;
  readonly verdict: VerdictName;
  /** Why it is no allocator; null if it is one. */
  readonly reason: string | null;
  /** Null if it is no allocator. */
  readonly examination: Examination | null;
  /** Null unless it is right, and measuring was asked for. */
  readonly measurements: Measurements | null;
}

export interface JudgeOptions extends RightOptions {
  /** True if a wrong free that is not refused is a fault. */
  readonly isStrict: boolean;
  /** True to measure it as well, if it is right. */
  readonly isMeasured: boolean;
}

/** What becomes of a wrong free in an allocator that passes a strict judge: it cannot go unnoticed. */
const NOTICED: readonly WrongVerdict[] = ["refused", "stopped"];

function verdictOf({ faults, wrongFrees }: Examination, isStrict: boolean): VerdictName {
  const unnoticed = wrongFrees.some(({ verdict }) => !NOTICED.includes(verdict));
  return faults.length || (isStrict && unnoticed) ? "wrong" : "right";
}

/**
 * Judges the file at `path`; `note` is told what is going on. Throws what `moduleBytes` throws, but
 * for the NotAnAllocatorError, which is a judgement.
 */
export async function judge(
  path: string,
  options: JudgeOptions,
  note: (text: string) => void,
): Promise<Judgement> {
  let worker: WatchedWorker | null = null;
  try {
    const module = readModule(moduleBytes(path));
    worker = new WatchedWorker(module);
    const examination = await examine(worker, options, note);
    const verdict = verdictOf(examination, options.isStrict);
    const isMeasured = options.isMeasured && verdict === "right";
    const measurements = isMeasured
      ? await measureAll(module, options.isFull ? FULL : QUICK, note)
      : null;
    return { file: path, verdict, reason: null, examination, measurements };
  } catch (error) {
    if (!(error instanceof NotAnAllocatorError)) throw error;
    const { message: reason } = error;
    return {
      file: path,
      verdict: "no allocator",
      reason,
      examination: null,
      measurements: null,
    };
  } finally {
    await worker?.close();
  }
}
