/**
 * `slopos trace`: allocations and frees replayed on a machine.
 */

import { type Command, Option } from "commander";
import { MmStat } from "../../abi/mm_stat.ts";
import { type Kernel } from "../../sim/kernel.ts";
import { summariseLog } from "../log/log_summary.ts";
import { bootFailure, bootMap } from "../plan/boot_map.ts";
import { type Workload, listed } from "../trace/operation.ts";
import { randomWorkload } from "../trace/random_workload.ts";
import { parseScript, ScriptError } from "../trace/script.ts";
import { type Trace, traceWorkload } from "../trace/trace.ts";
import { failureText, Status, UsageError } from "./failure.ts";
import { readKernel, readText } from "./files.ts";
import { addMapArguments, type MapOptions, readMap } from "./map_source.ts";
import { coloursOf, type Terminal } from "./terminal.ts";
import { paragraph } from "./text.ts";
import { traceText } from "./trace_text.ts";
import { wholeNumber } from "./whole_number.ts";

interface TraceCommandOptions extends MapOptions {
  readonly ops?: string;
  readonly random?: number;
  readonly seed: number;
  readonly samples: number;
  readonly json?: true;
}

const HELP = `
A script has one operation per line:
  alloc a order=3 flags=zero,below_4g    8 frames, from now on called a; flags are optional
  alloc b                                1 frame
  retain b                               one more owner of it
  free b                                 once for each owner; an address works as well as a name
  free a order=2                         shows what the kernel says to a wrong order
  reserve 0x400000 bytes=2M              keeps a free range out of allocation for good

Random blocks are of orders 0 to 9, each half as frequent as the one below, up to a load of 70 %.

Examples:
  slopos trace --machine limine-ovmf-512m --random 20000 --seed 7
  printf 'alloc a order=3\\nfree a\\nfree a\\n' | slopos trace --size 64M --ops -

Exit status: 0 done, refused operations included, 1 the kernel did not start or its totals disagree,
2 there is no machine or no script.`;

/** The operations that the arguments ask for, and how many there are. */
async function workloadOf(
  options: TraceCommandOptions,
  kernel: Kernel,
  terminal: Terminal,
): Promise<{ readonly workload: Workload; readonly operations: number }> {
  if (options.random !== undefined) {
    const operations = options.random;
    const frames = kernel.mmStat(MmStat.MANAGED);
    return { workload: randomWorkload({ operations, seed: options.seed, frames }), operations };
  }
  try {
    const operations = parseScript(await readText(options.ops!, terminal));
    return { workload: listed(operations), operations: operations.length };
  } catch (error) {
    if (error instanceof ScriptError) throw new UsageError(`${options.ops}: ${error.message}`);
    throw error;
  }
}

/** Adds the command to `program`; `end` is told its exit status. */
export function addTraceCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): void {
  addMapArguments(program.command("trace"))
    .summary("allocations and frees on a machine")
    .description(
      "Boots the kernel on a memory map, replays allocations and frees, and prints totals, refusals " +
        "and fragmentation over time.",
    )
    .addOption(
      new Option("--ops <SCRIPT>", "the operations, or - for standard input").conflicts("random"),
    )
    .option("--random <N>", "N random operations", wholeNumber(1))
    .option("--seed <S>", "seed of the random operations", wholeNumber(0), 1)
    .option("--samples <N>", "how often to look at memory", wholeNumber(1), 16)
    .option("--json", "print the trace as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string | undefined, options: TraceCommandOptions) => {
      if (options.ops === undefined && options.random === undefined) {
        throw new UsageError("which operations? give --ops SCRIPT or --random N");
      }
      if (file === "-" && options.ops === "-") {
        throw new UsageError("standard input cannot be both the map and the script");
      }
      const map = await readMap(file, options, terminal);
      const { result } = bootMap(readKernel(options.kernel), map, { options: options.options });
      const failure = bootFailure(result, summariseLog(result.log));
      if (failure) {
        terminal.err(failureText(failure));
        end(Status.FAILED);
        return;
      }
      const { workload, operations } = await workloadOf(options, result.kernel, terminal);
      const sampleEvery = Math.max(1, Math.ceil(operations / options.samples));
      const trace = traceWorkload(result.kernel, workload, { sampleEvery });
      terminal.out(
        options.json
          ? `${JSON.stringify(trace, null, 2)}\n`
          : traceText(trace, map, coloursOf(terminal)),
      );
      end(report(trace, terminal));
    });
}

/** The status that `trace` ends the command with, after saying why if it is a bad one. */
function report(trace: Trace, terminal: Terminal): number {
  if (trace.samples.every((sample) => sample.totals_agree)) return Status.OK;
  terminal.err(paragraph("the kernel's totals disagree"));
  return Status.FAILED;
}
