/**
 * What is done to the tree of files: making, naming, renaming, removing. What WASI's calls and the
 * files that the loader brought have in common.
 *
 * Every operation either is done or changes nothing. NOSPC is the answer where frames run out.
 */

import { storeText } from "./contents";
import {
  addLink,
  closeLinks,
  linkDirectory,
  LinkNumber,
  linkNode,
  openLinks,
  redirectLink,
  removeLink,
} from "./links";
import {
  closeNodes,
  dropUnused,
  isDirectory,
  makeNode,
  NodeNumber,
  nodeWord,
  NodeWord,
  openNodes,
  ROOT,
  setNodeWord,
  touchContents,
  touchStatus,
} from "./nodes";
import {
  foundDirectory,
  foundLink,
  foundName,
  foundNameBytes,
  foundNode,
  foundSlash,
} from "./paths";
import { Errno, FileType } from "./wasi_types";

/** Makes the tree: a root and nothing in it. False if there are no frames for it. */
export function openFileTree(): bool {
  openNodes();
  return openLinks() && makeNode(FileType.DIRECTORY) != 0;
}

/** Takes every frame of it back. */
export function closeFileTree(): void {
  closeLinks();
  closeNodes();
}

/** True if `directory` has no entries. */
function isEmpty(directory: NodeNumber): bool {
  return !nodeWord(directory, NodeWord.FIRST);
}

/** True if `directory` was removed while it is open, so that nothing can be made in it. */
function isRemoved(directory: NodeNumber): bool {
  return directory != ROOT && !nodeWord(directory, NodeWord.LINKS);
}

/** Names `node` as the last lookup says, whose name is free. */
function nameFound(node: NodeNumber): Errno {
  const directory = foundDirectory;
  if (isRemoved(directory)) return Errno.NOENT;
  if (!addLink(directory, foundName, foundNameBytes, node)) return Errno.NOSPC;
  if (isDirectory(node)) setNodeWord(node, NodeWord.PARENT, directory);
  touchContents(directory);
  return Errno.SUCCESS;
}

/** Makes a node of `type` where the last lookup found nothing; it is `made`. */
export function makeFound(type: FileType): Errno {
  made = 0;
  const node = makeNode(type);
  if (!node) return Errno.NOSPC;
  const status = nameFound(node);
  if (status) dropUnused(node);
  else made = node;
  return status;
}

/** What the last `makeFound` made. */
export let made: NodeNumber = 0;

/** Makes a symbolic link to `bytes`, not none, at `text` where the last lookup found nothing. */
export function makeSymbolicLink(text: usize, bytes: u32): Errno {
  const node = makeNode(FileType.SYMBOLIC_LINK);
  if (!node) return Errno.NOSPC;
  let status: Errno = storeText(node, text, bytes) ? Errno.SUCCESS : Errno.NOSPC;
  if (!status) status = nameFound(node);
  if (status) dropUnused(node);
  return status;
}

/** Gives `node`, no directory, another name where the last lookup found nothing. */
export function addName(node: NodeNumber): Errno {
  if (isDirectory(node)) return Errno.PERM;
  const status = nameFound(node);
  if (!status) touchStatus(node);
  return status;
}

/** Removes the directory that the last lookup found. NOTDIR, NOTEMPTY; INVAL for one without a name. */
export function removeFoundDirectory(): Errno {
  if (!foundNode) return Errno.NOENT;
  if (!isDirectory(foundNode)) return Errno.NOTDIR;
  if (!foundLink) return Errno.INVAL;
  if (!isEmpty(foundNode)) return Errno.NOTEMPTY;
  setNodeWord(foundNode, NodeWord.PARENT, 0);
  touchContents(foundDirectory);
  removeLink(foundLink);
  return Errno.SUCCESS;
}

/** Removes the file or symbolic link that the last lookup found. ISDIR, NOTDIR (a slash at the end). */
export function removeFoundFile(): Errno {
  if (!foundNode) return Errno.NOENT;
  if (isDirectory(foundNode)) return Errno.ISDIR;
  if (foundSlash) return Errno.NOTDIR;
  touchStatus(foundNode);
  touchContents(foundDirectory);
  removeLink(foundLink);
  return Errno.SUCCESS;
}

/** True if `directory` is `node` or lies below it. */
function liesIn(directory: NodeNumber, node: NodeNumber): bool {
  while (directory) {
    if (directory == node) return true;
    directory = u32(nodeWord(directory, NodeWord.PARENT));
  }
  return false;
}

/** Why the node of `source` cannot take the place that the last lookup found, or SUCCESS. */
function objectionToRename(node: NodeNumber, slash: bool): Errno {
  const movesDirectory = isDirectory(node);
  if (!foundNameBytes) return Errno.INVAL;
  if (!movesDirectory && (slash || foundSlash)) return Errno.NOTDIR;
  if (movesDirectory && liesIn(foundDirectory, node)) return Errno.INVAL;
  if (!foundNode) return isRemoved(foundDirectory) ? Errno.NOENT : Errno.SUCCESS;
  if (movesDirectory) {
    if (!isDirectory(foundNode)) return Errno.NOTDIR;
    return isEmpty(foundNode) ? Errno.SUCCESS : Errno.NOTEMPTY;
  }
  return isDirectory(foundNode) ? Errno.ISDIR : Errno.SUCCESS;
}

/**
 * Moves what `source` names to where the last lookup leads, in place of what is there: a file of a
 * file, a directory of an empty directory. `slash` says that its path ended with one. Two names of one
 * file stay as they are.
 */
export function renameToFound(source: LinkNumber, slash: bool): Errno {
  const node = linkNode(source);
  if (foundNode == node) return Errno.SUCCESS;
  const status = objectionToRename(node, slash);
  if (status) return status;
  const from = linkDirectory(source);
  if (foundLink) {
    if (isDirectory(foundNode)) setNodeWord(foundNode, NodeWord.PARENT, 0);
    redirectLink(foundLink, node);
  } else if (!addLink(foundDirectory, foundName, foundNameBytes, node)) {
    return Errno.NOSPC;
  }
  removeLink(source);
  if (isDirectory(node)) setNodeWord(node, NodeWord.PARENT, foundDirectory);
  touchStatus(node);
  touchContents(from);
  touchContents(foundDirectory);
  return Errno.SUCCESS;
}
