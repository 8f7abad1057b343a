/**
 * Links: the entries of directories, each a name in a directory for a node. A link is a record of
 * 37 words:
 *
 *     0 | directory | node << 32
 *     1 | hash of the name | bytes of the name << 32
 *     2 | next link in the same chain
 *     3 | next link in the directory | the one before it << 32
 *     4 | order: links of a directory are numbered as they are made, from 1
 *     5 | the name, 32 words, zero from its end on
 *
 * Names are found through chains by their hash, 512 of them, whose heads fill a frame. A directory
 * also has its links in the order in which they were made: that is the order in which it is read, and
 * the number is where reading goes on, whatever was removed in between.
 */

import { physLoad, physStore } from "../boot/shim";
import { cutTree, FrameTree, withFrame } from "./frame_tree";
import { countNode, NodeNumber, nodeWord, NodeWord, setNodeWord } from "./nodes";
import { RecordTable } from "./record_table";

/** The number of a link, 0 for none. */
export type LinkNumber = u32;

/** Bytes of the longest name. */
export const NAME_BYTES: u32 = 255;

const NAME_WORDS: u32 = 32;

const enum LinkWord {
  ENDS = 0,
  NAME_HASH = 1,
  CHAIN = 2,
  NEIGHBOURS = 3,
  ORDER = 4,
  NAME = 5,
  COUNT = 37,
}

const CHAINS: u32 = 512;

const links = changetype<RecordTable>(memory.data(24));

/** The frame with the heads of the chains, as a tree of one. */
let chains: FrameTree = 0;

/** A name, zero from its end on, so that it can be compared by words. */
const name: usize = memory.data(256);

/** Begins without any link; false if there is no frame for the chains. */
export function openLinks(): bool {
  links.open(LinkWord.COUNT);
  chains = withFrame(0, 0);
  return chains != 0;
}

/** Takes every frame back. */
export function closeLinks(): void {
  links.close();
  chains = cutTree(chains, 0);
}


@inline
function linkWord(link: LinkNumber, word: LinkWord): u64 {
  return physLoad(links.at(link) + (u64(word) << 3));
}


@inline
function setLinkWord(link: LinkNumber, word: LinkWord, value: u64): void {
  physStore(links.at(link) + (u64(word) << 3), value);
}

/** The directory that `link` is in. */
@inline
export function linkDirectory(link: LinkNumber): NodeNumber {
  return u32(linkWord(link, LinkWord.ENDS));
}

/** The node that `link` is a name of. */
@inline
export function linkNode(link: LinkNumber): NodeNumber {
  return u32(linkWord(link, LinkWord.ENDS) >> 32);
}

/** Bytes of the name of `link`. */
@inline
export function linkNameBytes(link: LinkNumber): u32 {
  return u32(linkWord(link, LinkWord.NAME_HASH) >> 32);
}

/** Physical address of the name of `link`. */
@inline
export function linkNameAddress(link: LinkNumber): u64 {
  return links.at(link) + (u64(LinkWord.NAME) << 3);
}

/** Where `link` stands among those of its directory. */
@inline
export function linkOrder(link: LinkNumber): u64 {
  return linkWord(link, LinkWord.ORDER);
}

/** The link after `link` in its directory; 0 for none. */
@inline
export function nextLink(link: LinkNumber): LinkNumber {
  return u32(linkWord(link, LinkWord.NEIGHBOURS));
}

/** Copies the name, at most `NAME_BYTES`, to where it is compared, and returns its hash (FNV-1a). */
function takeName(text: usize, bytes: u32): u32 {
  memory.fill(name, 0, NAME_WORDS << 3);
  memory.copy(name, text, bytes);
  let hash: u32 = 0x811c9dc5;
  for (let index: u32 = 0; index < bytes; ++index) {
    hash = (hash ^ load<u8>(name + index)) * 0x01000193;
  }
  return hash;
}

/** The head of the chain for `hash` in `directory`. */
@inline
function chainOf(directory: NodeNumber, hash: u32): u64 {
  return chains + (u64((hash ^ (hash >> 16) ^ (directory * 0x9e37)) & (CHAINS - 1)) << 3);
}

/** True if `link` has the name that was taken, of `bytes`. */
function isNamed(link: LinkNumber, bytes: u32): bool {
  const address = linkNameAddress(link);
  for (let at: u32 = 0; at < bytes; at += 8) {
    if (physLoad(address + at) != load<u64>(name + at)) return false;
  }
  return true;
}

/** The link named by `bytes` at `text` in `directory`; 0 if there is none. */
export function findLink(directory: NodeNumber, text: usize, bytes: u32): LinkNumber {
  const hash = takeName(text, bytes);
  const identity = (u64(bytes) << 32) | u64(hash);
  let link = u32(physLoad(chainOf(directory, hash)));
  while (link) {
    const isSame = linkWord(link, LinkWord.NAME_HASH) == identity;
    if (isSame && linkDirectory(link) == directory && isNamed(link, bytes)) return link;
    link = u32(linkWord(link, LinkWord.CHAIN));
  }
  return 0;
}

/**
 * Gives `node` the name of `bytes`, at most `NAME_BYTES`, at `text` in `directory`, which has none such.
 * 0, with nothing changed, if there is no frame for it.
 */
export function addLink(
  directory: NodeNumber,
  text: usize,
  bytes: u32,
  node: NodeNumber,
): LinkNumber {
  const link = links.make();
  if (!link) return 0;
  const hash = takeName(text, bytes);
  const head = chainOf(directory, hash);
  const last = u32(nodeWord(directory, NodeWord.LAST));
  const order = nodeWord(directory, NodeWord.ORDER) + 1;
  setLinkWord(link, LinkWord.ENDS, (u64(node) << 32) | u64(directory));
  setLinkWord(link, LinkWord.NAME_HASH, (u64(bytes) << 32) | u64(hash));
  setLinkWord(link, LinkWord.CHAIN, physLoad(head));
  setLinkWord(link, LinkWord.NEIGHBOURS, u64(last) << 32);
  setLinkWord(link, LinkWord.ORDER, order);
  const address = linkNameAddress(link);
  for (let at: u32 = 0; at < NAME_WORDS << 3; at += 8)
    physStore(address + at, load<u64>(name + at));
  physStore(head, link);
  if (last) setNeighbours(last, link, previousLink(last));
  else setNodeWord(directory, NodeWord.FIRST, link);
  setNodeWord(directory, NodeWord.LAST, link);
  setNodeWord(directory, NodeWord.ORDER, order);
  countNode(node, NodeWord.LINKS, 1);
  return link;
}


@inline
function previousLink(link: LinkNumber): LinkNumber {
  return u32(linkWord(link, LinkWord.NEIGHBOURS) >> 32);
}


@inline
function setNeighbours(link: LinkNumber, next: LinkNumber, previous: LinkNumber): void {
  setLinkWord(link, LinkWord.NEIGHBOURS, (u64(previous) << 32) | u64(next));
}

/** Takes `link` out of its chain. */
function unchain(link: LinkNumber): void {
  const head = chainOf(linkDirectory(link), u32(linkWord(link, LinkWord.NAME_HASH)));
  const next = linkWord(link, LinkWord.CHAIN);
  let before = u32(physLoad(head));
  if (before == link) {
    physStore(head, next);
    return;
  }
  while (u32(linkWord(before, LinkWord.CHAIN)) != link)
    before = u32(linkWord(before, LinkWord.CHAIN));
  setLinkWord(before, LinkWord.CHAIN, next);
}

/** Removes `link`; its node goes with it if that was its last name and nobody has it open. */
export function removeLink(link: LinkNumber): void {
  const directory = linkDirectory(link);
  const node = linkNode(link);
  const next = nextLink(link);
  const previous = previousLink(link);
  unchain(link);
  if (previous) setNeighbours(previous, next, previousLink(previous));
  else setNodeWord(directory, NodeWord.FIRST, next);
  if (next) setNeighbours(next, nextLink(next), previous);
  else setNodeWord(directory, NodeWord.LAST, previous);
  links.drop(link);
  countNode(node, NodeWord.LINKS, -1);
}

/** Makes `link` a name of `node` instead of what it was a name of, which goes as in `removeLink`. */
export function redirectLink(link: LinkNumber, node: NodeNumber): void {
  const before = linkNode(link);
  countNode(node, NodeWord.LINKS, 1);
  setLinkWord(link, LinkWord.ENDS, (u64(node) << 32) | u64(linkDirectory(link)));
  countNode(before, NodeWord.LINKS, -1);
}
