/**
 * Visits every state that a small world can get into, breadth first, and makes every call in each.
 *
 * A state is the whole state of the instance, lists, cached words and stale bytes included; two
 * histories that lead to the same state are one. Where the search comes to an end by itself, the
 * answers are right after *every* sequence of calls, however long.
 */

import { ErrorCode } from "../../abi/error_code.ts";
import { type Snapshot, Snapshots } from "./snapshot.ts";
import { type SmallWorld, STATE_START } from "./small_world.ts";
import { type Call, ownersOf, type World } from "./world_model.ts";

export interface Limits {
  /** Owners that a frame may have: without a limit the states would never end. */
  readonly owners: number;
  /** Calls in sequence; Infinity for all there are. */
  readonly depth: number;
}

export interface Exploration {
  /** States of the instance. */
  readonly states: number;
  /** Worlds as a caller sees them; several states may look the same. */
  readonly arrangements: number;
  /** Calls made, refused ones included. */
  readonly calls: number;
  /** Calls in the longest of the shortest ways to a state. */
  readonly depth: number;
  /** True if no state is left: there is none that `depth` calls do not reach. */
  readonly complete: boolean;
}

/** A way to a state. */
interface Path {
  /** What the state shows. */
  readonly world: World;
  /** The way to the state before, and the call that led from there; none for the first. */
  readonly from: Path | null;
  readonly call: Call | null;
}

/** A state that was reached and not left yet. */
interface State {
  readonly path: Path;
  readonly snapshot: Snapshot;
}

function describe(call: Call): string {
  const { kind, ...rest } = call;
  return `${kind} ${JSON.stringify(rest)}`;
}

/** A line for each call on the way. */
function history(path: Path): string {
  const lines: string[] = [];
  for (let at: Path | null = path; at; at = at.from) {
    lines.unshift(`"${at.world}" ${at.call ? `after ${describe(at.call)}` : "at first"}`);
  }
  return lines.join("\n");
}

/**
 * True if a call that answers `code` may change the state: one that is served, and one that finds
 * no memory, since it may have put together what the front end held to look for some.
 */
function mayMove(code: number): boolean {
  return code === ErrorCode.NONE || code === ErrorCode.OUT_OF_FRAMES;
}

/** What callers see in some states, and what they must be told there. */
interface Arrangement {
  readonly world: World;
  /** The code that each of the world's calls must answer. */
  readonly codes: Uint8Array;
}

class Explorer {
  readonly #world: SmallWorld;
  readonly #limits: Limits;
  readonly #snapshots: Snapshots;
  /** What each state shows, by the key of the state. */
  readonly #seen = new Map<number, Arrangement>();
  readonly #arrangements = new Map<World, Arrangement>();
  #calls = 0;

  constructor(world: SmallWorld, limits: Limits) {
    this.#world = world;
    this.#limits = limits;
    this.#snapshots = new Snapshots(world.exports, world.exports.memory, STATE_START);
  }

  run(): Exploration {
    const world = this.#world.start;
    this.#seen.set(this.#snapshots.key(), this.#arrangement(world));
    const path: Path = { world, from: null, call: null };
    let frontier: State[] = [{ path, snapshot: this.#snapshots.save() }];
    let depth = 0;
    while (depth < this.#limits.depth) {
      const next = frontier.flatMap((state) => this.#leave(state));
      if (next.length === 0) break;
      frontier = next;
      ++depth;
    }
    return {
      states: this.#seen.size,
      arrangements: this.#arrangements.size,
      calls: this.#calls,
      depth,
      complete: depth < this.#limits.depth,
    };
  }

  #arrangement(world: World): Arrangement {
    let known = this.#arrangements.get(world);
    if (!known) {
      const codes = this.#world.calls.map((call) => this.#world.model.code(world, call));
      known = { world, codes: Uint8Array.from(codes) };
      this.#arrangements.set(world, known);
    }
    return known;
  }

  #fail(path: Path, what: string): never {
    throw new Error(`${this.#world.name}: ${what}\n${history(path)}`);
  }

  /** Makes every call in `state`; the states that were not seen before. */
  #leave({ path, snapshot }: State): State[] {
    const { calls } = this.#world;
    const { codes } = this.#arrangement(path.world);
    const moves: number[] = [];
    this.#snapshots.restore(snapshot);
    codes.forEach((code, index) => {
      if (mayMove(code)) moves.push(index);
      else this.#expectCode(path, calls[index]!, code, this.#world.make(calls[index]!));
    });
    this.#world.settle();
    if (!this.#snapshots.isUnchanged()) this.#findCulprit(path, snapshot);
    return moves.flatMap((index) => {
      this.#snapshots.restore(snapshot);
      return this.#follow(path, calls[index]!, codes[index]!) ?? [];
    });
  }

  /** Fails unless `call` was answered with `code`, which for an allocation means refused. */
  #expectCode(path: Path, call: Call, code: number, answer: bigint | number): void {
    ++this.#calls;
    const told = answer === 0n ? this.#world.exports.last_error() : answer;
    if (told !== code) this.#fail(path, `${describe(call)} answered ${told}, should be ${code}`);
  }

  /** Some call was refused and changed something all the same: says which. */
  #findCulprit(path: Path, snapshot: Snapshot): never {
    this.#snapshots.key();
    for (const call of this.#world.calls) {
      if (mayMove(this.#world.model.code(path.world, call))) continue;
      this.#snapshots.restore(snapshot);
      this.#world.make(call);
      this.#world.settle();
      if (this.#snapshots.isUnchanged()) continue;
      this.#fail(path, `${describe(call)} was refused, but changed something`);
    }
    this.#fail(path, "all refusals together changed something");
  }

  /** Makes `call`, which must answer `code`, where `from` leads; the state after it if new. */
  #follow(from: Path, call: Call, code: number): State | undefined {
    if (call.kind === "retain" && ownersOf(from.world[call.place]!) === this.#limits.owners) return;
    const world = this.#after(from, call, code, this.#world.make(call));
    this.#world.settle();
    const key = this.#snapshots.key();
    const path = { world, from, call };
    const known = this.#seen.get(key);
    if (known) {
      if (known.world !== world) this.#fail(path, `cannot be told from "${known.world}"`);
      return;
    }
    const snapshot = this.#snapshots.save();
    const complaint = this.#world.complaint(world);
    if (complaint) this.#fail(path, complaint);
    if (!this.#snapshots.isUnchanged()) this.#fail(path, "a question changed something");
    const shown = this.#arrangement(world);
    this.#seen.set(key, shown);
    return { path: { ...path, world: shown.world }, snapshot };
  }

  /** The world after `call`, which must answer `code` and answered `answer`. */
  #after(path: Path, call: Call, code: number, answer: bigint | number): World {
    const { model } = this.#world;
    const { world } = path;
    if (code !== ErrorCode.NONE || call.kind !== "alloc") {
      this.#expectCode(path, call, code, answer);
      return code === ErrorCode.NONE ? model.after(world, call, 0) : world;
    }
    ++this.#calls;
    const place = (Number(BigInt(answer) >> 12n) - model.first) / 2 ** model.grain;
    if (!model.servedFrom(world, call.order, call.flags).includes(place)) {
      this.#fail(path, `${describe(call)} gave 0x${answer.toString(16)}, at place ${place}`);
    }
    return model.after(world, call, place);
  }
}

/** Explores `world` as far as `limits` go; throws, with the shortest way there, at a fault. */
export function explore(world: SmallWorld, limits: Limits): Exploration {
  return new Explorer(world, limits).run();
}
