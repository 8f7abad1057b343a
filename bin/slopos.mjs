#!/usr/bin/env node
/**
 * The `slopos` command: loads the TypeScript of tools/cli and runs it on the process's streams.
 */

import { readSync, writeSync } from "node:fs";
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

/** Calls `attempt` until the stream that it uses is ready: it may be a pipe that does not block. */
function untilReady(attempt) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/** Writes all of `bytes` to `stream`; a reader that has gone away ends the process. */
function write(stream, bytes) {
  try {
    for (let at = 0; at < bytes.length;) {
      at += untilReady(() => writeSync(stream, bytes, at));
    }
  } catch (error) {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  }
}

const input = new Uint8Array(65536);
let inputBytes = 0;
let inputRead = 0;
const INPUT_ENDED = -2;

/** The next byte of standard input, waited for. */
function readByte() {
  if (inputRead === inputBytes) {
    inputRead = 0;
    try {
      inputBytes = untilReady(() => readSync(0, input));
    } catch (error) {
      // Windows calls the end of a pipe an error.
      if (error.code !== "EOF") throw error;
      inputBytes = 0;
    }
    if (inputBytes === 0) return INPUT_ENDED;
  }
  return input[inputRead++];
}

process.exitCode = await main(process.argv.slice(2), {
  out: (written) => process.stdout.write(written),
  err: (written) => process.stderr.write(written),
  input: async () => decodeText(await buffer(process.stdin)),
  write,
  readByte,
  colours: wantsColours(Boolean(process.stdout.isTTY), process.env),
});
