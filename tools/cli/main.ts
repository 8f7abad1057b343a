/**
 * The `slopos` command line.
 */

import { Command, CommanderError } from "commander";
import { SimulationError } from "../../sim/errors.ts";
import { MapError } from "../formats/map_input.ts";
import { Status, UsageError } from "./failure.ts";
import { addExploreCommand } from "./explore_command.ts";
import { addJudgeCommand } from "./judge_command.ts";
import { addLogCommand } from "./log_command.ts";
import { addPlanCommand } from "./plan_command.ts";
import { addRunCommand } from "./run_command.ts";
import { arrangeRunWords } from "./run_words.ts";
import { type Terminal } from "./terminal.ts";
import { LINE_WIDTH, paragraph } from "./text.ts";
import { addTraceCommand } from "./trace_command.ts";

/** Commander's error for `--help` and its like, which are no errors. */
const HELP_SHOWN = 0;

/** The status that `error` ends a command with, after its message; throws what is none of ours. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    return error.exitCode === HELP_SHOWN ? Status.OK : Status.USAGE;
  }
  const message = error instanceof Error ? error.message : "";
  if (error instanceof UsageError || error instanceof MapError) {
    const lines = `slopos: ${message}`.split("\n").map((line) => paragraph(line));
    terminal.err(lines.join(""));
    return Status.USAGE;
  }
  if (error instanceof SimulationError) {
    terminal.err(paragraph(`slopos: the simulated machine objects: ${message}`));
    return Status.FAILED;
  }
  throw error;
}

/** Runs the command that `words`, the arguments, ask for; the exit status. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  let status: number = Status.OK;
  const end = (ended: number) => {
    status = ended;
  };
  const program = new Command("slopos")
    .description("Runs the SlopOS kernel on the memory map of any machine.")
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      getOutHelpWidth: () => LINE_WIDTH,
      getErrHelpWidth: () => LINE_WIDTH,
    })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError("(see slopos --help)")
    .enablePositionalOptions()
    .exitOverride();
  addPlanCommand(program, terminal, end);
  addTraceCommand(program, terminal, end);
  addLogCommand(program, terminal, end);
  addExploreCommand(program, terminal, end);
  addJudgeCommand(program, terminal, end);
  const run = addRunCommand(program, terminal, end);
  const [command, ...more] = words;
  const arranged =
    command === run.name() ? [command, ...arrangeRunWords(more, run.options)] : words;
  try {
    await program.parseAsync([...arranged], { from: "user" });
  } catch (error) {
    return report(error, terminal);
  }
  return status;
}
