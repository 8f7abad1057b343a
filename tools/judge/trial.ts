/**
 * One allocator beside the list of owners: each request goes to both, and what the allocator answers
 * and what it leaves behind is judged at once.
 */

import { LARGEST_ORDER, NO_FRAME, QUERY_ORDERS } from "./contract.ts";
import { type Journal } from "./journal.ts";
import { type Block, Owners } from "./owners.ts";
import { type Free, type Step, type World } from "./steps.ts";
import { AbortError, type Subject } from "./subject.ts";

/** What can be wrong. */
export type FaultKind =
  | "trap"
  | "endless"
  | "outside"
  | "unaligned"
  | "taken"
  | "refusal"
  | "refused free"
  | "memory"
  | "free blocks"
  | "init";

/** Something that the contract rules out; the message is for the allocator's author. */
export interface Fault {
  readonly kind: FaultKind;
  readonly message: string;
}

/** What came of a wrong free: it was refused, or taken for right, or stopped the module. */
export type Wrong = "refused" | "accepted" | "stopped";

/** What a step came to. A wrong free that was not refused leaves an allocator that is not judged. */
export interface Verdict {
  readonly fault?: Fault;
  readonly wrong?: Wrong;
}

const FINE: Verdict = {};

/** A sentence about `error`, which a call threw. */
function trapText(error: unknown): string {
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return "it recursed until the stack was full";
  }
  if (error instanceof AbortError) return `it called ${error.message}`;
  return `it trapped: ${error instanceof Error ? error.message : String(error)}`;
}

function blockText(frame: number, order: number): string {
  return order === 0 ? `frame ${frame}` : `the block of order ${order} at frame ${frame}`;
}

export class Trial {
  readonly #subject: Subject;
  readonly #journal: Journal | null;
  readonly #hasQuery: boolean;
  #owners = new Owners([]);
  #answer: number | null = null;
  /** Frames of the blocks by number, freed ones included; a refused one has none. */
  #frames: (number | undefined)[] = [];
  #orders: number[] = [];

  /** @param journal is told each step before it is done */
  constructor(subject: Subject, journal: Journal | null = null) {
    this.#subject = subject;
    this.#journal = journal;
    this.#hasQuery = subject.has("allocator_free_blocks");
  }

  /** Who owns what. */
  get owners(): Owners {
    return this.#owners;
  }

  /** What the last call returned: a frame, or 1 for freed; null if nothing or if it was not made. */
  get answer(): number | null {
    return this.#answer;
  }

  /** Does `step`. After a fault, or a wrong free that was not refused, the next one is an init. */
  step(step: Step): Verdict {
    this.#journal?.add(step);
    this.#answer = null;
    switch (step.kind) {
      case "init":
        return this.#init(step.world);
      case "alloc":
        return this.#alloc(step.block, step.order);
      case "free":
        return this.#free(step);
    }
  }

  #init(world: World): Verdict {
    const { runs, isMap } = world;
    this.#owners = new Owners(runs);
    this.#frames = [];
    this.#orders = [];
    try {
      if (isMap) this.#subject.initMap(runs);
      else this.#subject.init(runs[0]!.count);
    } catch (error) {
      return { fault: { kind: "trap", message: `${trapText(error)}, when it was to start over` } };
    }
    return this.#lookAround("starting over");
  }

  #alloc(number: number, order: number): Verdict {
    const owners = this.#owners;
    let frame: number;
    try {
      frame = this.#subject.alloc(order) >>> 0;
    } catch (error) {
      const fault: Fault = {
        kind: "trap",
        message: `${trapText(error)}, asked for order ${order}`,
      };
      return { fault };
    }
    this.#answer = frame;
    if (frame === NO_FRAME) {
      const room = owners.room(order);
      if (room >= 0) {
        const message = `it refused order ${order} though ${blockText(room, order)} is free`;
        return { fault: { kind: "refusal", message } };
      }
    } else {
      const objection = owners.objection({ frame, order });
      if (objection) return { fault: this.#badBlock(frame, order, objection) };
      owners.take(number, { frame, order });
      this.#frames[number] = frame;
    }
    this.#orders[number] = order;
    return this.#lookAround(`the request for order ${order}`);
  }

  #badBlock(
    frame: number,
    order: number,
    { bad, frame: where }: NonNullable<ReturnType<Owners["objection"]>>,
  ): Fault {
    const block = blockText(frame, order);
    switch (bad) {
      case "outside":
        return { kind: bad, message: `it gave ${block}, but there is no frame ${where}` };
      case "unaligned":
        return { kind: bad, message: `it gave ${block}, which is no multiple of ${2 ** order}` };
      case "taken":
        return {
          kind: bad,
          message:
            order === 0
              ? `it gave frame ${where}, which is in use`
              : `it gave ${block}, of which frame ${where} is in use`,
        };
    }
  }

  /** What `step` frees; null if nothing, since its block was refused. */
  #target({ block, offset, order }: Free): Block | null {
    if (block === null) return { frame: offset, order: order ?? 0 };
    const frame = this.#frames[block];
    if (frame === undefined) return null;
    return { frame: frame + offset, order: order ?? this.#orders[block]! };
  }

  /** True if `step` is not the free of a block that is allocated. */
  isWrong(step: Free): boolean {
    const target = this.#target(step);
    return target !== null && this.#owners.numberOf(target) === undefined;
  }

  #free(step: Free): Verdict {
    const target = this.#target(step);
    if (!target) return FINE;
    const { frame, order } = target;
    const number = this.#owners.numberOf(target);
    const isWrong = number === undefined;
    let freed: boolean;
    try {
      freed = this.#subject.free(frame, order) !== 0;
    } catch (error) {
      if (isWrong) return { wrong: "stopped" };
      const message = `${trapText(error)}, asked to free ${blockText(frame, order)}`;
      return { fault: { kind: "trap", message } };
    }
    this.#answer = Number(freed);
    if (isWrong) {
      if (freed) return { wrong: "accepted" };
      const { fault } = this.#lookAround("the refusal of a wrong free");
      return fault ? { fault, wrong: "refused" } : { wrong: "refused" };
    }
    if (!freed) {
      const message = `it refused to free ${blockText(frame, order)}, which is allocated`;
      return { fault: { kind: "refused free", message } };
    }
    this.#owners.release(number);
    return this.#lookAround(`the free of ${blockText(frame, order)}`);
  }

  /** What is wrong beside the answer, after `what`. */
  #lookAround(what: string): Verdict {
    const damage = this.#subject.damage();
    if (damage !== null) {
      return { fault: { kind: "memory", message: `in ${what} it wrote to ${damage}` } };
    }
    return this.#hasQuery ? this.#lookAtFreeBlocks(what) : FINE;
  }

  #lookAtFreeBlocks(what: string): Verdict {
    let free = 0;
    let largest = -1;
    try {
      for (let order = 0; order < QUERY_ORDERS; ++order) {
        const blocks = this.#subject.freeBlocks(order);
        free += blocks * 2 ** order;
        if (blocks) largest = order;
      }
    } catch (error) {
      return { fault: { kind: "trap", message: `${trapText(error)}, asked for its free blocks` } };
    }
    if (free !== this.#owners.free) {
      const message = `after ${what} it says ${free} frames are free; ${this.#owners.free} are`;
      return { fault: { kind: "free blocks", message } };
    }
    const order = Math.min(largest, LARGEST_ORDER);
    if (largest >= 0 && this.#owners.room(order) < 0) {
      const message = `after ${what} it says a block of order ${largest} is free; none is`;
      return { fault: { kind: "free blocks", message } };
    }
    return FINE;
  }
}

/** Where a sequence ended: the fault or the wrong free that ended it, and what each call returned. */
export interface Ended extends Verdict {
  readonly answers: readonly (number | null)[];
}

/**
 * Does `steps` from the first, an init, on; ends at the first fault and the first wrong free that is
 * not refused. A wrong free that is refused does not end it.
 */
export function runSteps(trial: Trial, steps: readonly Step[]): Ended {
  const answers: (number | null)[] = [];
  for (const step of steps) {
    const verdict = trial.step(step);
    answers.push(trial.answer);
    if (verdict.fault || (verdict.wrong && verdict.wrong !== "refused")) {
      return { ...verdict, answers };
    }
  }
  return { answers };
}
