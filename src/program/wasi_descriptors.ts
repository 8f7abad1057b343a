/**
 * WASI preview 1: what is done to a descriptor other than reading and writing.
 */

import { preopenList } from "./arguments";
import { allocateContents, resizeContents } from "./contents";
import {
  closeDescriptor,
  Descriptor,
  descriptorOf,
  Fd,
  FdWord,
  flagsIn,
  hasRights,
  inheritingIn,
  moveDescriptor,
  nodeIn,
  ownIn,
  rightsWord,
  setFlags,
  setWordOf,
  typeIn,
  What,
  whatFdIs,
  whatIs,
  wordOf,
} from "./descriptors";
import { putFileStat } from "./file_stat";
import { setTimes } from "./file_times";
import { putRecord, record } from "./program_memory";
import { Errno, FdFlag, FileType, Right } from "./wasi_types";

export function wasi_fd_close(fd: u32): i32 {
  if (!whatFdIs(fd)) return Errno.BADF;
  closeDescriptor(fd);
  return Errno.SUCCESS;
}

export function wasi_fd_renumber(from: u32, to: u32): i32 {
  if (!whatFdIs(from) || !whatFdIs(to)) return Errno.BADF;
  moveDescriptor(from, to);
  return Errno.SUCCESS;
}

/** Type at 0, flags at 2, rights at 8, what it hands on at 16; 24 bytes. */
export function wasi_fd_fdstat_get(fd: u32, out: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  if (!what) return Errno.BADF;
  store<u64>(record, u64(typeIn(what)) | (u64(flagsIn(what)) << 16));
  const rights = wordOf(descriptor, FdWord.RIGHTS);
  store<u64>(record, ownIn(rights), 8);
  store<u64>(record, inheritingIn(rights), 16);
  return putRecord(out, 24);
}

export function wasi_fd_fdstat_set_flags(fd: u32, flags: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  if (!what) return Errno.BADF;
  if (flags & ~FdFlag.ALL) return Errno.INVAL;
  setFlags(descriptor, what, flags);
  return Errno.SUCCESS;
}

/** Rights can be given up and not taken. */
export function wasi_fd_fdstat_set_rights(fd: u32, rights: u64, inheriting: u64): i32 {
  const descriptor = descriptorOf(fd);
  if (!whatIs(descriptor)) return Errno.BADF;
  const has = wordOf(descriptor, FdWord.RIGHTS);
  const more = (rights & ~ownIn(has)) | (inheriting & ~inheritingIn(has));
  if (more) return Errno.NOTCAPABLE;
  setWordOf(descriptor, FdWord.RIGHTS, rightsWord(rights, inheriting));
  return Errno.SUCCESS;
}

export function wasi_fd_filestat_get(fd: u32, out: u32): i32 {
  const what = whatFdIs(fd);
  return what ? putFileStat(nodeIn(what), out, false) : Errno.BADF;
}

export function wasi_unstable_fd_filestat_get(fd: u32, out: u32): i32 {
  const what = whatFdIs(fd);
  return what ? putFileStat(nodeIn(what), out, true) : Errno.BADF;
}

/** Why `descriptor`, which is `what`, is no file that may be written, or SUCCESS. */
function objectionToWriting(descriptor: Descriptor, what: What): Errno {
  if (!what) return Errno.BADF;
  if (!nodeIn(what)) return Errno.INVAL;
  if (typeIn(what) == FileType.DIRECTORY) return Errno.ISDIR;
  return hasRights(descriptor, Right.FD_WRITE) ? Errno.SUCCESS : Errno.BADF;
}

export function wasi_fd_filestat_set_size(fd: u32, bytes: u64): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  const status = objectionToWriting(descriptor, what);
  return status ? status : resizeContents(nodeIn(what), bytes);
}

export function wasi_fd_allocate(fd: u32, offset: u64, bytes: u64): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  const status = objectionToWriting(descriptor, what);
  if (status) return status;
  if (!bytes) return Errno.INVAL;
  return offset + bytes < offset
    ? Errno.FBIG
    : allocateContents(nodeIn(what), offset, offset + bytes);
}

export function wasi_fd_filestat_set_times(fd: u32, access: u64, change: u64, flags: u32): i32 {
  const what = whatFdIs(fd);
  if (!what) return Errno.BADF;
  const node = nodeIn(what);
  return node ? setTimes(node, access, change, flags) : Errno.INVAL;
}

/** Byte where the name of preopened directory `number` begins among all names; from 1. */
function preopenStart(number: u32): u32 {
  return preopenList.startOf(number - 1);
}

/** Bytes of the name of preopened directory `number`. */
function preopenBytes(number: u32): u32 {
  const end = number < preopenList.count ? preopenStart(number + 1) : preopenList.bytes;
  return end - preopenStart(number) - 1;
}

/** The number of the name of `fd`; 0 if it is no preopened directory. */
function preopenOf(fd: Fd): u32 {
  const descriptor = descriptorOf(fd);
  return whatIs(descriptor) ? u32(wordOf(descriptor, FdWord.PREOPEN)) : 0;
}

/** Tag at 0, which is 0 for a directory, and bytes of the name at 4. */
export function wasi_fd_prestat_get(fd: u32, out: u32): i32 {
  const number = preopenOf(fd);
  if (!number) return Errno.BADF;
  store<u64>(record, u64(preopenBytes(number)) << 32);
  return putRecord(out, 8);
}

export function wasi_fd_prestat_dir_name(fd: u32, out: u32, capacity: u32): i32 {
  const number = preopenOf(fd);
  if (!number) return Errno.BADF;
  const bytes = preopenBytes(number);
  if (capacity < bytes) return Errno.NAMETOOLONG;
  return preopenList.copyPart(preopenStart(number), bytes, out);
}

export function wasi_fd_advise(fd: u32, offset: u64, bytes: u64, advice: u32): i32 {
  const what = whatFdIs(fd);
  if (!what) return Errno.BADF;
  if (typeIn(what) == FileType.CHARACTER_DEVICE) return Errno.SPIPE;
  return advice > 5 || offset + bytes < offset ? Errno.INVAL : Errno.SUCCESS;
}

/** Memory is all the storage that there is. */
export function wasi_fd_sync(fd: u32): i32 {
  return whatFdIs(fd) ? Errno.SUCCESS : Errno.BADF;
}

export function wasi_fd_datasync(fd: u32): i32 {
  return wasi_fd_sync(fd);
}
