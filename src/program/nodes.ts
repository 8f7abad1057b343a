/**
 * Nodes: the files, directories and symbolic links that there are, by whatever names. A node is a
 * record of sixteen words:
 *
 *      0 | TYPE: a `FileType`                     8 | MTIME
 *      1 | LINKS: names that it has               9 | CTIME
 *      2 | OPENS: descriptors that have it open  10 | PARENT: of a directory, the one it is in
 *      3 | SIZE: bytes                           11 | FIRST: of a directory, its first entry
 *      4 | TREE: the frames of its contents      12 | LAST: of a directory, its last entry
 *      5 | BACKING: where what the loader        13 | ORDER: of a directory, entries made so far
 *      6 | BACKING_BYTES  brought of it begins   14 | BACKING_FILE: … in this boot file
 *      7 | ATIME                                 15 |
 *
 * Times are nanoseconds since 1970. A node goes when it has no name and nobody has it open. The
 * root is node 1 and has no name.
 */

import { physLoad, physStore, realTime } from "../boot/shim";
import { cutTree } from "./frame_tree";
import { RecordTable } from "./record_table";
import { FileType } from "./wasi_types";

/** A word of a node. */
export const enum NodeWord {
  TYPE = 0,
  LINKS = 1,
  OPENS = 2,
  SIZE = 3,
  TREE = 4,
  BACKING = 5,
  BACKING_BYTES = 6,
  ATIME = 7,
  MTIME = 8,
  CTIME = 9,
  PARENT = 10,
  FIRST = 11,
  LAST = 12,
  ORDER = 13,
  BACKING_FILE = 14,
  COUNT = 16,
}

/** The number of a node, 0 for none. */
export type NodeNumber = u32;

/** The directory that contains everything. */
export const ROOT: NodeNumber = 1;

const nodes = changetype<RecordTable>(memory.data(24));

/** Begins without any node. */
export function openNodes(): void {
  nodes.open(NodeWord.COUNT);
}

/** Physical address of the record of `node`, for who needs several of its words. */
@inline
export function nodeAt(node: NodeNumber): u64 {
  return nodes.at(node);
}

/** Word `word` of the node whose record is at `address`. */
@inline
export function wordAt(address: u64, word: NodeWord): u64 {
  return physLoad(address + (u64(word) << 3));
}

/** Sets word `word` of the node whose record is at `address`. */
@inline
export function setWordAt(address: u64, word: NodeWord, value: u64): void {
  physStore(address + (u64(word) << 3), value);
}

/** Word `word` of `node`. */
@inline
export function nodeWord(node: NodeNumber, word: NodeWord): u64 {
  return wordAt(nodeAt(node), word);
}

/** Sets word `word` of `node`. */
@inline
export function setNodeWord(node: NodeNumber, word: NodeWord, value: u64): void {
  setWordAt(nodeAt(node), word, value);
}

/** What `node` is. */
@inline
export function nodeType(node: NodeNumber): FileType {
  return i32(nodeWord(node, NodeWord.TYPE));
}


@inline
export function isDirectory(node: NodeNumber): bool {
  return nodeType(node) == FileType.DIRECTORY;
}

/** Makes a node of `type`, empty and nameless; 0 if there is no frame for it. */
export function makeNode(type: FileType): NodeNumber {
  const node = nodes.make();
  if (!node) return 0;
  const at = nodeAt(node);
  const now = realTime();
  setWordAt(at, NodeWord.TYPE, type);
  setWordAt(at, NodeWord.ATIME, now);
  setWordAt(at, NodeWord.MTIME, now);
  setWordAt(at, NodeWord.CTIME, now);
  return node;
}

/** Notes that the contents of `node` changed. */
export function touchContents(node: NodeNumber): void {
  const at = nodeAt(node);
  const now = realTime();
  setWordAt(at, NodeWord.MTIME, now);
  setWordAt(at, NodeWord.CTIME, now);
}

/** Notes that something about `node` other than its contents changed. */
export function touchStatus(node: NodeNumber): void {
  setNodeWord(node, NodeWord.CTIME, realTime());
}

/** Adds `change` to `word`, a count; drops the node when it has neither names nor descriptors. */
export function countNode(node: NodeNumber, word: NodeWord, change: i64): void {
  setNodeWord(node, word, nodeWord(node, word) + u64(change));
  if (change < 0) dropUnused(node);
}

/** Drops `node`, and gives its frames back, if nothing refers to it. */
export function dropUnused(node: NodeNumber): void {
  if (node == ROOT || nodeWord(node, NodeWord.LINKS) || nodeWord(node, NodeWord.OPENS)) return;
  setNodeWord(node, NodeWord.TREE, cutTree(nodeWord(node, NodeWord.TREE), 0));
  nodes.drop(node);
}

/** Takes back every frame of every node. */
export function closeNodes(): void {
  // A dropped node has no tree.
  for (let node: u32 = 1; node <= nodes.count; ++node) cutTree(nodeWord(node, NodeWord.TREE), 0);
  nodes.close();
}
