#!/usr/bin/env node
/**
 * The `slopos` command: loads the TypeScript of tools/cli and runs it on the process's streams.
 */

import process from "node:process";
import { buffer } from "node:stream/consumers";
import { register } from "tsx/esm/api";

register();
const { main } = await import("../tools/cli/main.ts");
const { decodeText } = await import("../tools/formats/text.ts");
const { wantsColours } = await import("../tools/cli/terminal.ts");

// A reader that has seen enough, such as `head`, closes the pipe; that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

process.exitCode = await main(process.argv.slice(2), {
  out: (written) => process.stdout.write(written),
  err: (written) => process.stderr.write(written),
  input: async () => decodeText(await buffer(process.stdin)),
  colours: wantsColours(Boolean(process.stdout.isTTY), process.env),
});
