/**
 * What a caller pays: the workloads in a module of their own (`peers/imported.c`) call allocators in
 * other modules through their exports. The kernel is called at three places on the way in: at its
 * exports, as by a tool; at `PhysicalAllocator`, as by the rest of the kernel; and at the core.
 *
 * The calls themselves, and the workloads, cost the same whatever is called; so what an allocator
 * takes that does nothing (`peers/nothing.c`) is subtracted, round by round.
 */

import { type Allocator, ALLOCATORS, REFERENCE, SUBJECT } from "./allocators.ts";
import { type Instance, type Timed } from "../tools/judge/workloads/engine.ts";
import {
  type Contender,
  measure,
  type Plan,
  type Series,
} from "../tools/judge/workloads/measure.ts";
import { buildEntry, buildModule } from "./modules.ts";
import { type SpeedResult } from "./results.ts";
import { selfCheck } from "./self_check.ts";
import { speedResults } from "./speed.ts";
import { V8Instance } from "./v8_engine.ts";

/** What the results call this way of measuring. */
export const CALLED = "V8, called";

/** The allocator that is subtracted. */
const FLOOR = "nothing";

/** The kernel at its exports. */
const EXPORTS = "kernel_exports";

/** An allocator as it is called from another module. */
export interface Callee extends Allocator {
  /** Names of the exports that are called. */
  readonly alloc: string;
  readonly free: string;
}

function calleeOf(id: string, alloc = "frame_alloc", free = "frame_free"): Callee {
  const allocator = ALLOCATORS.find((each) => each.id === id)!;
  // The workloads' own module answers for it.
  return { ...allocator, refusal: 0xffff_ffff, alloc, free };
}

function inKernel(id: string, title: string, alloc: string, free: string): Callee {
  return { ...calleeOf(SUBJECT, alloc, free), id, title, module: "calls" };
}

/** All of them, the kernel at its exports and the reference first. */
export const CALLEES: readonly Callee[] = [
  inKernel(EXPORTS, "this kernel, exports", "frame_alloc", "frame_free"),
  calleeOf(REFERENCE),
  inKernel("kernel_physical", "this kernel, inside", "physical_alloc", "physical_free"),
  { ...calleeOf(SUBJECT), title: "this kernel, core" },
  calleeOf("list_buddy"),
  { ...calleeOf("null"), id: FLOOR, title: "nothing", module: FLOOR },
];

/** The allocator of which figures and goals in `engine` are. */
export function subjectIn(engine: string): string {
  return engine === CALLED ? EXPORTS : SUBJECT;
}

/** Builds the module of `callee`, or of the workloads; returns its path. */
export function buildCalled(module: string): string {
  return module === "calls"
    ? buildEntry("calls_entry.ts", module, { use: "abort=" })
    : buildModule(module);
}

/** The machine of a kernel that never looks at it: only the handoff reads the page root. */
const MACHINE = new Proxy<WebAssembly.ModuleImports>(
  { page_root: () => 0n },
  {
    get: (machine, name: string) =>
      machine[name] ??
      (() => {
        throw new Error(`there is no machine for ${name}`);
      }),
  },
);

/** The workloads, and the allocator that they call. */
export class CalledInstance implements Instance {
  readonly #callee: V8Instance;
  readonly #loops: V8Instance;

  /** `path` is that of the callee's module, `loops` that of the workloads'. */
  constructor(callee: Callee, path: string, loops: string) {
    this.#callee = new V8Instance(path, { shim: MACHINE });
    const { [callee.alloc]: alloc, [callee.free]: free } = this.#callee.exports;
    this.#loops = new V8Instance(loops, {
      allocator: { frame_alloc: alloc!, frame_free: free! },
    });
  }

  get memory(): WebAssembly.Memory {
    return this.#loops.memory;
  }

  /** As `call`, at once. `init` starts both over. */
  callNow(name: string, ...args: readonly number[]): Timed {
    if (name === "init") this.#callee.callNow(name, ...args);
    return this.#loops.callNow(name, ...args);
  }

  call(name: string, ...args: readonly number[]): Promise<Timed> {
    return Promise.resolve(this.callNow(name, ...args));
  }

  close(): void {
    // Garbage collection ends it.
  }
}

/** The series without what the calls and the workloads took in the same rounds. */
export function withoutFloor(series: readonly Series[]): Series[] {
  return series
    .filter(({ allocator }) => allocator !== FLOOR)
    .map((own) => {
      const floor = series.find((each) => {
        return each.allocator === FLOOR && each.measure === own.measure;
      })!;
      return { ...own, samples: own.samples.map((time, round) => time - floor.samples[round]!) };
    });
}

/** Measures in this process. */
export async function measureCalls(
  plan: Plan,
  note: (text: string) => void,
): Promise<SpeedResult[]> {
  const loops = buildModule("imported");
  const paths = new Map(CALLEES.map(({ module }) => [module, buildCalled(module)]));
  const contenders: Contender[] = CALLEES.map((allocator) => {
    const instance = new CalledInstance(allocator, paths.get(allocator.module)!, loops);
    if (allocator.checked) selfCheck(allocator, instance);
    return { allocator, instance };
  });
  const series = withoutFloor(await measure(contenders, plan, note));
  return speedResults(CALLED, CALLEES, series);
}
