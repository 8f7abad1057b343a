/**
 * `slopos log`: how a boot went, by its log.
 */

import { type Command } from "commander";
import { textInput } from "../formats/text.ts";
import { disagreements } from "../log/log_checks.ts";
import { type LogSummary, summariseLog } from "../log/log_summary.ts";
import { failureText, Status, UsageError } from "./failure.ts";
import { readText } from "./files.ts";
import { logText } from "./log_text.ts";
import { coloursOf, type Terminal } from "./terminal.ts";
import { paragraph } from "./text.ts";

const HELP = `
Examples:
  slopos log test_output.log
  slopos log --json - < test_output.log

If the log holds several boots, the last one counts. Lines of the kernel look like
  [    0.000842] mm: ready: usable=7450 managed=7471 free=7456 …

Exit status: 0 the boot reached its started line and all totals agree, 1 it did not or they do not,
2 there is no log to read.`;

/** What the log lacks to be that of a good boot; nothing is written for one that failed in words. */
function complaint(log: LogSummary, faults: readonly string[]): string {
  if (log.failure) return failureText(log.failure);
  if (!log.started) return paragraph("the log ends before the line that says the kernel started");
  if (faults.length > 0) return paragraph(`the boot's totals disagree in ${faults.length} places`);
  return "";
}

/** Adds the command to `program`; `end` is told its exit status. */
export function addLogCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): void {
  program
    .command("log")
    .summary("how a boot went, by its log")
    .description("Reads the kernel's boot log and prints how the boot went.")
    .argument("<FILE>", "the log, or - for standard input")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string, options: { readonly json?: true }) => {
      const { lines } = textInput(await readText(file, terminal));
      const log = summariseLog(lines.map(({ text }) => text));
      if (log.version === "" && log.entries.length === 0 && !log.failure && !log.ready) {
        throw new UsageError(`no line of a SlopOS boot is in ${file === "-" ? "the input" : file}`);
      }
      const faults = disagreements(log);
      terminal.out(
        options.json
          ? `${JSON.stringify({ ...log, disagreements: faults }, null, 2)}\n`
          : logText(log, faults, coloursOf(terminal)),
      );
      const complaints = complaint(log, faults);
      terminal.err(complaints);
      end(complaints === "" ? Status.OK : Status.FAILED);
    });
}
