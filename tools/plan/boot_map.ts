/**
 * Boots the kernel on a memory map: what a plan, a trace and the explorer begin with.
 */

import { type Placement } from "../../sim/boot_layout.ts";
import { Machine } from "../../sim/machine.ts";
import { type BootResult, type MachineOptions } from "../../sim/machine_options.ts";
import { type MapInput } from "../formats/map_input.ts";
import { type BootFailure, type LogSummary } from "../log/log_summary.ts";

export interface PlanOptions {
  /** The kernel's command line; `log=debug` is added: a plan is read from lines of that level. */
  readonly options?: string;
  /** Where the simulated loader puts the image; see `sim/boot_layout.ts`. `auto` by default. */
  readonly placement?: Placement | "auto";
  /** What else the machine has: a program and all that it needs. */
  readonly machine?: Omit<MachineOptions, "memoryMap" | "placement" | "options">;
}

/** A machine that has booted, whatever came of it. */
export interface BootedMap {
  readonly machine: Machine;
  readonly result: BootResult;
  /** The kernel's command line. */
  readonly options: string;
}

/**
 * Boots the kernel of `module` on a simulated machine with `map`. A boot that fails is a result as
 * well: `result.status` is not 0 then. SimulationError if no such machine can be built.
 */
export function bootMap(
  module: WebAssembly.Module,
  map: Pick<MapInput, "entries">,
  { options = "", placement = "auto", machine: rest }: PlanOptions = {},
): BootedMap {
  const words = options.split(" ").filter((word) => word !== "" && !word.startsWith("log="));
  const commandLine = ["log=debug", ...words].join(" ");
  const machine = new Machine({
    ...rest,
    memoryMap: map.entries,
    placement,
    options: commandLine,
  });
  return { machine, result: machine.boot(module), options: commandLine };
}

/** How a boot failed, by its status and its log; null if the kernel started. */
export function bootFailure(
  { status, trap, log }: BootResult,
  { failure }: Pick<LogSummary, "failure">,
): BootFailure | null {
  if (status === 0) return null;
  return failure ?? { code: trap ? null : status, name: "", line: log.at(-1) ?? "" };
}
