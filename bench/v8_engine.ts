/**
 * Modules in this process's own V8.
 */

import { readFileSync } from "node:fs";
import { type Instance, type Timed } from "../tools/judge/workloads/engine.ts";

/**
 * From this many nanoseconds on, time is also taken on the processor's clock, which does not run
 * while another process does; it counts microseconds, hence not for less.
 */
const COARSE = 1e6;

type Export = (...args: readonly number[]) => number;

/** A module, instantiated here. */
export class V8Instance implements Instance {
  readonly exports: Record<string, Export>;
  readonly memory: WebAssembly.Memory;

  /**
   * @param path of the `.wasm` file
   * @param imports what it imports, if anything
   */
  constructor(path: string, imports: WebAssembly.Imports = {}) {
    const module = new WebAssembly.Module(new Uint8Array(readFileSync(path)));
    const { memory, ...exports } = new WebAssembly.Instance(module, imports).exports;
    this.memory = memory as WebAssembly.Memory;
    this.exports = exports as Record<string, Export>;
  }

  /**
   * As `call`, at once. The time is the thread's own as far as that can be known: time that has
   * passed, or time that this process had the processor, whichever is less (V8's other threads count
   * for the latter).
   */
  callNow(name: string, ...args: readonly number[]): Timed {
    const target = this.exports[name];
    if (!target) throw new TypeError(`the module has no export ${name}`);
    const usage = process.cpuUsage();
    const begin = process.hrtime.bigint();
    const value = target(...args) >>> 0;
    const passed = Number(process.hrtime.bigint() - begin);
    if (passed < COARSE) return { value, nanoseconds: passed };
    const { user, system } = process.cpuUsage(usage);
    return { value, nanoseconds: Math.min(passed, (user + system) * 1000) };
  }

  call(name: string, ...args: readonly number[]): Promise<Timed> {
    return Promise.resolve(this.callNow(name, ...args));
  }

  close(): void {
    // Garbage collection ends it.
  }
}
