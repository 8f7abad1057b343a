/**
 * Reads a tar archive where it lies in physical memory, member by member: ustar as POSIX.1-1988 has it
 * ("ustar Interchange Format"), with the long names of pax and of GNU tar.
 *
 * A header fills 512 bytes, the contents follow in steps of 512. Fields that are used:
 *
 *     0 name, 100 bytes      124 size, 12      156 type, 1            257 "ustar"
 *                            136 mtime, 12     157 linkname, 100      345 prefix, 155
 *     148 checksum, 8
 */

import { physLoad } from "../boot/shim";
import { PATH_BYTES } from "./paths";
import { Scratch, scratch } from "./scratch";

const BLOCK: u64 = 512;

export const enum Member {
  /** The archive is at its end. */
  END = 0,
  FILE = 1,
  DIRECTORY = 2,
  SYMBOLIC_LINK = 3,
  /** Another name of a file before it. */
  HARD_LINK = 4,
  /** A device, or something that there is no word for; it is left out. */
  OTHER = 5,
  /** The archive is no tar, or ends too early. */
  DAMAGED = 6,
}

/** The header that is looked at. */
const header: usize = memory.data(512);

/** Bytes at `memberName`. */
export let memberNameBytes: u32 = 0;
/** Bytes at `memberLink`. */
export let memberLinkBytes: u32 = 0;
/** Where the member's contents begin in the archive, and bytes of them. */
export let memberOffset: u64 = 0;
export let memberBytes: u64 = 0;
/** Seconds since 1970. */
export let memberTime: u64 = 0;

/** The name of the member; one of pax or GNU comes before its member. */
@inline
export function memberName(): usize {
  return scratch(Scratch.MEMBER_NAME);
}

/** Where the member leads, if it is a link. */
@inline
export function memberLink(): usize {
  return scratch(Scratch.MEMBER_LINK);
}

/** The records of a pax header: `<bytes> <key>=<value>` and a newline each. */
@inline
function records(): usize {
  return scratch(Scratch.PAX_RECORDS);
}

let start: u64 = 0;
let position: u64 = 0;
let end: u64 = 0;

/** Begins with the first member of the archive of `bytes` at physical `address`. */
export function openTar(address: u64, bytes: u64): void {
  start = address;
  position = address;
  end = address + bytes;
}

/** Copies `bytes` at physical `from`, a multiple of 8, to `to`, whole words. */
function copyIn(from: u64, to: usize, bytes: u32): void {
  for (let at: u32 = 0; at < bytes; at += 8) store<u64>(to + at, physLoad(from + at));
}

/** A field's number: octal digits, or in base 256 where the first bit is set (GNU). */
function number(offset: usize, bytes: u32): u64 {
  let value: u64 = 0;
  if (load<u8>(header + offset) & 0x80) {
    for (let at: u32 = 1; at < bytes; ++at) value = (value << 8) | load<u8>(header + offset + at);
    return value;
  }
  for (let at: u32 = 0; at < bytes; ++at) {
    const byte = load<u8>(header + offset + at);
    if (byte >= 0x30 && byte < 0x38) value = (value << 3) | (byte - 0x30);
    else if (value || byte != 0x20) break;
  }
  return value;
}

/** True if the header's checksum is right: the sum of its bytes, with spaces in the sum's place. */
function sumIsRight(): bool {
  let sum: u64 = 8 * 0x20;
  for (let at: usize = 0; at < usize(BLOCK); ++at) {
    if (at < 148 || at >= 156) sum += load<u8>(header + at);
  }
  return sum == number(148, 8);
}

/** Bytes of the text in a field of `capacity`. */
function textBytes(offset: usize, capacity: u32): u32 {
  let bytes: u32 = 0;
  while (bytes < capacity && load<u8>(header + offset + bytes)) ++bytes;
  return bytes;
}

/** Takes name and link from the header, where no long ones came before it. */
function readNames(): void {
  if (!memberNameBytes) {
    const prefix = load<u8>(header + 257) == 0x75 ? textBytes(345, 155) : 0;
    const name = textBytes(0, 100);
    if (prefix) {
      memory.copy(memberName(), header + 345, prefix);
      store<u8>(memberName() + prefix, 0x2f);
      memberNameBytes = prefix + 1;
    }
    memory.copy(memberName() + memberNameBytes, header, name);
    memberNameBytes += name;
  }
  if (!memberLinkBytes) {
    memberLinkBytes = textBytes(157, 100);
    memory.copy(memberLink(), header + 157, memberLinkBytes);
  }
}

/** Reads a long name, or a link's, of GNU tar, the contents of its member; false if it is too long. */
function readLongName(isLink: bool): bool {
  if (memberBytes > PATH_BYTES) return false;
  const to = isLink ? memberLink() : memberName();
  let bytes = u32(memberBytes);
  copyIn(start + memberOffset, to, bytes);
  while (bytes && !load<u8>(to + bytes - 1)) --bytes;
  if (isLink) memberLinkBytes = bytes;
  else memberNameBytes = bytes;
  return bytes != 0;
}

/** The records of a pax header: `<bytes> <key>=<value>\n`. False if they are damaged. */

function readRecords(): bool {
  if (memberBytes > PATH_BYTES) return false;
  const bytes = u32(memberBytes);
  copyIn(start + memberOffset, records(), bytes);
  for (let at: u32 = 0; at < bytes;) {
    let length: u32 = 0;
    let key = at;
    while (key < bytes && load<u8>(records() + key) != 0x20) {
      length = length * 10 + (load<u8>(records() + key++) - 0x30);
    }
    if (!length || length > bytes - at || ++key >= at + length) return false;
    const stop = at + length - 1;
    takeRecord(key, stop);
    at += length;
  }
  return true;
}

/** Takes the record from `key` to `stop` if it is a path. */
function takeRecord(key: u32, stop: u32): void {
  const text = records() + key;
  // "path=" and "linkpath=", as words.
  const isPath = stop - key > 5 && load<u32>(text) == 0x68746170 && load<u8>(text, 4) == 0x3d;
  const isLinkPath =
    stop - key > 9 && load<u64>(text) == 0x687461706b6e696c && load<u8>(text, 8) == 0x3d;
  if (isPath) {
    memberNameBytes = stop - key - 5;
    memory.copy(memberName(), text + 5, memberNameBytes);
  } else if (isLinkPath) {
    memberLinkBytes = stop - key - 9;
    memory.copy(memberLink(), text + 9, memberLinkBytes);
  }
}

/** The kind of a member of `type`; of a header for the next one FILE does not matter. */
function kindOf(type: u8): Member {
  switch (type) {
    case 0:
    case 0x30:
    case 0x37:
      return Member.FILE;
    case 0x31:
      return Member.HARD_LINK;
    case 0x32:
      return Member.SYMBOLIC_LINK;
    case 0x35:
      return Member.DIRECTORY;
    default:
      return Member.OTHER;
  }
}

/** Goes on to the next member and says what it is. */
export function nextMember(): Member {
  memberNameBytes = 0;
  memberLinkBytes = 0;
  while (true) {
    if (position >= end) return Member.END;
    if (end - position < BLOCK) return Member.DAMAGED;
    copyIn(position, header, u32(BLOCK));
    // An archive ends with blocks of zeros.
    if (!load<u8>(header) && !load<u8>(header + 156) && !load<u64>(header + 148)) return Member.END;
    if (!sumIsRight()) return Member.DAMAGED;
    const type = load<u8>(header + 156);
    position += BLOCK;
    memberOffset = position - start;
    // Links and directories have no contents, whatever their size says.
    const hasContents = type != 0x31 && type != 0x32 && type != 0x35;
    memberBytes = hasContents ? number(124, 12) : 0;
    memberTime = number(136, 12);
    if (memberBytes > end - position) return Member.DAMAGED;
    position += (memberBytes + BLOCK - 1) & ~(BLOCK - 1);
    if (type == 0x4c || type == 0x4b) {
      if (!readLongName(type == 0x4b)) return Member.DAMAGED;
    } else if (type == 0x78) {
      if (!readRecords()) return Member.DAMAGED;
    } else if (type != 0x67) {
      readNames();
      return kindOf(type);
    }
  }
}
