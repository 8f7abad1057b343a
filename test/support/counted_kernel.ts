/**
 * The kernel with a counter built in: how much it executes, as the number of functions entered and
 * loops gone round, the same on every machine and at every clock speed. Clearing memory and growing
 * it are the engine's work and do not count.
 */

import binaryen from "assemblyscript/binaryen";
import { type BootedKernel, watchKernel } from "./booted_kernel.ts";
import { kernelBytes } from "./kernel_module.ts";

/** What Binaryen's pass "log-execution" calls at each function entry, loop turn and return. */
const LOGGER = "log_execution";
const COUNTER = "executed";

let counting: WebAssembly.Module | undefined;

/** The kernel's module, counting; compiled once. */
function countingModule(): WebAssembly.Module {
  if (counting) return counting;
  const module = binaryen.readBinary(kernelBytes());
  module.runPasses(["log-execution"]);
  module.removeFunction(LOGGER);
  const { i32, none } = binaryen;
  module.addGlobal(COUNTER, i32, true, module.i32.const(0));
  const next = module.i32.add(module.global.get(COUNTER, i32), module.i32.const(1));
  module.addFunction(LOGGER, i32, none, [], module.global.set(COUNTER, next));
  module.addGlobalExport(COUNTER, COUNTER);
  counting = new WebAssembly.Module(Uint8Array.from(module.emitBinary()));
  module.dispose();
  return counting;
}

export interface CountedBoot extends BootedKernel {
  /** What had been executed when each line of the log was written. */
  readonly executed: readonly number[];
}

/** Boots and counts. */
export function countBoot(options: Parameters<typeof watchKernel>[0]): CountedBoot {
  // The first line is the shim's.
  const executed = [0];
  const watch = (exports: object, name: string) => {
    const counter = (exports as Record<string, WebAssembly.Global<"i32">>)[COUNTER]!;
    if (name === "console_write") executed.push(counter.value >>> 0);
  };
  const booted = watchKernel(options, watch, countingModule());
  return { ...booted, executed };
}
