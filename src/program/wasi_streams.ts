/**
 * WASI preview 1: reading, writing and seeking. All vectors of a call are checked before any byte moves.
 */

import { readBytes, readConsole, writeConsole } from "./console";
import { readContents, transferred, writeContents } from "./contents";
import { Fd, FdWord, fdWord, hasRights, Kind, kindOf, nodeOf, setFdWord } from "./descriptors";
import { isDirectory, NodeNumber, NodeWord, nodeWord } from "./nodes";
import { loadVectors, putLong, putWord, vectorAddress, vectorBytes } from "./program_memory";
import { Errno, FdFlag, Right, Whence } from "./wasi_types";

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

/** Checks that `fd` may do what `right` says and loads the vectors. */
function begin(fd: Fd, right: Right, vectors: u32, count: u32): Errno {
  const kind = kindOf(fd);
  if (kind == Kind.CLOSED) return Errno.BADF;
  if (kind == Kind.NODE && isDirectory(nodeOf(fd))) return Errno.ISDIR;
  if (!hasRights(fd, right)) return Errno.BADF;
  return loadVectors(vectors, count);
}

export function wasi_fd_read(fd: u32, vectors: u32, count: u32, read: u32): i32 {
  let status = begin(fd, Right.FD_READ, vectors, count);
  if (status) return status;
  const node = nodeOf(fd);
  if (node) {
    const position = fdWord(fd, FdWord.POSITION);
    status = readVectors(node, position, count);
    if (!status) setFdWord(fd, FdWord.POSITION, position + moved);
  } else {
    // Only the input can be read; of the two others there is never anything.
    status = fdWord(fd, FdWord.OBJECT) ? Errno.BADF : readInput(count);
  }
  return status ? status : putWord(read, moved);
}

export function wasi_fd_write(fd: u32, vectors: u32, count: u32, written: u32): i32 {
  let status = begin(fd, Right.FD_WRITE, vectors, count);
  if (status) return status;
  const node = nodeOf(fd);
  if (node) {
    const appends = (fdWord(fd, FdWord.FLAGS) & FdFlag.APPEND) != 0;
    const position = appends ? nodeWord(node, NodeWord.SIZE) : fdWord(fd, FdWord.POSITION);
    status = writeVectors(node, position, count);
    if (!status) setFdWord(fd, FdWord.POSITION, position + moved);
  } else {
    const stream = u32(fdWord(fd, FdWord.OBJECT));
    status = stream ? sayVectors(stream, count) : Errno.BADF;
  }
  return status ? status : putWord(written, moved);
}

export function wasi_fd_pread(fd: u32, vectors: u32, count: u32, from: u64, read: u32): i32 {
  let status = begin(fd, Right.FD_READ, vectors, count);
  if (status) return status;
  const node = nodeOf(fd);
  if (!node) return Errno.SPIPE;
  status = readVectors(node, from, count);
  return status ? status : putWord(read, moved);
}

export function wasi_fd_pwrite(fd: u32, vectors: u32, count: u32, to: u64, written: u32): i32 {
  let status = begin(fd, Right.FD_WRITE, vectors, count);
  if (status) return status;
  const node = nodeOf(fd);
  if (!node) return Errno.SPIPE;
  // As POSIX systems do with O_APPEND: the position is that of the end.
  const appends = (fdWord(fd, FdWord.FLAGS) & FdFlag.APPEND) != 0;
  status = writeVectors(node, appends ? nodeWord(node, NodeWord.SIZE) : to, count);
  return status ? status : putWord(written, moved);
}

function seek(fd: Fd, offset: i64, whence: u32, out: u32): Errno {
  if (kindOf(fd) == Kind.CLOSED) return Errno.BADF;
  const node = nodeOf(fd);
  if (!node) return Errno.SPIPE;
  if (isDirectory(node)) return Errno.BADF;
  let from: u64 = 0;
  if (whence == Whence.CUR) from = fdWord(fd, FdWord.POSITION);
  else if (whence == Whence.END) from = nodeWord(node, NodeWord.SIZE);
  else if (whence != Whence.SET) return Errno.INVAL;
  // Positions are below 2^63, so that the sum cannot come round.
  const position = i64(from) + offset;
  if (position < 0) return offset > 0 ? Errno.OVERFLOW : Errno.INVAL;
  setFdWord(fd, FdWord.POSITION, u64(position));
  return putLong(out, u64(position));
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
