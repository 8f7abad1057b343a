/**
 * What the program has open. A descriptor is a record of eight words; their table grows by frames, so
 * that a program may have as many open as there is memory for:
 *
 *     0 | KIND: closed, stream or node           4 | RIGHTS
 *     1 | OBJECT: a stream's number or a node    5 | INHERITING: rights of what it opens
 *     2 | POSITION: of a file, in bytes          6 | PREOPEN: the number of its name, from 1; or 0
 *     3 | FLAGS                                  7 |
 *
 * A new descriptor has the lowest number that is free, as POSIX has it.
 */

import { physLoad, physStore } from "../boot/shim";
import { FRAME_SIZE } from "../mm/frames";
import { cutTree, frameAt, frameIn, FrameTree, withFrame } from "./frame_tree";
import { countNode, NodeNumber, nodeType, NodeWord } from "./nodes";
import { FileType } from "./wasi_types";

/** The number of a descriptor. */
export type Fd = u32;

export const enum Kind {
  CLOSED = 0,
  /** The console; its number is 0, 1 or 2 for input, output and errors. */
  STREAM = 1,
  /** A file or a directory. */
  NODE = 2,
}

/** A word of a descriptor. */
export const enum FdWord {
  KIND = 0,
  OBJECT = 1,
  POSITION = 2,
  FLAGS = 3,
  RIGHTS = 4,
  INHERITING = 5,
  PREOPEN = 6,
  COUNT = 8,
}

const RECORD_BYTES: u64 = 64;
const PER_FRAME: u32 = u32(FRAME_SIZE / RECORD_BYTES);

let table: FrameTree = 0;

/** Descriptors from this number on are closed and have no record. */
let limit: u32 = 0;

/** No descriptor below this number is closed. */
let lowest: u32 = 0;

/** What `openDescriptor` answers where there is no frame for a record. */
export const NO_DESCRIPTOR: Fd = u32.MAX_VALUE;


@inline
function addressOf(fd: Fd): u64 {
  return frameAt(table, fd / PER_FRAME) + u64(fd % PER_FRAME) * RECORD_BYTES;
}

/** Word `word` of `fd`, below `limit`. */
@inline
export function fdWord(fd: Fd, word: FdWord): u64 {
  return physLoad(addressOf(fd) + (u64(word) << 3));
}

/** Sets word `word` of `fd`, below `limit`. */
@inline
export function setFdWord(fd: Fd, word: FdWord, value: u64): void {
  physStore(addressOf(fd) + (u64(word) << 3), value);
}

/** What `fd`, any number, is. */
@inline
export function kindOf(fd: Fd): Kind {
  return fd < limit ? i32(fdWord(fd, FdWord.KIND)) : Kind.CLOSED;
}

/** The node that `fd` has open; 0 if it has none. */
export function nodeOf(fd: Fd): NodeNumber {
  return kindOf(fd) == Kind.NODE ? u32(fdWord(fd, FdWord.OBJECT)) : 0;
}

/** What kind of file `fd`, which is open, is. */
export function typeOf(fd: Fd): FileType {
  const node = nodeOf(fd);
  return node ? nodeType(node) : FileType.CHARACTER_DEVICE;
}

/** True if `fd`, which is open, has all of `rights`. */
@inline
export function hasRights(fd: Fd, rights: u64): bool {
  return (fdWord(fd, FdWord.RIGHTS) & rights) == rights;
}

/** Opens `object` as the lowest descriptor that is free; `NO_DESCRIPTOR` if there is no frame for it. */
export function openDescriptor(kind: Kind, object: u32, rights: u64, inheriting: u64): Fd {
  let fd = lowest;
  while (kindOf(fd) != Kind.CLOSED) ++fd;
  lowest = fd;
  if (fd >= limit) {
    table = withFrame(table, fd / PER_FRAME);
    if (!frameIn(table, fd / PER_FRAME)) return NO_DESCRIPTOR;
    limit = fd + 1;
  }
  setFdWord(fd, FdWord.KIND, kind);
  setFdWord(fd, FdWord.OBJECT, object);
  setFdWord(fd, FdWord.POSITION, 0);
  setFdWord(fd, FdWord.FLAGS, 0);
  setFdWord(fd, FdWord.RIGHTS, rights);
  setFdWord(fd, FdWord.INHERITING, inheriting);
  setFdWord(fd, FdWord.PREOPEN, 0);
  if (kind == Kind.NODE) countNode(object, NodeWord.OPENS, 1);
  lowest = fd + 1;
  return fd;
}

/** Closes `fd`, which is open. */
export function closeDescriptor(fd: Fd): void {
  const node = nodeOf(fd);
  setFdWord(fd, FdWord.KIND, Kind.CLOSED);
  if (node) countNode(node, NodeWord.OPENS, -1);
  lowest = min(lowest, fd);
}

/** Makes `to` what `from` is, closing what it was; `from` is closed. Both are open. */
export function moveDescriptor(from: Fd, to: Fd): void {
  if (from == to) return;
  closeDescriptor(to);
  for (let word: i32 = 0; word < FdWord.COUNT; ++word) setFdWord(to, word, fdWord(from, word));
  setFdWord(from, FdWord.KIND, Kind.CLOSED);
  lowest = min(lowest, from);
}

/** Begins without any descriptor. */
export function openDescriptors(): void {
  table = 0;
  limit = 0;
  lowest = 0;
}

/** Takes the table's frames back. What it had open stays counted: the nodes go as a whole. */
export function closeDescriptors(): void {
  table = cutTree(table, 0);
  limit = 0;
}
