/**
 * WASI preview 1: reading, writing and seeking. All vectors of a call are checked before any byte moves,
 * and so is the place of its answer before it changes anything that lasts.
 */

import { readBytes, readConsole, writeConsole } from "./console";
import { readContents, transferred, writeContents } from "./contents";
import {
  Descriptor,
  descriptorOf,
  Fd,
  FdWord,
  flagsIn,
  hasRights,
  nodeIn,
  setWordOf,
  streamIn,
  typeIn,
  What,
  whatIs,
  wordOf,
} from "./descriptors";
import { NodeNumber, NodeWord, nodeWord } from "./nodes";
import { loadVectors, owns, putLong, putWord, vectorAddress, vectorBytes } from "./program_memory";
import { Errno, FdFlag, FileType, Right, Whence } from "./wasi_types";

/** Bytes that `readVectors`, `writeVectors` or `sayVectors` moved. */
let moved: u32 = 0;

/** Reads from `position` of `node` on to the loaded vectors. */
function readVectors(node: NodeNumber, position: u64, count: u32): Errno {
  moved = 0;
  for (let index: u32 = 0; index < count; ++index) {
    const bytes = vectorBytes(index);
    const status = readContents(node, position + moved, vectorAddress(index), bytes);
    if (status) return status;
    moved += transferred;
    if (transferred < bytes) break;
  }
  return Errno.SUCCESS;
}

/** Writes the loaded vectors to `position` of `node`; an error only if not one byte was written. */
function writeVectors(node: NodeNumber, position: u64, count: u32): Errno {
  moved = 0;
  for (let index: u32 = 0; index < count; ++index) {
    const bytes = vectorBytes(index);
    const status = writeContents(node, position + moved, vectorAddress(index), bytes);
    moved += transferred;
    if (status) return moved ? Errno.SUCCESS : status;
    if (transferred < bytes) break;
  }
  return Errno.SUCCESS;
}

/** Says the loaded vectors on `stream`. */
function sayVectors(stream: u32, count: u32): Errno {
  moved = 0;
  for (let index: u32 = 0; index < count; ++index) {
    const bytes = vectorBytes(index);
    if (!writeConsole(stream, vectorAddress(index), bytes)) return Errno.FAULT;
    moved += bytes;
  }
  return Errno.SUCCESS;
}

/** Reads what the console has into the first vector that has room. */
function readInput(count: u32): Errno {
  moved = 0;
  for (let index: u32 = 0; index < count; ++index) {
    if (!vectorBytes(index)) continue;
    if (!readConsole(vectorAddress(index), vectorBytes(index))) return Errno.FAULT;
    moved = readBytes;
    break;
  }
  return Errno.SUCCESS;
}

/** Checks that `descriptor`, which is `what`, may do what `right` says and loads the vectors. */
function begin(descriptor: Descriptor, what: What, right: Right, vectors: u32, count: u32): Errno {
  if (!what) return Errno.BADF;
  if (typeIn(what) == FileType.DIRECTORY) return Errno.ISDIR;
  if (!hasRights(descriptor, right)) return Errno.BADF;
  return loadVectors(vectors, count);
}

export function wasi_fd_read(fd: u32, vectors: u32, count: u32, read: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  let status = begin(descriptor, what, Right.FD_READ, vectors, count);
  if (status) return status;
  const node = nodeIn(what);
  if (node) {
    const position = wordOf(descriptor, FdWord.POSITION);
    status = readVectors(node, position, count);
    if (!status) status = putWord(read, moved);
    if (!status) setWordOf(descriptor, FdWord.POSITION, position + moved);
    return status;
  }
  // Only the input can be read; of the two others there is never anything.
  if (streamIn(what)) return Errno.BADF;
  // What is read is gone, so that where its length goes is looked at before.
  if (!owns(read, 4)) return Errno.FAULT;
  status = readInput(count);
  return status ? status : putWord(read, moved);
}

export function wasi_fd_write(fd: u32, vectors: u32, count: u32, written: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  let status = begin(descriptor, what, Right.FD_WRITE, vectors, count);
  if (status) return status;
  const node = nodeIn(what);
  // The input is stream 0.
  if (!node && !streamIn(what)) return Errno.BADF;
  if (!owns(written, 4)) return Errno.FAULT;
  if (node) {
    const appends = (flagsIn(what) & FdFlag.APPEND) != 0;
    const position = appends ? nodeWord(node, NodeWord.SIZE) : wordOf(descriptor, FdWord.POSITION);
    status = writeVectors(node, position, count);
    // A write of nothing changes nothing, the position that appending would set included.
    if (!status && moved) setWordOf(descriptor, FdWord.POSITION, position + moved);
  } else {
    status = sayVectors(streamIn(what), count);
  }
  return status ? status : putWord(written, moved);
}

export function wasi_fd_pread(fd: u32, vectors: u32, count: u32, from: u64, read: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  let status = begin(descriptor, what, Right.FD_READ, vectors, count);
  if (status) return status;
  const node = nodeIn(what);
  if (!node) return Errno.SPIPE;
  status = readVectors(node, from, count);
  return status ? status : putWord(read, moved);
}

export function wasi_fd_pwrite(fd: u32, vectors: u32, count: u32, to: u64, written: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  let status = begin(descriptor, what, Right.FD_WRITE, vectors, count);
  if (status) return status;
  const node = nodeIn(what);
  if (!node) return Errno.SPIPE;
  if (!owns(written, 4)) return Errno.FAULT;
  // As POSIX systems do with O_APPEND: the position is that of the end.
  const appends = (flagsIn(what) & FdFlag.APPEND) != 0;
  status = writeVectors(node, appends ? nodeWord(node, NodeWord.SIZE) : to, count);
  return status ? status : putWord(written, moved);
}

function seek(fd: Fd, offset: i64, whence: u32, out: u32): Errno {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  if (!what || typeIn(what) == FileType.DIRECTORY) return Errno.BADF;
  const node = nodeIn(what);
  if (!node) return Errno.SPIPE;
  let from: u64 = 0;
  if (whence == Whence.CUR) from = wordOf(descriptor, FdWord.POSITION);
  else if (whence == Whence.END) from = nodeWord(node, NodeWord.SIZE);
  else if (whence != Whence.SET) return Errno.INVAL;
  // Positions are below 2^63, so that the sum cannot come round.
  const position = i64(from) + offset;
  if (position < 0) return offset > 0 ? Errno.OVERFLOW : Errno.INVAL;
  const status = putLong(out, u64(position));
  if (!status) setWordOf(descriptor, FdWord.POSITION, u64(position));
  return status;
}

export function wasi_fd_seek(fd: u32, offset: i64, whence: u32, out: u32): i32 {
  return seek(fd, offset, whence, out);
}

/** The first WASI numbered them current, end, set. */
export function wasi_unstable_fd_seek(fd: u32, offset: i64, whence: u32, out: u32): i32 {
  return seek(fd, offset, whence == 2 ? 0 : whence + 1, out);
}

export function wasi_fd_tell(fd: u32, out: u32): i32 {
  return seek(fd, 0, Whence.CUR, out);
}
