/**
 * Contents of files: read to the program's memory, written from it, and cut.
 *
 * A byte below the end of a file is in one of three places. Its frame in the node's tree has it if
 * there is one; otherwise what the loader brought has it, read where it lies; otherwise it is 0. A
 * page is copied into a frame of its own when it is first written, so that a file of the loader's costs
 * a frame for each page that changed and none to be read.
 */

import {
  bootFile,
  bootFileToProgram,
  physLoad,
  physStore,
  physToProgram,
  programStore,
  programToPhys,
} from "../boot/shim";
import { FRAME_SHIFT, FRAME_SIZE } from "../mm/frames";
import { cutTree, frameIn, TREE_LIMIT, withFrame } from "./frame_tree";
import {
  nodeAt,
  NodeNumber,
  nodeWord,
  NodeWord,
  setNodeWord,
  setWordAt,
  touchContents,
  wordAt,
} from "./nodes";
import { Scratch, scratch } from "./scratch";
import { Errno } from "./wasi_types";

/** Bytes of the largest file. */
export const FILE_LIMIT: u64 = TREE_LIMIT << FRAME_SHIFT;

/** What holes read as. */
const ZEROS_BYTES: u32 = 1024;

/** What holes read as: `ZEROS_BYTES` of zero. */
@inline
function zeros(): usize {
  return scratch(Scratch.ZEROS);
}

const bootRecord: usize = memory.data(24);

/** Bytes that the last `writeContents` wrote, or `readContents` read. */
export let transferred: u32 = 0;

/** Writes `bytes` of zero at `to` in the program's memory. */
function zeroProgram(to: u32, bytes: u32): i32 {
  for (let done: u32 = 0; done < bytes; done += ZEROS_BYTES) {
    if (programStore(to + done, zeros(), min(bytes - done, ZEROS_BYTES))) return -1;
  }
  return 0;
}

/** Copies what the loader brought of the node at `at`, `bytes` from `position` on, to `to` there. */
function backingToProgram(at: u64, position: u64, to: u32, bytes: u32): i32 {
  const file = u32(wordAt(at, NodeWord.BACKING_FILE));
  return bootFileToProgram(file, wordAt(at, NodeWord.BACKING) + position, to, bytes);
}

/**
 * Reads at most `bytes` from `position` of `node` on to `to` in the program's memory, fewer where the
 * file ends; `transferred` says how many. FAULT if the program does not own the place.
 */
export function readContents(node: NodeNumber, position: u64, to: u32, bytes: u32): Errno {
  const at = nodeAt(node);
  const size = wordAt(at, NodeWord.SIZE);
  transferred = 0;
  if (position >= size) return Errno.SUCCESS;
  const tree = wordAt(at, NodeWord.TREE);
  let left = u32(min<u64>(bytes, size - position));
  while (left) {
    const inside = position & (FRAME_SIZE - 1);
    const frame = frameIn(tree, position >> FRAME_SHIFT);
    // Without any frame of its own a file is all in one piece.
    let part = tree ? u32(min<u64>(left, FRAME_SIZE - inside)) : left;
    if (frame) {
      if (physToProgram(frame + inside, to, part)) return Errno.FAULT;
    } else {
      const backed = wordAt(at, NodeWord.BACKING_BYTES);
      if (position < backed) part = u32(min<u64>(part, backed - position));
      const status =
        position < backed ? backingToProgram(at, position, to, part) : zeroProgram(to, part);
      if (status) return Errno.FAULT;
    }
    position += part;
    to += part;
    left -= part;
    transferred += part;
  }
  return Errno.SUCCESS;
}

/** Copies what the loader brought of page `page` of the node at `node` to `frame`, which is zero. */
function copyBacking(node: u64, page: u64, frame: u64): void {
  const start = page << FRAME_SHIFT;
  const backed = wordAt(node, NodeWord.BACKING_BYTES);
  if (start >= backed) return;
  bootFile(u32(wordAt(node, NodeWord.BACKING_FILE)), bootRecord);
  const from = load<u64>(bootRecord, 16) + wordAt(node, NodeWord.BACKING) + start;
  const bytes = min(backed - start, FRAME_SIZE);
  const whole = bytes & ~7;
  for (let at: u64 = 0; at < whole; at += 8) physStore(frame + at, physLoad(from + at));
  if (bytes > whole) {
    const mask = (u64(1) << ((bytes - whole) << 3)) - 1;
    physStore(frame + whole, physLoad(from + whole) & mask);
  }
}

/** The frame of `page` of the node at `node`, made if there is none; 0 if there is none to be had. */
function pageForWriting(node: u64, page: u64, isOverwritten: bool): u64 {
  const tree = wordAt(node, NodeWord.TREE);
  const present = frameIn(tree, page);
  if (present) return present;
  const grown = withFrame(tree, page);
  setWordAt(node, NodeWord.TREE, grown);
  const frame = frameIn(grown, page);
  if (frame && !isOverwritten) copyBacking(node, page, frame);
  return frame;
}

/**
 * Writes `bytes` at `from` in the program's memory to `position` of `node`; `transferred` says how
 * many, fewer if frames run out. FBIG; NOSPC if there is not even one frame; FAULT if the program
 * does not own them all, which is known before anything is written if the caller has checked.
 */
export function writeContents(node: NodeNumber, position: u64, from: u32, bytes: u32): Errno {
  transferred = 0;
  if (!bytes) return Errno.SUCCESS;
  if (position >= FILE_LIMIT || bytes > FILE_LIMIT - position) return Errno.FBIG;
  const at = nodeAt(node);
  let status: Errno = Errno.SUCCESS;
  while (transferred < bytes) {
    const inside = position & (FRAME_SIZE - 1);
    const part = u32(min<u64>(bytes - transferred, FRAME_SIZE - inside));
    const frame = pageForWriting(at, position >> FRAME_SHIFT, part == FRAME_SIZE);
    if (!frame) status = Errno.NOSPC;
    else if (programToPhys(from + transferred, frame + inside, part)) status = Errno.FAULT;
    if (status) break;
    position += part;
    transferred += part;
  }
  if (!transferred) return status;
  if (position > wordAt(at, NodeWord.SIZE)) setWordAt(at, NodeWord.SIZE, position);
  touchContents(node);
  return Errno.SUCCESS;
}

/** Sets the bytes of `frame` from `inside` on to 0. */
function clearTail(frame: u64, inside: u64): void {
  let at = inside & ~7;
  if (at < inside) {
    const mask = (u64(1) << ((inside - at) << 3)) - 1;
    physStore(frame + at, physLoad(frame + at) & mask);
    at += 8;
  }
  for (; at < FRAME_SIZE; at += 8) physStore(frame + at, 0);
}

/** Makes `node` have `size` bytes: cut, or grown by zeros that cost nothing. FBIG. */
export function resizeContents(node: NodeNumber, size: u64): Errno {
  if (size > FILE_LIMIT) return Errno.FBIG;
  const before = nodeWord(node, NodeWord.SIZE);
  if (size < before) {
    const inside = size & (FRAME_SIZE - 1);
    const kept = (size + FRAME_SIZE - 1) >> FRAME_SHIFT;
    const tree = cutTree(nodeWord(node, NodeWord.TREE), kept);
    setNodeWord(node, NodeWord.TREE, tree);
    const last = inside ? frameIn(tree, size >> FRAME_SHIFT) : 0;
    if (last) clearTail(last, inside);
    setNodeWord(node, NodeWord.BACKING_BYTES, min(size, nodeWord(node, NodeWord.BACKING_BYTES)));
  }
  setNodeWord(node, NodeWord.SIZE, size);
  touchContents(node);
  return Errno.SUCCESS;
}

/** Makes frames for all of `[from, end)` of `node`; NOSPC if they run out, with those made kept. */
export function allocateContents(node: NodeNumber, from: u64, end: u64): Errno {
  if (end > FILE_LIMIT) return Errno.FBIG;
  const last = (end + FRAME_SIZE - 1) >> FRAME_SHIFT;
  for (let page = from >> FRAME_SHIFT; page < last; ++page) {
    const isBacked = page << FRAME_SHIFT < nodeWord(node, NodeWord.BACKING_BYTES);
    if (!isBacked && !pageForWriting(nodeAt(node), page, false)) return Errno.NOSPC;
  }
  return end > nodeWord(node, NodeWord.SIZE) ? resizeContents(node, end) : Errno.SUCCESS;
}

/**
 * Writes a small text of the kernel's, `bytes` at `text`, whole words of which can be read, at the
 * start of an empty `node`. False if there is no frame for it.
 */
export function storeText(node: NodeNumber, text: usize, bytes: u32): bool {
  for (let at: u32 = 0; at < bytes; at += 8) {
    const frame = pageForWriting(nodeAt(node), at >> u32(FRAME_SHIFT), true);
    if (!frame) return false;
    physStore(frame + (at & (FRAME_SIZE - 1)), load<u64>(text + at));
  }
  return resizeContents(node, bytes) == Errno.SUCCESS;
}

/** Copies the contents of `node`, at most `capacity` bytes, to `text`, whole words; returns how many. */
export function loadText(node: NodeNumber, text: usize, capacity: u32): u32 {
  const bytes = u32(min<u64>(nodeWord(node, NodeWord.SIZE), capacity));
  const tree = nodeWord(node, NodeWord.TREE);
  for (let at: u32 = 0; at < bytes; at += 8) {
    const frame = frameIn(tree, at >> u32(FRAME_SHIFT));
    store<u64>(text + at, physLoad(frame + (at & (FRAME_SIZE - 1))));
  }
  return bytes;
}
