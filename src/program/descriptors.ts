/**
 * What the program has open. A descriptor is a record of four words; their table grows by frames, so
 * that a program may have as many open as there is memory for:
 *
 *     0 | WHAT: 0 if it is closed; else      63          32 31    16 15     0
 *       |                                    | object      | flags | type  |
 *     1 | POSITION: of a file, in bytes
 *     2 | RIGHTS: its own; in the upper half those of what it opens
 *     3 | PREOPEN: the number of its name, from 1; or 0
 *
 * The object is the number of a node or, of the console, which is the one character device, that of a
 * stream: 0, 1 or 2 for input, output and errors.
 *
 * A new descriptor has the lowest number that is free, as POSIX has it.
 */

import { physLoad, physStore } from "../boot/shim";
import { FRAME_SIZE } from "../mm/frames";
import { cutTree, frameAt, frameIn, FrameTree, withFrame } from "./frame_tree";
import { countNode, NodeNumber, NodeWord } from "./nodes";
import { FileType } from "./wasi_types";

/** The number of a descriptor. */
export type Fd = u32;

/**
 * Physical address of the record of a descriptor; 0 for a number that never was open. A call looks for it
 * once.
 */
export type Descriptor = u64;

/** Word `WHAT` of a descriptor: see the head of this file. 0 for one that is closed. */
export type What = u64;

/** A word of a descriptor. */
export const enum FdWord {
  WHAT = 0,
  POSITION = 1,
  RIGHTS = 2,
  PREOPEN = 3,
  COUNT = 4,
}

const FLAGS_SHIFT: u64 = 16;
const OBJECT_SHIFT: u64 = 32;
const FLAGS: u64 = 0xffff << FLAGS_SHIFT;
const INHERITING_SHIFT: u64 = 32;

const RECORD_SHIFT: u64 = 5;
const PER_FRAME: u32 = u32(FRAME_SIZE >> RECORD_SHIFT);

let table: FrameTree = 0;

/** Descriptors from this number on are closed and have no record. */
let limit: u32 = 0;

/** No descriptor below this number is closed. */
let lowest: u32 = 0;

/** What `openDescriptor` answers where there is no frame for a record. */
export const NO_DESCRIPTOR: Fd = u32.MAX_VALUE;

/** The record of `fd`, which is below `limit`. */
@inline
function recordOf(fd: Fd): Descriptor {
  return frameAt(table, fd / PER_FRAME) + (u64(fd % PER_FRAME) << RECORD_SHIFT);
}

/** The record of `fd`, any number; 0 if it has none. */
@inline
export function descriptorOf(fd: Fd): Descriptor {
  return fd < limit ? recordOf(fd) : 0;
}

/** Word `word` of `descriptor`. */
@inline
export function wordOf(descriptor: Descriptor, word: FdWord): u64 {
  return physLoad(descriptor + (u64(word) << 3));
}

/** Sets word `word` of `descriptor`. */
@inline
export function setWordOf(descriptor: Descriptor, word: FdWord, value: u64): void {
  physStore(descriptor + (u64(word) << 3), value);
}

/** What `descriptor`, 0 included, is; 0 if it is closed. */
@inline
export function whatIs(descriptor: Descriptor): What {
  return descriptor ? wordOf(descriptor, FdWord.WHAT) : 0;
}

/** What `fd`, any number, is; 0 if it is closed. */
@inline
export function whatFdIs(fd: Fd): What {
  return whatIs(descriptorOf(fd));
}

/** What kind of file it is. */
@inline
export function typeIn(what: What): FileType {
  return i32(what & 0xffff);
}

/** A set of `FdFlag`. */
@inline
export function flagsIn(what: What): u32 {
  return u32((what & FLAGS) >> FLAGS_SHIFT);
}

/** The stream of one that is the console. */
@inline
export function streamIn(what: What): u32 {
  return u32(what >> OBJECT_SHIFT);
}

/** The node that it has open; 0 if it has none. */
@inline
export function nodeIn(what: What): NodeNumber {
  return typeIn(what) == FileType.CHARACTER_DEVICE ? 0 : u32(what >> OBJECT_SHIFT);
}

/** Sets the flags of `descriptor`, which is `what`. */
@inline
export function setFlags(descriptor: Descriptor, what: What, flags: u32): void {
  setWordOf(descriptor, FdWord.WHAT, (what & ~FLAGS) | (u64(flags) << FLAGS_SHIFT));
}

/** What may be done with it, a set of `Right`, where `rights` is its word `RIGHTS`. */
@inline
export function ownIn(rights: u64): u64 {
  return rights & u64(u32.MAX_VALUE);
}

/** What may be done with what it opens. */
@inline
export function inheritingIn(rights: u64): u64 {
  return rights >> INHERITING_SHIFT;
}

/** The word `RIGHTS` of both, which are below 2^32, as all rights are. */
@inline
export function rightsWord(own: u64, inheriting: u64): u64 {
  return own | (inheriting << INHERITING_SHIFT);
}

/** True if `descriptor` has all of `rights`. */
@inline
export function hasRights(descriptor: Descriptor, rights: u64): bool {
  return (wordOf(descriptor, FdWord.RIGHTS) & rights) == rights;
}

/**
 * Opens `object`, a file of `type`, as the lowest descriptor that is free, without flags; `own` may be
 * done with it, `inheriting` with what it opens. `NO_DESCRIPTOR` if there is no frame for it.
 */
export function openDescriptor(type: FileType, object: u32, own: u64, inheriting: u64): Fd {
  let fd = lowest;
  while (whatFdIs(fd)) ++fd;
  lowest = fd;
  if (fd >= limit) {
    table = withFrame(table, fd / PER_FRAME);
    if (!frameIn(table, fd / PER_FRAME)) return NO_DESCRIPTOR;
    limit = fd + 1;
  }
  const descriptor = recordOf(fd);
  const what: What = (u64(object) << OBJECT_SHIFT) | type;
  setWordOf(descriptor, FdWord.WHAT, what);
  setWordOf(descriptor, FdWord.POSITION, 0);
  setWordOf(descriptor, FdWord.RIGHTS, rightsWord(own, inheriting));
  setWordOf(descriptor, FdWord.PREOPEN, 0);
  if (nodeIn(what)) countNode(object, NodeWord.OPENS, 1);
  lowest = fd + 1;
  return fd;
}

/** Closes `fd`, which is open. */
export function closeDescriptor(fd: Fd): void {
  const descriptor = recordOf(fd);
  const node = nodeIn(whatIs(descriptor));
  setWordOf(descriptor, FdWord.WHAT, 0);
  if (node) countNode(node, NodeWord.OPENS, -1);
  lowest = min(lowest, fd);
}

/** Makes `to` what `from` is, closing what it was; `from` is closed. Both are open. */
export function moveDescriptor(from: Fd, to: Fd): void {
  if (from == to) return;
  closeDescriptor(to);
  const source = recordOf(from);
  const target = recordOf(to);
  for (let word: i32 = 0; word < FdWord.COUNT; ++word)
    setWordOf(target, word, wordOf(source, word));
  setWordOf(source, FdWord.WHAT, 0);
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
