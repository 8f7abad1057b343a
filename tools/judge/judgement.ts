/**
 * What the judge says of a file.
 */

import { type Examination, examine, type WrongVerdict } from "./examination.ts";
import { NotAnAllocatorError, readModule } from "./contract.ts";
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
}

export interface JudgeOptions extends RightOptions {
  /** True if a wrong free that is not refused is a fault. */
  readonly isStrict: boolean;
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
    worker = new WatchedWorker(readModule(moduleBytes(path)));
    const examination = await examine(worker, options, note);
    const verdict = verdictOf(examination, options.isStrict);
    return { file: path, verdict, reason: null, examination };
  } catch (error) {
    if (!(error instanceof NotAnAllocatorError)) throw error;
    return { file: path, verdict: "no allocator", reason: error.message, examination: null };
  } finally {
    await worker?.close();
  }
}
