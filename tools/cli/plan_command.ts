/**
 * `slopos plan`: what the kernel makes of a memory map.
 */

import { type Command } from "commander";
import { planMachine } from "../plan/plan.ts";
import { failureText, Status } from "./failure.ts";
import { readKernel } from "./files.ts";
import { addMapArguments, type MapOptions, readMap } from "./map_source.ts";
import { planText } from "./plan_text.ts";
import { coloursOf, type Terminal } from "./terminal.ts";

interface PlanCommandOptions extends MapOptions {
  readonly json?: true;
}

const HELP = `
FILE is a log of Linux, Xen, FreeBSD, ESXi's boot loader, SeaBIOS, coreboot or SlopOS, /proc/iomem,
what the UEFI shell's memmap or GRUB's lsmmap print, a map that a kernel printed, or a map in JSON.
The answer to a text of no form lists all forms with an example of each.

Examples:
  slopos plan --machine limine-ovmf-512m
  slopos plan --size 64GiB --json
  sudo dmesg | slopos plan -

Exit status: 0 planned, 1 the kernel refused the map, 2 there is no map to plan.`;

/** Adds the command to `program`; `end` is told its exit status. */
export function addPlanCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): void {
  addMapArguments(program.command("plan"))
    .summary("what the kernel makes of a memory map")
    .description(
      "Boots the kernel on a memory map, in a simulated machine, and prints what it made of it.",
    )
    .option("--json", "print the plan as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string | undefined, options: PlanCommandOptions) => {
      const map = await readMap(file, options, terminal);
      const plan = planMachine(readKernel(options.kernel), map, { options: options.options });
      terminal.out(
        options.json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, coloursOf(terminal)),
      );
      if (plan.failure) terminal.err(failureText(plan.failure));
      end(plan.failure ? Status.FAILED : Status.OK);
    });
}
