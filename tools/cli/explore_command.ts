/**
 * `slopos explore`: serves the explorer that is built.
 */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command } from "commander";
import { servePage } from "../explore/page_server.ts";
import { Status, UsageError } from "./failure.ts";
import { EXPLORER_PLACE } from "./places.ts";
import { type Terminal } from "./terminal.ts";

interface ExploreCommandOptions {
  readonly port: string;
}

const HELP = `
The page is served to this machine only, until the command is ended with Ctrl+C.

Exit status: 1 the port is taken, 2 the arguments are wrong or the page is not built.`;

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port < 65536)) throw new UsageError(`--port takes a number up to 65535, not "${text}"`);
  return port;
}

/** Adds the command to `program`; `end` is told its exit status. */
export function addExploreCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): void {
  program
    .command("explore")
    .summary("serves the explorer, to be opened in a browser")
    .description("Serves the explorer at a local address, to be opened in a browser.")
    .option("--port <N>", "the port to serve it at; 0 is any that is free", "0")
    .addHelpText("after", HELP)
    .action(async (options: ExploreCommandOptions) => {
      const port = readPort(options.port);
      const folder = fileURLToPath(EXPLORER_PLACE);
      if (!existsSync(new URL("index.html", EXPLORER_PLACE))) {
        throw new UsageError(`${folder} has no page; make it with: npm run explore:build`);
      }
      try {
        const { server, address } = await servePage(folder, port);
        terminal.out(`${address}\n`);
        await once(server, "close");
      } catch (error) {
        terminal.err(`slopos: ${(error as Error).message}\n`);
        end(Status.FAILED);
      }
    });
}
