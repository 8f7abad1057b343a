/**
 * WASI preview 1: reading directories. An entry is 24 bytes and the name:
 *
 *     0 | where reading goes on after it    16 | bytes of the name, u32
 *     8 | inode                             20 | type, one byte
 *
 * Where reading goes on, the cookie, is 0 at the start, 1 after `.`, 2 after `..`, and for other entries
 * two more than their number in the directory. An entry that does not fit is cut.
 */

import { physToProgram, programStore } from "../boot/shim";
import { descriptorOf, hasRights, nodeIn, typeIn, whatIs } from "./descriptors";
import { linkNameAddress, linkNameBytes, linkNode, LinkNumber, linkOrder, nextLink } from "./links";
import { NodeNumber, nodeType, NodeWord, nodeWord } from "./nodes";
import { owns, putWord, record } from "./program_memory";
import { Errno, FileType, Right } from "./wasi_types";

const ENTRY_BYTES: u32 = 24;

const dots: usize = memory.data<u8>([0x2e, 0x2e]);

/** Where the next byte goes, and how many more fit. */
let at: u32 = 0;
let room: u32 = 0;

/** Writes as much of an entry's head as fits. */
function putHead(next: u64, node: NodeNumber, nameBytes: u32, type: FileType): void {
  store<u64>(record, next);
  store<u64>(record, node, 8);
  store<u32>(record, nameBytes, 16);
  store<u32>(record, type, 20);
  const part = min(ENTRY_BYTES, room);
  programStore(at, record, part);
  at += part;
  room -= part;
}

/** Writes `.` or `..`, of `bytes`. */
function putDots(node: NodeNumber, bytes: u32): void {
  putHead(bytes, node, bytes, FileType.DIRECTORY);
  const part = min(bytes, room);
  programStore(at, dots, part);
  at += part;
  room -= part;
}

function putLink(link: LinkNumber): void {
  const node = linkNode(link);
  const bytes = linkNameBytes(link);
  putHead(linkOrder(link) + 2, node, bytes, nodeType(node));
  const part = min(bytes, room);
  physToProgram(linkNameAddress(link), at, part);
  at += part;
  room -= part;
}

export function wasi_fd_readdir(fd: u32, to: u32, bytes: u32, cookie: u64, used: u32): i32 {
  const descriptor = descriptorOf(fd);
  const what = whatIs(descriptor);
  if (!what) return Errno.BADF;
  if (typeIn(what) != FileType.DIRECTORY) return Errno.NOTDIR;
  if (!hasRights(descriptor, Right.FD_READDIR)) return Errno.BADF;
  if (!owns(to, bytes)) return Errno.FAULT;
  const directory = nodeIn(what);
  at = to;
  room = bytes;
  if (cookie < 1 && room) putDots(directory, 1);
  if (cookie < 2 && room) {
    const parent = u32(nodeWord(directory, NodeWord.PARENT));
    putDots(parent ? parent : directory, 2);
  }
  const done = cookie < 2 ? 0 : cookie - 2;
  for (let link = u32(nodeWord(directory, NodeWord.FIRST)); link && room; link = nextLink(link)) {
    if (linkOrder(link) > done) putLink(link);
  }
  return putWord(used, bytes - room);
}
