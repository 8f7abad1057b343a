/**
 * An allocator with the workloads in front of it: two modules, linked here. It is what the
 * benchmark's workloads call an instance.
 */

import { type Instance, type Timed } from "./workloads/engine.ts";
import { type Run } from "./contract.ts";
import { type Journal } from "./journal.ts";
import { Subject } from "./subject.ts";

type Export = (...args: readonly number[]) => number;

/** As in the benchmark: from this many nanoseconds on, the processor's clock is asked as well. */
const COARSE = 1e6;

/** Does `call`; its result, and how long it took this thread, as far as that can be known. */
function timed(call: () => number): Timed {
  const usage = process.cpuUsage();
  const begin = process.hrtime.bigint();
  const value = call() >>> 0;
  const passed = Number(process.hrtime.bigint() - begin);
  if (passed < COARSE) return { value, nanoseconds: passed };
  const { user, system } = process.cpuUsage(usage);
  return { value, nanoseconds: Math.min(passed, (user + system) * 1000) };
}

export class LoopInstance implements Instance {
  readonly #subject: Subject;
  readonly #loops: Readonly<Record<string, Export>>;
  readonly #memory: WebAssembly.Memory;
  readonly #journal: Journal;

  /** Links `allocator` with `loops`; `journal` is given a sign of life at each call. */
  constructor(loops: WebAssembly.Module, allocator: WebAssembly.Module, journal: Journal) {
    this.#subject = new Subject(allocator);
    const { alloc, free } = this.#subject;
    const imports = { allocator: { allocator_alloc: alloc, allocator_free: free } };
    const { memory, ...exports } = new WebAssembly.Instance(loops, imports).exports;
    this.#memory = memory as WebAssembly.Memory;
    this.#loops = exports as Record<string, Export>;
    this.#journal = journal;
  }

  get subject(): Subject {
    return this.#subject;
  }

  /** As `call`, at once. `init` starts over, with a number of frames. */
  callNow(name: string, ...args: readonly number[]): Timed {
    this.#journal.beat();
    if (name !== "init") return timed(() => this.#loops[name]!(...args));
    const [frames = 0] = args;
    this.#subject.init(frames);
    this.#loops["start"]!(frames);
    return { value: this.#subject.metadataBytes(), nanoseconds: 0 };
  }

  call(name: string, ...args: readonly number[]): Promise<Timed> {
    return Promise.resolve(this.callNow(name, ...args));
  }

  /** Starts over with `runs`, or with one run of `frames`; nanoseconds from zeroed tables on. */
  seed(frames: number, runs: readonly Run[] | null): number {
    this.#journal.beat();
    const start = runs ? this.#subject.preparedMap(runs) : this.#subject.prepared(frames);
    return timed(() => (start(), 0)).nanoseconds;
  }

  /** The blocks in use, packed as the loops pack them; until the next call. */
  blocks(): Uint32Array {
    const count = this.callNow("blocks_in_use").value;
    return new Uint32Array(this.#memory.buffer, this.callNow("block_list").value, count);
  }

  close(): void {
    // Garbage collection ends it.
  }
}
