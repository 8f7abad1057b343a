/**
 * WASI preview 1: what is done to a descriptor other than reading and writing.
 */

import { preopenList } from "./arguments";
import { allocateContents, resizeContents } from "./contents";
import {
  closeDescriptor,
  Fd,
  FdWord,
  fdWord,
  hasRights,
  Kind,
  kindOf,
  moveDescriptor,
  nodeOf,
  setFdWord,
  typeOf,
} from "./descriptors";
import { putFileStat } from "./file_stat";
import { setTimes } from "./file_times";
import { isDirectory } from "./nodes";
import { putRecord, record } from "./program_memory";
import { Errno, FdFlag, FileType, Right } from "./wasi_types";


@inline
function isOpen(fd: Fd): bool {
  return kindOf(fd) != Kind.CLOSED;
}

export function wasi_fd_close(fd: u32): i32 {
  if (!isOpen(fd)) return Errno.BADF;
  closeDescriptor(fd);
  return Errno.SUCCESS;
}

export function wasi_fd_renumber(from: u32, to: u32): i32 {
  if (!isOpen(from) || !isOpen(to)) return Errno.BADF;
  moveDescriptor(from, to);
  return Errno.SUCCESS;
}

/** Type at 0, flags at 2, rights at 8, what it hands on at 16; 24 bytes. */
export function wasi_fd_fdstat_get(fd: u32, out: u32): i32 {
  if (!isOpen(fd)) return Errno.BADF;
  const type = typeOf(fd);
  memory.fill(record, 0, 24);
  store<u8>(record, type);
  store<u16>(record, u16(fdWord(fd, FdWord.FLAGS)), 2);
  store<u64>(record, fdWord(fd, FdWord.RIGHTS), 8);
  store<u64>(record, fdWord(fd, FdWord.INHERITING), 16);
  return putRecord(out, 24);
}

export function wasi_fd_fdstat_set_flags(fd: u32, flags: u32): i32 {
  if (!isOpen(fd)) return Errno.BADF;
  if (flags & ~FdFlag.ALL) return Errno.INVAL;
  setFdWord(fd, FdWord.FLAGS, flags);
  return Errno.SUCCESS;
}

/** Rights can be given up and not taken. */
export function wasi_fd_fdstat_set_rights(fd: u32, rights: u64, inheriting: u64): i32 {
  if (!isOpen(fd)) return Errno.BADF;
  const more = rights & ~fdWord(fd, FdWord.RIGHTS);
  if (more | (inheriting & ~fdWord(fd, FdWord.INHERITING))) return Errno.NOTCAPABLE;
  setFdWord(fd, FdWord.RIGHTS, rights);
  setFdWord(fd, FdWord.INHERITING, inheriting);
  return Errno.SUCCESS;
}

export function wasi_fd_filestat_get(fd: u32, out: u32): i32 {
  return isOpen(fd) ? putFileStat(nodeOf(fd), out, false) : Errno.BADF;
}

export function wasi_unstable_fd_filestat_get(fd: u32, out: u32): i32 {
  return isOpen(fd) ? putFileStat(nodeOf(fd), out, true) : Errno.BADF;
}

/** Why `fd` is no file that may be written, or SUCCESS. */
function objectionToWriting(fd: Fd): Errno {
  if (!isOpen(fd)) return Errno.BADF;
  const node = nodeOf(fd);
  if (!node) return Errno.INVAL;
  if (isDirectory(node)) return Errno.ISDIR;
  return hasRights(fd, Right.FD_WRITE) ? Errno.SUCCESS : Errno.BADF;
}

export function wasi_fd_filestat_set_size(fd: u32, bytes: u64): i32 {
  const status = objectionToWriting(fd);
  return status ? status : resizeContents(nodeOf(fd), bytes);
}

export function wasi_fd_allocate(fd: u32, offset: u64, bytes: u64): i32 {
  const status = objectionToWriting(fd);
  if (status) return status;
  if (!bytes) return Errno.INVAL;
  return offset + bytes < offset
    ? Errno.FBIG
    : allocateContents(nodeOf(fd), offset, offset + bytes);
}

export function wasi_fd_filestat_set_times(fd: u32, access: u64, change: u64, flags: u32): i32 {
  if (!isOpen(fd)) return Errno.BADF;
  const node = nodeOf(fd);
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
  return isOpen(fd) ? u32(fdWord(fd, FdWord.PREOPEN)) : 0;
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
  if (!isOpen(fd)) return Errno.BADF;
  if (typeOf(fd) == FileType.CHARACTER_DEVICE) return Errno.SPIPE;
  return advice > 5 || offset + bytes < offset ? Errno.INVAL : Errno.SUCCESS;
}

/** Memory is all the storage that there is. */
export function wasi_fd_sync(fd: u32): i32 {
  return isOpen(fd) ? Errno.SUCCESS : Errno.BADF;
}

export function wasi_fd_datasync(fd: u32): i32 {
  return wasi_fd_sync(fd);
}
