/**
 * Watches a program in the worker: what it says, how many frames it has on loan, where they lie; and
 * reports to the page, often enough to be followed and never so often that the page has no time for
 * anything else.
 */

import { MmStat } from "../../../abi/mm_stat.ts";
import { type Kernel } from "../../../sim/kernel.ts";
import { saidText } from "../../../tools/program/said_text.ts";
import { type LentSpans } from "./lent_spans.ts";
import {
  type FrameCounts,
  type FramesPoint,
  type ProgramMachine,
  type ProgramMoment,
  type ProgramReport,
  type Said,
} from "./program_protocol.ts";

/** Milliseconds of a period, and reports that go out at once in each; what is more is gathered. */
const PERIOD = 100;
const REPORTS = 20;

/** Milliseconds between two moments at least, and how many times what finding one takes. */
const MOMENT_TIME = 20;
const MOMENT_PARTS = 3;

/** Characters of one piece of text, and pieces that are gathered at most; of more, the last. */
const LONGEST_PIECE = 4096;
const MOST_PIECES = 25;

/** The kernel's figures. */
export function countsOf(kernel: Kernel): FrameCounts {
  return {
    managed: kernel.mmStat(MmStat.MANAGED),
    free: kernel.mmStat(MmStat.FREE),
    allocated: kernel.mmStat(MmStat.ALLOCATED),
    lent: kernel.mmStat(MmStat.PROGRAM),
  };
}

export class ProgramWatch {
  readonly #post: (report: ProgramReport) => void;
  readonly #textOf = saidText();
  #kernel: Kernel | null = null;
  #spans: LentSpans | null = null;
  #machine: ProgramMachine | undefined;
  #began = 0;
  #said: Said[] = [];
  /** True if not all of what was said is in it. */
  #isCut = false;
  #points: FramesPoint[] = [];
  #moments: ProgramMoment[] = [];
  /** Frames of the last point and of the last moment. */
  #frames = 0;
  #shownFrames = -1;
  /** When the last moment was found, and how long that took; milliseconds. */
  #momentAt = 0;
  #momentTime = 0;
  #periodAt = 0;
  #reports = 0;

  constructor(post: (report: ProgramReport) => void) {
    this.#post = post;
  }

  /** Begins with `machine`, on which nothing is on loan yet. */
  begin(kernel: Kernel, spans: LentSpans, machine: ProgramMachine): void {
    this.#kernel = kernel;
    this.#spans = spans;
    this.#machine = machine;
    this.#began = performance.now();
    this.#points.push({ operations: 0, frames: 0 });
    this.#addMoment(0, countsOf(kernel));
    this.#report();
  }

  /** The program said `bytes` on `stream`. */
  said(stream: number, bytes: Uint8Array): void {
    const text = this.#textOf(stream, bytes);
    for (let at = 0; at < text.length; at += LONGEST_PIECE) {
      this.#add(stream, text.slice(at, at + LONGEST_PIECE));
    }
    this.#reportInMeasure();
  }

  #add(stream: number, text: string): void {
    const last = this.#said.at(-1);
    if (last?.stream === stream && last.text.length + text.length <= LONGEST_PIECE) {
      this.#said[this.#said.length - 1] = { stream, text: last.text + text };
    } else {
      this.#said.push({ stream, text });
    }
    if (this.#said.length > MOST_PIECES) {
      this.#said.shift();
      this.#isCut = true;
    }
  }

  /** The kernel can be asked; it is the last time before it takes everything back if `isLast`. */
  pause(isLast: boolean): void {
    const kernel = this.#kernel;
    if (!kernel) return;
    const frames = kernel.mmStat(MmStat.PROGRAM);
    const hasChanged = frames !== this.#frames;
    if (!hasChanged && !isLast && frames === this.#shownFrames) return;
    const now = performance.now();
    const time = now - this.#began;
    if (hasChanged) {
      // Two points, so that the line goes up and down in steps.
      this.#points.push({ operations: time, frames: this.#frames });
      this.#points.push({ operations: time, frames });
      this.#frames = frames;
    }
    const rest = Math.max(MOMENT_TIME, MOMENT_PARTS * this.#momentTime);
    if (frames !== this.#shownFrames && (isLast || now - this.#momentAt >= rest)) {
      this.#addMoment(time, countsOf(kernel));
    }
    this.#reportInMeasure();
  }

  /** Reports what is left once the program is over, and the machine as it is after that. */
  end(): void {
    const kernel = this.#kernel!;
    const time = performance.now() - this.#began;
    const counts = countsOf(kernel);
    this.#points.push({ operations: time, frames: counts.lent });
    if (counts.lent !== this.#shownFrames) this.#addMoment(time, counts);
    this.#report();
  }

  #addMoment(time: number, counts: FrameCounts): void {
    const started = performance.now();
    this.#moments.push({ time, counts, ...this.#spans!.now() });
    this.#shownFrames = counts.lent;
    this.#momentAt = performance.now();
    this.#momentTime = this.#momentAt - started;
  }

  #reportInMeasure(): void {
    const now = performance.now();
    if (now - this.#periodAt >= PERIOD) {
      this.#periodAt = now;
      this.#reports = 0;
    }
    if (++this.#reports <= REPORTS) this.#report();
  }

  #report(): void {
    const machine = this.#machine;
    this.#post({
      ...(machine && { machine }),
      said: this.#said,
      isCut: this.#isCut,
      points: this.#points,
      moments: this.#moments,
    });
    this.#machine = undefined;
    this.#said = [];
    this.#isCut = false;
    this.#points = [];
    this.#moments = [];
  }
}
