/**
 * The library: boots the kernel on any machine's memory map and hands it over, in Node, in a browser
 * or in a worker.
 *
 *     import { bootKernel, readMemoryMap } from "slopos-wasm";
 *
 *     const kernel = await bootKernel(readMemoryMap(text));
 *     const address = kernel.allocate(9);
 *
 * docs/library.md has examples. What is exported here is what the package promises; all else may change.
 */

export { SimulationError } from "../sim/errors.ts";
export { type ManagedRun } from "../sim/kernel.ts";
export { type MemoryMapEntry } from "../sim/memory_map.ts";
export { MapError, type MapInput, UnknownFormatError } from "../tools/formats/map_input.ts";
export { readMemoryMap, type ReadMapOptions } from "../tools/formats/read_map.ts";
export { syntheticMap } from "../tools/formats/size.ts";
export { bootKernel, type BootOptions } from "./boot_kernel.ts";
export { BootError, KernelError } from "./errors.ts";
export { type KernelSource } from "./load_kernel.ts";
export {
  type AllocateOptions,
  type Block,
  type KernelStats,
  type Reservation,
  type RunningKernel,
} from "./running_kernel.ts";
