/**
 * WASI preview 1: waiting. A subscription has 48 bytes, in the first WASI 56; an event 32:
 *
 *      0 | what the program calls it, u64         0 | the same
 *      8 | 0 clock, 1 readable, 2 writable        8 | error, u16; 10: kind, one byte
 *     16 | clock, or descriptor, u32             16 | bytes that can be read or written
 *     24 | time, u64; 32: its precision          24 | flags
 *     40 | 1 if the time is absolute, u16
 *
 * In the first WASI a name for the clock comes before it, so that all the rest lies 8 bytes later.
 */

import { clock, realTime } from "../boot/shim";
import { programClock } from "./clocks";
import { consoleIsReady } from "./console";
import {
  Descriptor,
  descriptorOf,
  FdWord,
  nodeIn,
  streamIn,
  typeIn,
  What,
  whatIs,
  wordOf,
} from "./descriptors";
import { NodeWord, nodeWord } from "./nodes";
import { getRecord, owns, putRecord, putWord, record } from "./program_memory";
import { Errno, FileType } from "./wasi_types";

const EVENT_BYTES: u32 = 32;

const enum Kinds {
  CLOCK = 0,
  READ = 1,
  WRITE = 2,
}

/** Subscriptions of one call: as many as vectors, for as good a reason. */
const SUBSCRIPTIONS_MAX: u32 = 1024;

/** The time that clock `id`, below 4, shows. */
function timeOf(id: u32): u64 {
  if (id == 0) return realTime();
  return id == 1 ? clock() : programClock();
}

/** True if a read or write of what is open would not wait. */
function isReady(what: What, kind: i32): bool {
  const isInput = typeIn(what) == FileType.CHARACTER_DEVICE && !streamIn(what);
  return kind != Kinds.READ || !isInput || consoleIsReady();
}

/** Bytes that a read of `descriptor`, which is `what`, would find. */
function readable(descriptor: Descriptor, what: What): u64 {
  if (typeIn(what) != FileType.REGULAR_FILE) return 1;
  const size = nodeWord(nodeIn(what), NodeWord.SIZE);
  const position = wordOf(descriptor, FdWord.POSITION);
  return position < size ? size - position : 0;
}

/** What the loaded subscription comes to at this moment: an error, with `happened` saying whether. */
let happened: bool = false;
let available: u64 = 0;

/** Looks at the subscription in the record, its clock's fields `late` bytes later; `begun` is when waiting began. */
function look(late: usize, begun: u64): Errno {
  const kind: i32 = load<u8>(record, 8);
  available = 0;
  happened = true;
  if (kind != Kinds.CLOCK) {
    if (kind > Kinds.WRITE) return Errno.INVAL;
    const descriptor = descriptorOf(load<u32>(record, 16));
    const what = whatIs(descriptor);
    if (!what) return Errno.BADF;
    happened = isReady(what, kind);
    if (happened) available = kind == Kinds.READ ? readable(descriptor, what) : 1;
    return Errno.SUCCESS;
  }
  const id = load<u32>(record + late, 16);
  if (id > 3) return Errno.INVAL;
  const time = load<u64>(record + late, 24);
  const isAbsolute = (load<u16>(record + late, 40) & 1) != 0;
  happened = isAbsolute ? timeOf(id) >= time : clock() - begun >= time;
  return Errno.SUCCESS;
}

/** Writes the event of the subscription in the record. */
function putEvent(to: u32, status: Errno): Errno {
  const userdata = load<u64>(record);
  const kind = load<u8>(record, 8);
  memory.fill(record, 0, EVENT_BYTES);
  store<u64>(record, userdata);
  store<u16>(record, u16(status), 8);
  store<u8>(record, kind, 10);
  store<u64>(record, available, 16);
  return putRecord(to, EVENT_BYTES);
}

/** Waits until something that is subscribed to happens; writes an event for each that has. */
function poll(from: u32, events: u32, count: u32, out: u32, bytes: u32): Errno {
  if (!count || count > SUBSCRIPTIONS_MAX) return Errno.INVAL;
  if (!owns(from, count * bytes) || !owns(events, count * EVENT_BYTES)) return Errno.FAULT;
  const late = usize(bytes - 48);
  const begun = clock();
  let done: u32 = 0;
  while (!done) {
    for (let index: u32 = 0; index < count; ++index) {
      if (getRecord(from + index * bytes, bytes)) return Errno.FAULT;
      const status = look(late, begun);
      if (!happened) continue;
      if (putEvent(events + done * EVENT_BYTES, status)) return Errno.FAULT;
      ++done;
    }
  }
  return putWord(out, done);
}

export function wasi_poll_oneoff(subscriptions: u32, events: u32, count: u32, out: u32): i32 {
  return poll(subscriptions, events, count, out, 48);
}

export function wasi_unstable_poll_oneoff(
  subscriptions: u32,
  events: u32,
  count: u32,
  out: u32,
): i32 {
  return poll(subscriptions, events, count, out, 56);
}
