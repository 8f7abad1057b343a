/**
 * The program's memory as the kernel reaches it: by checked copies through a small record of the
 * kernel's own. Every address that a program passes comes through here or through a copy of the shim's
 * that checks as well, so whatever it passes costs it an error and nothing else.
 */

import { programLoad, programStore } from "../boot/shim";
import { Scratch, scratch } from "./scratch";
import { Errno } from "./wasi_types";

/** Bytes of the largest record of WASI's. */
export const RECORD_BYTES: u32 = 64;

/** Where records are put together and taken apart. */
export const record: usize = memory.data(RECORD_BYTES);

const probe: usize = memory.data(1);

/** Most vectors of one call: what POSIX calls IOV_MAX in the libcs of programs. */
const VECTORS_MAX: u32 = 1024;

/** Bytes of a vector: the address of a buffer and its length, both u32. */
const VECTOR_BYTES: u32 = 8;

/** The vectors that `loadVectors` loaded, copied so that the call cannot change them. */
@inline
function vectors(): usize {
  return scratch(Scratch.VECTORS);
}

/** Copies `bytes` at `from` to `record`; FAULT if the program does not own them all. */
@inline
export function getRecord(from: u32, bytes: u32): Errno {
  return programLoad(from, record, bytes) ? Errno.FAULT : Errno.SUCCESS;
}

/** Copies the first `bytes` of `record` to `to`; FAULT, with nothing written, as `getRecord`. */
@inline
export function putRecord(to: u32, bytes: u32): Errno {
  return programStore(to, record, bytes) ? Errno.FAULT : Errno.SUCCESS;
}

/** Writes a u32; FAULT as `putRecord`. */
export function putWord(to: u32, value: u32): Errno {
  store<u32>(record, value);
  return putRecord(to, 4);
}

/** Writes a u64; FAULT as `putRecord`. */
@inline
export function putLong(to: u32, value: u64): Errno {
  store<u64>(record, value);
  return putRecord(to, 8);
}

/** True if the program owns all of `bytes` at `from`; of none it need not own any. */
@inline
export function owns(from: u32, bytes: u32): bool {
  if (!bytes) return true;
  const last = from + (bytes - 1);
  return last >= from && programLoad(last, probe, 1) == 0;
}

/**
 * Loads `count` vectors at `from` and checks that the program owns all that they say, before a call
 * does anything. INVAL: more of them, or of their bytes, than a call may have. FAULT: not its own.
 */
export function loadVectors(from: u32, count: u32): Errno {
  if (count > VECTORS_MAX) return Errno.INVAL;
  if (programLoad(from, vectors(), count * VECTOR_BYTES)) return Errno.FAULT;
  let total: u64 = 0;
  for (let index: u32 = 0; index < count; ++index) {
    if (!owns(vectorAddress(index), vectorBytes(index))) return Errno.FAULT;
    total += vectorBytes(index);
  }
  return total > u64(u32.MAX_VALUE) ? Errno.INVAL : Errno.SUCCESS;
}

/** Where the buffer of loaded vector `index` lies. */
@inline
export function vectorAddress(index: u32): u32 {
  return load<u32>(vectors() + usize(index * VECTOR_BYTES));
}

/** Bytes of the buffer of loaded vector `index`. */
@inline
export function vectorBytes(index: u32): u32 {
  return load<u32>(vectors() + usize(index * VECTOR_BYTES), 4);
}
