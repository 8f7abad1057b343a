/**
 * Makes requests of an allocator one after the other, and keeps the list of them: when something is
 * wrong, the list is what led there.
 */

import { type Fault, type Trial, type Wrong } from "./trial.ts";
import { type Free, freeOf, type Step, type World } from "./steps.ts";

/** Something was wrong after `steps`; `before` is what the same instance did before them. */
export class FaultFound extends Error {
  override name = "FaultFound";
  readonly fault: Fault;
  readonly steps: readonly Step[];
  readonly before: readonly Step[];

  constructor(fault: Fault, steps: readonly Step[], before: readonly Step[]) {
    super(fault.message);
    this.fault = fault;
    this.steps = steps;
    this.before = before;
  }
}

export class Driver {
  readonly #makeTrial: () => Trial;
  #trial: Trial;
  /** What was done since it began, and between that and the time before. */
  #steps: Step[] = [];
  #before: Step[] = [];
  #blocks = 0;

  /** @param makeTrial makes a trial of a fresh instance */
  constructor(makeTrial: () => Trial) {
    this.#makeTrial = makeTrial;
    this.#trial = makeTrial();
  }

  /** Goes on with a fresh instance, which is to begin. */
  renew(): void {
    this.#trial = this.#makeTrial();
    this.#steps = [];
  }

  /** Who owns what. */
  get owners(): Trial["owners"] {
    return this.#trial.owners;
  }

  /** Starts over with `world`. Every method throws a FaultFound if something is wrong. */
  begin(world: World): void {
    this.#before = this.#steps;
    this.#steps = [];
    this.#blocks = 0;
    this.#do({ kind: "init", world });
  }

  /** Asks for a block; its number, or null if it was refused. */
  alloc(order: number): number | null {
    const block = this.#blocks++;
    this.#do({ kind: "alloc", block, order });
    return this.owners.block(block) ? block : null;
  }

  /** Frees block number `block`. */
  free(block: number): void {
    this.#do(freeOf(block));
  }

  /** True if `step` is wrong by now. */
  isWrong(step: Free): boolean {
    return this.#trial.isWrong(step);
  }

  /** Asks for a free that is wrong; what came of it. Renew after what is not refused. */
  freeWrongly(step: Free): Wrong {
    return this.#do(step) ?? "refused";
  }

  #do(step: Step): Wrong | undefined {
    this.#steps.push(step);
    const { fault, wrong } = this.#trial.step(step);
    if (fault) throw new FaultFound(fault, this.#steps, this.#before);
    return wrong;
  }
}
