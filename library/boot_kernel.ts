/**
 * Boots the kernel on a memory map, in a simulated machine.
 */

import { ErrorCode, errorName } from "../abi/error_code.ts";
import { Machine } from "../sim/machine.ts";
import { type MemoryMapEntry } from "../sim/memory_map.ts";
import { BootError } from "./errors.ts";
import { type KernelSource, loadKernel } from "./load_kernel.ts";
import { RunningKernel } from "./running_kernel.ts";

/** How to boot. */
export interface BootOptions {
  /** The kernel's command line, such as `log=debug selftest=full`; empty by default. */
  readonly options?: string;
  /** The kernel to boot; the package's own by default. */
  readonly kernel?: KernelSource;
  /** Called with each line of the log as it is written. */
  readonly onLine?: (line: string) => void;
}

/**
 * Boots the kernel on a machine with the memory of `map`. The machine is simulated and takes memory of
 * this one only as it is written to, so that one with terabytes boots as well. Each call builds another
 * machine; the same map and options give the same machine every time.
 *
 * @param map what `readMemoryMap` and `syntheticMap` return, or any `{ entries }`
 * @throws BootError if the kernel does not start on such memory
 * @throws SimulationError if not even a boot loader could run there
 */
export async function bootKernel(
  map: { readonly entries: readonly MemoryMapEntry[] },
  { options = "", kernel: source, onLine }: BootOptions = {},
): Promise<RunningKernel> {
  const module = await loadKernel(source);
  const machine = new Machine({
    memoryMap: map.entries,
    options,
    ...(onLine && { console: onLine }),
  });
  const { status, trap, log, kernel } = machine.boot(module);
  if (status === 0) return new RunningKernel(machine, kernel);
  throw new BootError(errorName(trap ? ErrorCode.TRAP : status), log);
}
