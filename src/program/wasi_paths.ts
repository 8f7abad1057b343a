/**
 * WASI preview 1: what is done to files by their paths.
 */

import { programLoad, programStore } from "../boot/shim";
import { loadText, resizeContents } from "./contents";
import {
  Fd,
  descriptorOf,
  FdWord,
  hasRights,
  inheritingIn,
  NO_DESCRIPTOR,
  nodeIn,
  openDescriptor,
  setFlags,
  typeIn,
  whatFdIs,
  whatIs,
  wordOf,
} from "./descriptors";
import { putFileStat } from "./file_stat";
import { setTimes } from "./file_times";
import {
  addName,
  made,
  makeFound,
  makeSymbolicLink,
  removeFoundDirectory,
  removeFoundFile,
  renameToFound,
} from "./file_tree";
import { isDirectory, NodeNumber, nodeType } from "./nodes";
import { foundLink, foundNode, foundSlash, lookUp, PATH_BYTES } from "./paths";
import { owns, putWord } from "./program_memory";
import { scratch, Scratch } from "./scratch";
import {
  DIRECTORY_RIGHTS,
  Errno,
  FdFlag,
  FILE_RIGHTS,
  FileType,
  Lookup,
  OpenFlag,
  Right,
} from "./wasi_types";

/** Looks up the path below the directory that `fd` has open. BADF, NOTDIR, or as `lookUp`. */
function find(fd: Fd, path: u32, bytes: u32, lookup: u32): Errno {
  const what = whatFdIs(fd);
  if (!what) return Errno.BADF;
  if (typeIn(what) != FileType.DIRECTORY) return Errno.NOTDIR;
  return lookUp(nodeIn(what), path, bytes, (lookup & Lookup.FOLLOW) != 0);
}

/** As `find`, for what must exist: NOENT, and NOTDIR where a slash follows what is no directory. */
function findNode(fd: Fd, path: u32, bytes: u32, lookup: u32): Errno {
  const status = find(fd, path, bytes, lookup);
  if (status) return status;
  if (!foundNode) return Errno.NOENT;
  return foundSlash && !isDirectory(foundNode) ? Errno.NOTDIR : Errno.SUCCESS;
}

/** As `find`, for what must not exist: EXIST. */
function findFree(fd: Fd, path: u32, bytes: u32): Errno {
  const status = find(fd, path, bytes, 0);
  if (status) return status;
  return foundNode ? Errno.EXIST : Errno.SUCCESS;
}

/** Makes the file that the lookup did not find, if `flags` and the directory's rights let it. */
function create(fd: Fd, flags: u32): Errno {
  if (!(flags & OpenFlag.CREAT)) return Errno.NOENT;
  if (flags & OpenFlag.DIRECTORY) return Errno.INVAL;
  if (foundSlash) return Errno.ISDIR;
  if (!hasRights(descriptorOf(fd), Right.PATH_CREATE_FILE)) return Errno.NOTCAPABLE;
  return makeFound(FileType.REGULAR_FILE);
}

/** Why the node that was found cannot be opened with `flags` and `rights`, or SUCCESS. */
function objectionToOpening(fd: Fd, flags: u32, rights: u64): Errno {
  const type = nodeType(foundNode);
  if (type == FileType.SYMBOLIC_LINK) return Errno.LOOP;
  if (flags & OpenFlag.CREAT && flags & OpenFlag.EXCL) return Errno.EXIST;
  if (type == FileType.DIRECTORY) {
    return rights & Right.FD_WRITE || flags & (OpenFlag.TRUNC | OpenFlag.CREAT)
      ? Errno.ISDIR
      : Errno.SUCCESS;
  }
  if (flags & OpenFlag.DIRECTORY || foundSlash) return Errno.NOTDIR;
  const truncates = (flags & OpenFlag.TRUNC) != 0;
  return truncates && !hasRights(descriptorOf(fd), Right.PATH_FILESTAT_SET_SIZE)
    ? Errno.NOTCAPABLE
    : Errno.SUCCESS;
}

/** Opens `node` with what `fd` hands on of `rights`; its number goes to `out`. */
function open(fd: Fd, node: NodeNumber, rights: u64, fdFlags: u32, out: u32): Errno {
  const handed = inheritingIn(wordOf(descriptorOf(fd), FdWord.RIGHTS));
  // A directory always has what its parent hands on: libcs ask for less and then make use of it.
  const opened = isDirectory(node)
    ? openDescriptor(FileType.DIRECTORY, node, handed & DIRECTORY_RIGHTS, handed)
    : openDescriptor(FileType.REGULAR_FILE, node, handed & rights & FILE_RIGHTS, 0);
  if (opened == NO_DESCRIPTOR) return Errno.NFILE;
  const descriptor = descriptorOf(opened);
  setFlags(descriptor, whatIs(descriptor), fdFlags);
  return putWord(out, opened);
}

export function wasi_path_open(
  fd: u32,
  lookup: u32,
  path: u32,
  bytes: u32,
  flags: u32,
  rights: u64,
  inheriting: u64,
  fdFlags: u32,
  out: u32,
): i32 {
  if (flags & ~OpenFlag.ALL || fdFlags & ~FdFlag.ALL) return Errno.INVAL;
  if (!owns(out, 4)) return Errno.FAULT;
  // What must be made is not looked for behind a link.
  const isExclusive = (flags & OpenFlag.CREAT) != 0 && (flags & OpenFlag.EXCL) != 0;
  let status = find(fd, path, bytes, isExclusive ? 0 : lookup);
  if (status) return status;
  if (!foundNode) {
    status = create(fd, flags);
    return status ? status : open(fd, made, rights, fdFlags, out);
  }
  if (isExclusive) return Errno.EXIST;
  status = objectionToOpening(fd, flags, rights);
  if (status) return status;
  const node = foundNode;
  if (flags & OpenFlag.TRUNC) resizeContents(node, 0);
  return open(fd, node, rights, fdFlags, out);
}

export function wasi_path_create_directory(fd: u32, path: u32, bytes: u32): i32 {
  const status = findFree(fd, path, bytes);
  return status ? status : makeFound(FileType.DIRECTORY);
}

export function wasi_path_remove_directory(fd: u32, path: u32, bytes: u32): i32 {
  const status = find(fd, path, bytes, 0);
  return status ? status : removeFoundDirectory();
}

export function wasi_path_unlink_file(fd: u32, path: u32, bytes: u32): i32 {
  const status = find(fd, path, bytes, 0);
  return status ? status : removeFoundFile();
}

export function wasi_path_rename(
  fd: u32,
  path: u32,
  bytes: u32,
  newFd: u32,
  newPath: u32,
  newBytes: u32,
): i32 {
  let status = findNode(fd, path, bytes, 0);
  if (status) return status;
  const source = foundLink;
  const slash = foundSlash;
  if (!source) return Errno.INVAL;
  status = find(newFd, newPath, newBytes, 0);
  return status ? status : renameToFound(source, slash);
}

export function wasi_path_link(
  fd: u32,
  lookup: u32,
  path: u32,
  bytes: u32,
  newFd: u32,
  newPath: u32,
  newBytes: u32,
): i32 {
  // As POSIX systems have it, a link to a symbolic link is one to the link itself.
  if (lookup & Lookup.FOLLOW) return Errno.INVAL;
  let status = findNode(fd, path, bytes, 0);
  if (status) return status;
  const node = foundNode;
  status = findFree(newFd, newPath, newBytes);
  if (status) return status;
  return foundSlash ? Errno.NOENT : addName(node);
}

export function wasi_path_symlink(
  target: u32,
  targetBytes: u32,
  fd: u32,
  path: u32,
  bytes: u32,
): i32 {
  if (!targetBytes) return Errno.NOENT;
  if (targetBytes > PATH_BYTES) return Errno.NAMETOOLONG;
  const text = scratch(Scratch.LINK);
  const status = findFree(fd, path, bytes);
  if (status) return status;
  if (foundSlash) return Errno.NOENT;
  if (programLoad(target, text, targetBytes)) return Errno.FAULT;
  // A link that leads out of its directory could never be followed.
  return load<u8>(text) == 0x2f ? Errno.NOTCAPABLE : makeSymbolicLink(text, targetBytes);
}

export function wasi_path_readlink(
  fd: u32,
  path: u32,
  bytes: u32,
  to: u32,
  capacity: u32,
  used: u32,
): i32 {
  const status = findNode(fd, path, bytes, 0);
  if (status) return status;
  if (nodeType(foundNode) != FileType.SYMBOLIC_LINK) return Errno.INVAL;
  const text = scratch(Scratch.LINK);
  const part = min(loadText(foundNode, text, PATH_BYTES), capacity);
  if (programStore(to, text, part)) return Errno.FAULT;
  return putWord(used, part);
}

function stat(fd: Fd, lookup: u32, path: u32, bytes: u32, out: u32, isOld: bool): Errno {
  const status = findNode(fd, path, bytes, lookup);
  return status ? status : putFileStat(foundNode, out, isOld);
}

export function wasi_path_filestat_get(fd: u32, lookup: u32, path: u32, bytes: u32, out: u32): i32 {
  return stat(fd, lookup, path, bytes, out, false);
}

export function wasi_unstable_path_filestat_get(
  fd: u32,
  lookup: u32,
  path: u32,
  bytes: u32,
  out: u32,
): i32 {
  return stat(fd, lookup, path, bytes, out, true);
}

export function wasi_path_filestat_set_times(
  fd: u32,
  lookup: u32,
  path: u32,
  bytes: u32,
  access: u64,
  change: u64,
  flags: u32,
): i32 {
  const status = findNode(fd, path, bytes, lookup);
  return status ? status : setTimes(foundNode, access, change, flags);
}
