/**
 * Takes memory and writes files a step at a time, then removes the files again: frames come and go like
 * the tide. The memory goes back when the program ends.
 *
 *     npx slopos run programs/tide.ts
 *     npx slopos run programs/tide.ts 20
 */

import {
  errno,
  fd_close,
  fd_write,
  oflags,
  path_open,
  path_unlink_file,
  poll_oneoff,
  rights,
} from "bindings/wasi_snapshot_preview1";

/** Pages of 64 KiB that a step takes, and bytes of the file that it writes. */
const STEP_PAGES: i32 = 32;
const FILE_BYTES: usize = 1 << 20;

/** Nanoseconds between two steps. */
const PAUSE: u64 = 40_000_000;

/** The root, which is open from the start. */
const ROOT: u32 = 3;

/** A subscription to a clock, the event that answers it, and what calls write to. */
const subscription: usize = memory.data(48);
const event: usize = memory.data(32);
const answer: usize = memory.data(8);
const vector: usize = memory.data(8);

const contents = heap.alloc(FILE_BYTES);

let files: i32 = 0;

function pause(): void {
  memory.fill(subscription, 0, 48);
  // Clock 1, the time since the machine started; so long from now on.
  store<u32>(subscription, 1, 16);
  store<u64>(subscription, PAUSE, 24);
  poll_oneoff(subscription, event, 1, answer);
}

/** Ends the program if `status` is no success. */
function require(status: errno, what: string): void {
  if (status == errno.SUCCESS) return;
  console.error(`${what} failed with errno ${status}.`);
  process.exit(1);
}

function pathOf(file: i32): ArrayBuffer {
  return String.UTF8.encode(`tmp/tide-${file}`);
}

function writeFile(file: i32): void {
  const path = pathOf(file);
  const bytes = path.byteLength;
  require(path_open(
    ROOT,
    0,
    changetype<usize>(path),
    bytes,
    oflags.CREAT,
    rights.FD_WRITE,
    0,
    0,
    answer,
  ), "path_open");
  const descriptor = load<u32>(answer);
  store<u32>(vector, u32(contents));
  store<u32>(vector, u32(FILE_BYTES), 4);
  require(fd_write(descriptor, vector, 1, answer), "fd_write");
  require(fd_close(descriptor), "fd_close");
  ++files;
}

function removeFile(file: i32): void {
  const path = pathOf(file);
  require(path_unlink_file(ROOT, changetype<usize>(path), path.byteLength), "path_unlink_file");
  --files;
}

/** Says how things stand, and waits. */
function tell(): void {
  const mebibytes = memory.size() >> 4;
  const columns = [mebibytes.toString().padStart(3), files.toString().padStart(2)];
  console.log(`memory ${columns[0]} MiB, files ${columns[1]} MiB ${"▇".repeat(mebibytes + files)}`);
  pause();
}

const words = process.argv;
const steps = words.length > 1 ? i32(parseInt(words[1])) : 12;

for (let step = 0; step < steps; ++step) {
  if (memory.grow(STEP_PAGES) < 0) {
    console.log("memory.grow answered -1.");
    break;
  }
  tell();
}
for (let step = 0; step < steps; ++step) {
  writeFile(step);
  tell();
}
while (files > 0) {
  removeFile(files - 1);
  tell();
}
