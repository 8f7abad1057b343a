/**
 * A contest in the worker: builds both sides, makes the requests in small portions at the speed that is
 * asked for, and reports.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { MmStat } from "../../../abi/mm_stat.ts";
import { type MapInput } from "../../../tools/formats/map_input.ts";
import { NotAnAllocatorError } from "../../../tools/judge/contract.ts";
import { bootMap } from "../../../tools/plan/boot_map.ts";
import { formatBytes } from "../format.ts";
import { type Contender, kernelContender, moduleContender } from "./contender.ts";
import { Contest } from "./contest.ts";
import { type ContestReport, type ContestSettings } from "./contest_protocol.ts";

/** What a module's side is given is a multiple of this many frames. */
const UNIT = 1024;

/** Frames of the largest contest: an allocator may need a record for each of them. */
export const MOST_FRAMES = 2 ** 22;

/** Milliseconds that a portion takes, and between two reports. */
const PORTION_TIME = 25;
const REPORT_TIME = 100;

/** Requests between two looks at the clock. */
const CHUNK = 2000;

/** Milliseconds of requests that the load may be behind by; what is more is dropped. */
const MOST_BEHIND = 200;

/** The allocator in `bytes`; an error that names it, for a person, if it is none. */
function rivalContender(bytes: ArrayBuffer, frames: number, name: string): Contender {
  try {
    return moduleContender(bytes, frames);
  } catch (error) {
    if (!(error instanceof NotAnAllocatorError)) throw error;
    throw new Error(`${name} is no allocator: ${error.message}.`, { cause: error });
  }
}

export class ContestHost {
  readonly #post: (report: ContestReport) => void;
  #contest: Contest | null = null;
  #frames = 0;
  /** Counts runs: one that finds another number has been replaced. */
  #run = 0;

  /** @param post is given each report */
  constructor(post: (report: ContestReport) => void) {
    this.#post = post;
  }

  /**
   * The kernel of `module` on a machine with `map` against the allocator in `bytes`, which goes by
   * `name`; an error, for a person, if that cannot be.
   */
  open(
    module: WebAssembly.Module,
    map: MapInput,
    bytes: ArrayBuffer,
    name: string,
    settings: ContestSettings,
  ): ContestReport {
    ++this.#run;
    const { kernel, status } = bootMap(module, map).result;
    const free = status === 0 ? kernel.mmStat(MmStat.FREE) : 0;
    if (free < UNIT) throw new Error("The kernel has too little memory on this machine.");
    if (free > MOST_FRAMES) {
      throw new Error(
        `This machine is too large: ${formatBytes(MOST_FRAMES * FRAME_BYTES)} are the most that is compared.`,
      );
    }
    this.#frames = free - (free % UNIT);
    const contenders = new Map([
      ["This kernel", kernelContender(kernel)],
      [name, rivalContender(bytes, this.#frames, name)],
    ]);
    this.#contest = new Contest(contenders, this.#frames, settings);
    return this.#report(this.#contest, false);
  }

  /** Goes on at `speed` requests a second until there were `until`; 0 stops it. */
  run(until: number, speed: number): void {
    const mine = ++this.#run;
    const contest = this.#contest;
    if (!contest) throw new Error("There is no contest.");
    let last = performance.now();
    let reported = last;
    let due = 0;
    const turn = () => {
      if (this.#run !== mine) return;
      const began = performance.now();
      due = Math.min(due + ((began - last) / 1000) * speed, (MOST_BEHIND / 1000) * speed + 1);
      last = began;
      const left = () => Math.min(due, until - contest.requests);
      while (left() >= 1 && !contest.problem && performance.now() - began < PORTION_TIME) {
        const requests = Math.min(Math.floor(left()), CHUNK);
        contest.run(requests);
        due -= requests;
      }
      const goesOn = contest.requests < until && !contest.problem;
      if (!goesOn || performance.now() - reported >= REPORT_TIME) {
        this.#post(this.#report(contest, goesOn));
        reported = performance.now();
      }
      if (goesOn) setTimeout(turn, due >= 1 ? 0 : PORTION_TIME);
    };
    turn();
  }

  #report(contest: Contest, running: boolean): ContestReport {
    const { requests, phase, problem } = contest;
    const sides = contest.sides();
    const shares = sides.map(({ freeLarge, possibleLarge }) =>
      possibleLarge ? freeLarge / possibleLarge : null,
    );
    const point = { operations: requests, shares };
    return { requests, phase, running, frames: this.#frames, sides, point, problem };
  }
}
