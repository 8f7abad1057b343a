/**
 * WASI preview 1: what a program is told and how it ends. Arguments, environment, clocks, random bytes,
 * `proc_exit`, `proc_raise`, `sched_yield`.
 *
 * Each function here and in the other wasi_ files is the export `wasi_<name>` that the import of that
 * name comes to; it returns an `Errno`. Pointers are addresses in the program's memory.
 */

import { clock, programExit, programStore, random, realTime } from "../boot/shim";
import { argumentList, environmentList } from "./arguments";
import { programClock } from "./clocks";
import { owns, putLong, putWord, record, RECORD_BYTES } from "./program_memory";
import { TextList } from "./text_list";
import { Errno } from "./wasi_types";

function sizesOf(list: TextList, count: u32, bytes: u32): Errno {
  const status = putWord(count, list.count);
  return status ? status : putWord(bytes, list.bytes);
}

export function wasi_args_sizes_get(count: u32, bytes: u32): i32 {
  return sizesOf(argumentList, count, bytes);
}

export function wasi_args_get(addresses: u32, texts: u32): i32 {
  return argumentList.copyOut(addresses, texts);
}

export function wasi_environ_sizes_get(count: u32, bytes: u32): i32 {
  return sizesOf(environmentList, count, bytes);
}

export function wasi_environ_get(addresses: u32, texts: u32): i32 {
  return environmentList.copyOut(addresses, texts);
}

/** Clocks: 0 of the calendar, 1 since the machine started, 2 and 3 the time that the program has run. */
export function wasi_clock_time_get(id: u32, precision: u64, out: u32): i32 {
  if (id == 0) {
    const now = realTime();
    return now ? putLong(out, now) : Errno.NOTSUP;
  }
  if (id == 1) return putLong(out, clock());
  return id < 4 ? putLong(out, programClock()) : Errno.INVAL;
}

/** The machine counts nanoseconds; that the calendar is less exact is not known to it. */
export function wasi_clock_res_get(id: u32, out: u32): i32 {
  return id < 4 ? putLong(out, 1) : Errno.INVAL;
}

export function wasi_random_get(to: u32, bytes: u32): i32 {
  if (bytes > RECORD_BYTES && !owns(to, bytes)) return Errno.FAULT;
  while (bytes) {
    const part = min(bytes, RECORD_BYTES);
    for (let at: u32 = 0; at < part; at += 8) store<u64>(record + at, random());
    if (programStore(to, record, part)) return Errno.FAULT;
    to += part;
    bytes -= part;
  }
  return Errno.SUCCESS;
}

/** Does not return to the program: the machine ends it when this returns. */
export function wasi_proc_exit(status: u32): void {
  programExit(status);
}

/** There are no signals. */
export function wasi_proc_raise(signal: u32): i32 {
  return Errno.NOSYS;
}

/** There is nobody to yield to. */
export function wasi_sched_yield(): i32 {
  return Errno.SUCCESS;
}
