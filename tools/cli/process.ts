/**
 * The `slopos` command as a process: `main` on the process's arguments and streams.
 */

import { readSync, writeSync } from "node:fs";
import process from "node:process";
import { buffer } from "node:stream/consumers";
import { ConsoleInput } from "../../abi/program.ts";
import { decodeText } from "../formats/text.ts";
import { Status } from "./failure.ts";
import { main } from "./main.ts";
import { wantsColours } from "./terminal.ts";

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Calls `attempt` until the stream that it uses is ready: it may be a pipe that does not block. */
function untilReady(attempt: () => number): number {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/**
 * Ends the process, since what it writes does not get anywhere. A reader that has seen enough, such as
 * `head`, closes the pipe; that is no error.
 */
function endWriting(error: unknown): never {
  if (codeOf(error) === "EPIPE") process.exit();
  try {
    writeSync(2, `slopos: cannot write: ${(error as Error).message}\n`);
  } catch {
    // The messages do not get anywhere either.
  }
  process.exit(Status.FAILED);
}

/** Writes all of `bytes` to `stream`, or ends the process. */
function write(stream: number, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) {
      const from = at;
      at += untilReady(() => writeSync(stream, bytes, from));
    }
  } catch (error) {
    endWriting(error);
  }
}

const input = new Uint8Array(65536);
let inputBytes = 0;
let inputRead = 0;

/** The next byte of standard input, waited for. */
function readByte(): number {
  if (inputRead === inputBytes) {
    inputRead = 0;
    try {
      inputBytes = untilReady(() => readSync(0, input));
    } catch (error) {
      // Windows calls the end of a pipe an error.
      if (codeOf(error) !== "EOF") throw error;
      inputBytes = 0;
    }
    if (inputBytes === 0) return ConsoleInput.ENDED;
  }
  return input[inputRead++]!;
}

/** Runs the command; its exit status becomes the process's. */
export async function runProcess(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endWriting);
  process.exitCode = await main(process.argv.slice(2), {
    out: (written) => process.stdout.write(written),
    err: (written) => process.stderr.write(written),
    input: async () => decodeText(await buffer(process.stdin)),
    write,
    readByte,
    colours: wantsColours(Boolean(process.stdout.isTTY), process.env),
  });
}
