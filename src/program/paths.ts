/**
 * Paths: from a directory and a text to an entry.
 *
 * A path never leaves the directory that it starts from: an absolute one, a symbolic link to one and
 * `..` above the start are refused, which is what makes a descriptor of a directory a capability. What
 * is looked up is the last part's place: the directory that it is in, its name and, if it exists, its
 * link and node.
 */

import { programLoad } from "../boot/shim";
import { loadText } from "./contents";
import { findLink, linkNode, LinkNumber, NAME_BYTES } from "./links";
import { isDirectory, NodeNumber, nodeType, NodeWord, nodeWord } from "./nodes";
import { Scratch, scratch } from "./scratch";
import { Errno, FileType } from "./wasi_types";

/** Bytes of the longest path, links in it replaced by where they lead. */
export const PATH_BYTES: u32 = 4096;

/** Symbolic links that one path may go through. */
const LINKS_MAX: u32 = 40;

const SLASH: u8 = 0x2f;
const DOT: u8 = 0x2e;

/** The path; what is still to be looked up is at its end. */

/** Where a link leads, and the name that was found last. */
const name: usize = memory.data(256);

/** The path; `position` says what of it is done. */
@inline
function path(): usize {
  return scratch(Scratch.PATH);
}

/** Where a symbolic link leads. */
@inline
function target(): usize {
  return scratch(Scratch.LINK_TARGET);
}

/*
 * What the last lookup found.
 */

/** The directory that the last part is in; of a path that ends with a directory itself, that one. */
export let foundDirectory: NodeNumber = 0;
/** The node at the path; 0 if there is none. */
export let foundNode: NodeNumber = 0;
/** The entry that names it; 0 if there is none, or the path has no name at its end, as `..`. */
export let foundLink: LinkNumber = 0;
/** Bytes of the name at `foundName`; 0 if the path has no name at its end. */
export let foundNameBytes: u32 = 0;
/** The name at the end of the path. */
export const foundName: usize = name;
/** True if the path ends with a slash, so that only a directory will do. */
export let foundSlash: bool = false;

/** Where the rest of the path begins. */
let position: u32 = 0;
/** Bytes of the path. */
let length: u32 = 0;

/** Puts where the symbolic link `node` leads in place of what of the path is done. */
function expandLink(node: NodeNumber): Errno {
  const rest = length - position;
  const bytes = loadText(node, target(), PATH_BYTES);
  if (!bytes) return Errno.NOENT;
  if (load<u8>(target()) == SLASH) return Errno.NOTCAPABLE;
  if (bytes + rest > PATH_BYTES) return Errno.NAMETOOLONG;
  memory.copy(path() + bytes, path() + position, rest);
  memory.copy(path(), target(), bytes);
  position = 0;
  length = bytes + rest;
  return Errno.SUCCESS;
}

/** Ends a lookup at the directory `node` itself. */
function endAt(node: NodeNumber): Errno {
  foundDirectory = node;
  foundNode = node;
  foundLink = 0;
  foundNameBytes = 0;
  return Errno.SUCCESS;
}

/** Looks up the path in the buffer from `start` on. */
function walk(start: NodeNumber, follows: bool): Errno {
  let directory = start;
  let links: u32 = 0;
  position = 0;
  while (true) {
    const begin = position;
    while (position < length && load<u8>(path() + position) != SLASH) ++position;
    const bytes = position - begin;
    const part = path() + begin;
    while (position < length && load<u8>(path() + position) == SLASH) ++position;
    const isLast = position == length;
    foundSlash = isLast && load<u8>(path() + length - 1) == SLASH;
    if (bytes == 0 || (bytes == 1 && load<u8>(part) == DOT)) {
      if (isLast) return endAt(directory);
      continue;
    }
    if (bytes == 2 && load<u8>(part) == DOT && load<u8>(part, 1) == DOT) {
      if (directory == start) return Errno.NOTCAPABLE;
      directory = u32(nodeWord(directory, NodeWord.PARENT));
      // A directory that was removed while it is open has nothing above it.
      if (!directory) return Errno.NOENT;
      if (isLast) return endAt(directory);
      continue;
    }
    if (bytes > NAME_BYTES) return Errno.NAMETOOLONG;
    const link = findLink(directory, part, bytes);
    const node = link ? linkNode(link) : 0;
    const isLink = node != 0 && nodeType(node) == FileType.SYMBOLIC_LINK;
    if (isLink && (!isLast || follows || foundSlash)) {
      if (++links > LINKS_MAX) return Errno.LOOP;
      // What followed the link, its slash included, follows where it leads.
      position = begin + bytes;
      const status = expandLink(node);
      if (status) return status;
      continue;
    }
    if (isLast) {
      memory.copy(name, part, bytes);
      foundDirectory = directory;
      foundNode = node;
      foundLink = link;
      foundNameBytes = bytes;
      return Errno.SUCCESS;
    }
    if (!node) return Errno.NOENT;
    if (!isDirectory(node)) return Errno.NOTDIR;
    directory = node;
  }
}

/**
 * Looks up `bytes` at `text`, in the kernel's memory, from directory `start` on; `follows` says whether
 * a symbolic link at the end is followed. SUCCESS also where only the last part is missing: then
 * `foundNode` is 0.
 *
 * Errors: NOENT, NOTDIR, NOTCAPABLE (it leaves `start`), LOOP, NAMETOOLONG, INVAL (a zero byte in it).
 */
export function lookUpText(start: NodeNumber, text: usize, bytes: u32, follows: bool): Errno {
  if (bytes > PATH_BYTES) return Errno.NAMETOOLONG;
  if (text != path()) memory.copy(path(), text, bytes);
  length = bytes;
  if (!bytes) return Errno.NOENT;
  for (let index: u32 = 0; index < bytes; ++index) {
    if (!load<u8>(path() + index)) return Errno.INVAL;
  }
  if (load<u8>(path()) == SLASH) return Errno.NOTCAPABLE;
  return walk(start, follows);
}

/** As `lookUpText`, for a path in the program's memory. FAULT if the program does not own it. */
export function lookUp(start: NodeNumber, from: u32, bytes: u32, follows: bool): Errno {
  if (bytes > PATH_BYTES) return Errno.NAMETOOLONG;
  if (programLoad(from, path(), bytes)) return Errno.FAULT;
  return lookUpText(start, path(), bytes, follows);
}
