/**
 * The tree of files that the program finds: what the loader brought, where it lies.
 *
 * Each boot file but the first is one of two things, as the word on its command line says: `file=PATH`,
 * a file of that name, or `tar=PATH`, an archive whose members go below that directory. Directories on
 * the way are made. There is always a `/tmp`.
 */

import { ErrorCode } from "../../abi/error_code";
import { bootFile } from "../boot/shim";
import { isKey, nextWord, openWords, readValue, value } from "./boot_words";
import { addName, made, makeFound, makeSymbolicLink } from "./file_tree";
import { foundNode, lookUpText, PATH_BYTES } from "./paths";
import { isDirectory, NodeWord, NodeNumber, ROOT, setNodeWord } from "./nodes";
import { Scratch, scratch } from "./scratch";
import {
  Member,
  memberBytes,
  memberLink,
  memberLinkBytes,
  memberName,
  memberNameBytes,
  memberOffset,
  memberTime,
  nextMember,
  openTar,
} from "./tar";
import { Errno, FileType } from "./wasi_types";

const SLASH: u8 = 0x2f;

/** Bytes of the text. */
let textBytes: u32 = 0;

/** Bytes of the base; 0 for the root. */
let baseBytes: u32 = 0;

/** A path of the tree, without slashes at its ends. */
@inline
function text(): usize {
  return scratch(Scratch.TEXT);
}

/** Where an archive's members go; as the text. */
@inline
function base(): usize {
  return scratch(Scratch.BASE);
}

/** Another path. */
@inline
function other(): usize {
  return scratch(Scratch.OTHER);
}

const bootRecord: usize = memory.data(24);

/** Why a boot file could not be taken, for the log; an error code goes with it. */
export let bootFilesReason: string = "";

/** Bytes at the start of a path that are slashes: paths of the tree are relative to its root. */
function leadingSlashes(path: usize, bytes: u32): u32 {
  let slashes: u32 = 0;
  while (slashes < bytes && load<u8>(path + slashes) == SLASH) ++slashes;
  return slashes;
}

/** Puts `bytes` at `path` below the base together as the text; false if that is too long. */
function joinText(path: usize, bytes: u32): bool {
  const slashes = leadingSlashes(path, bytes);
  const tail = bytes - slashes;
  if (baseBytes + 1 + tail > PATH_BYTES) return false;
  memory.copy(text(), base(), baseBytes);
  textBytes = baseBytes;
  if (textBytes && tail) store<u8>(text() + textBytes++, SLASH);
  memory.copy(text() + textBytes, path + slashes, tail);
  textBytes += tail;
  // A directory's name may end with a slash.
  while (textBytes && load<u8>(text() + textBytes - 1) == SLASH) --textBytes;
  return true;
}

/** Makes the directories on the way to the text, and with `whole` the text itself; an error if it cannot. */
function makeDirectories(whole: bool): Errno {
  for (let end: u32 = 0; end <= textBytes; ++end) {
    const isBorder = end == textBytes ? whole : load<u8>(text() + end) == SLASH;
    if (!isBorder || !end) continue;
    const status = lookUpText(ROOT, text(), end, true);
    if (status) return status;
    if (foundNode) continue;
    const outcome = makeFound(FileType.DIRECTORY);
    if (outcome) return outcome;
  }
  return Errno.SUCCESS;
}

/** Looks the text up, with all directories on the way made. EXIST if there is something already. */
function lookUpFree(): Errno {
  let status = makeDirectories(false);
  if (!status) status = lookUpText(ROOT, text(), textBytes, false);
  if (!status && foundNode) return Errno.EXIST;
  return status;
}

/** Makes a file at the text with the `bytes` at `offset` of boot file `index` as its contents. */
function makeFile(index: u32, offset: u64, bytes: u64): Errno {
  let status = lookUpFree();
  if (!status) status = makeFound(FileType.REGULAR_FILE);
  if (status) return status;
  setNodeWord(made, NodeWord.SIZE, bytes);
  setNodeWord(made, NodeWord.BACKING_FILE, index);
  setNodeWord(made, NodeWord.BACKING, offset);
  setNodeWord(made, NodeWord.BACKING_BYTES, bytes);
  return Errno.SUCCESS;
}

/** Gives the file that an archive names at `memberLink` the text as another name. */
function makeHardLink(): Errno {
  memory.copy(other(), text(), textBytes);
  const bytes = textBytes;
  if (!joinText(memberLink(), memberLinkBytes)) return Errno.NAMETOOLONG;
  let status = lookUpText(ROOT, text(), textBytes, false);
  const node = foundNode;
  if (!status && !node) status = Errno.NOENT;
  memory.copy(text(), other(), bytes);
  textBytes = bytes;
  if (!status) status = lookUpFree();
  return status ? status : addName(node);
}

/** Takes the member of boot file `index` that was read last into the tree. */
function makeMember(kind: Member, index: u32): Errno {
  if (!joinText(memberName(), memberNameBytes)) return Errno.NAMETOOLONG;
  // "./", the directory itself.
  if (!textBytes) return Errno.SUCCESS;
  let status: Errno = Errno.SUCCESS;
  if (kind == Member.DIRECTORY) return makeDirectories(true);
  if (kind == Member.HARD_LINK) return makeHardLink();
  if (kind == Member.FILE) {
    status = makeFile(index, memberOffset, memberBytes);
    if (!status) setTime(made);
    return status;
  }
  status = lookUpFree();
  return status ? status : makeSymbolicLink(memberLink(), memberLinkBytes);
}

function setTime(node: NodeNumber): void {
  setNodeWord(node, NodeWord.MTIME, memberTime * 1000000000);
}

/** Takes every member of the archive that boot file `index` is, `bytes` at physical `address`. */
function takeTar(index: u32, address: u64, bytes: u64): ErrorCode {
  openTar(address, bytes);
  while (true) {
    const kind = nextMember();
    if (kind == Member.END) return ErrorCode.NONE;
    if (kind == Member.DAMAGED) return refuse("a tar is damaged", ErrorCode.INVALID_DESCRIPTOR);
    if (kind == Member.OTHER) continue;
    const status = makeMember(kind, index);
    if (status) return refuseErrno(status);
  }
}

function refuse(reason: string, code: ErrorCode): ErrorCode {
  bootFilesReason = reason;
  return code;
}

/** What `status`, met while a file was made at the text, comes to. */
function refuseErrno(status: Errno): ErrorCode {
  switch (status) {
    case Errno.NOSPC:
      return refuse("no memory for the files", ErrorCode.OUT_OF_FRAMES);
    case Errno.EXIST:
      return refuse("two files have one name", ErrorCode.INVALID_DESCRIPTOR);
    case Errno.NOTDIR:
      return refuse("a file lies where a directory is needed", ErrorCode.INVALID_DESCRIPTOR);
    default:
      return refuse("a file's name cannot be used", ErrorCode.INVALID_DESCRIPTOR);
  }
}

/** Where the last refusal happened. */
export function refusedText(): usize {
  return text();
}

/** Bytes at `refusedText`. */
export function refusedBytes(): u32 {
  return textBytes;
}

/** Takes boot file `index`, whose record was read. */
function takeBootFile(index: u32): ErrorCode {
  const bytes = load<u64>(bootRecord);
  const address = load<u64>(bootRecord, 16);
  baseBytes = 0;
  textBytes = 0;
  if (!openWords(index)) return refuse("a command line is too long", ErrorCode.INVALID_DESCRIPTOR);
  if (!nextWord()) return refuse("a file has no name", ErrorCode.INVALID_DESCRIPTOR);
  const isTar = isKey("tar");
  if (!isTar && !isKey("file"))
    return refuse("a file is neither file= nor tar=", ErrorCode.UNSUPPORTED);
  const size = readValue();
  if (size > PATH_BYTES || !joinText(value(), size)) return refuseErrno(Errno.NAMETOOLONG);
  if (!isTar) return textBytes ? fileStatus(makeFile(index, 0, bytes)) : refuseErrno(Errno.NOENT);
  const status = makeDirectories(true);
  if (status) return refuseErrno(status);
  memory.copy(base(), text(), textBytes);
  baseBytes = textBytes;
  return takeTar(index, address, bytes);
}

function fileStatus(status: Errno): ErrorCode {
  return status ? refuseErrno(status) : ErrorCode.NONE;
}

/** Looks up, or makes, the directory at `bytes` at `path`; its node, or 0 if that cannot be. */
export function directoryAt(path: usize, bytes: u32): NodeNumber {
  baseBytes = 0;
  if (!joinText(path, bytes)) return 0;
  if (!textBytes) return ROOT;
  if (makeDirectories(true)) return 0;
  if (lookUpText(ROOT, text(), textBytes, true) || !foundNode) return 0;
  return isDirectory(foundNode) ? foundNode : 0;
}

/** The file at `bytes` at `path`; 0 if there is none. */
export function fileAt(path: usize, bytes: u32): NodeNumber {
  baseBytes = 0;
  if (!joinText(path, bytes) || lookUpText(ROOT, text(), textBytes, true)) return 0;
  return foundNode && !isDirectory(foundNode) ? foundNode : 0;
}

/** Takes every boot file; `bootFilesReason` says what is wrong where the answer is an error. */
export function takeBootFiles(): ErrorCode {
  for (let index: u32 = 1; bootFile(index, bootRecord); ++index) {
    const status = takeBootFile(index);
    if (status) return status;
  }
  store<u32>(other(), 0x706d74); // "tmp"
  return directoryAt(other(), 3) ? ErrorCode.NONE : refuseErrno(Errno.NOSPC);
}
