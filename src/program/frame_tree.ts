/**
 * A sparse array of frames, itself made of frames: what a file's contents and the tables of the files
 * stand on. It grows and shrinks by single frames and costs nothing where it is empty.
 *
 * A tree is one u64, kept by whoever owns it:
 *
 *     63                12 11          0
 *     | address of the top | height    |       0: no frame at all
 *
 * At height 0 the top is the frame with index 0. Above, a frame holds 512 addresses of frames one
 * level below, 0 for one that is absent, and the tree reaches 512^height indices.
 */

import { physLoad, physStore } from "../boot/shim";
import { lendBlock, takeBackBlock } from "./lent_frames";

/** See the head of this file. */
export type FrameTree = u64;

/** First index that no tree reaches: 2^48 bytes, far above any memory. */
export const TREE_LIMIT: u64 = 1 << 36;

const HEIGHT: u64 = 0xfff;
const FANOUT_BITS: u64 = 9;
const FANOUT: u64 = 1 << FANOUT_BITS;

/** The entry for `index` in a frame whose entries are `level` levels above frame 0 of each. */
@inline
function slotOf(frame: u64, index: u64, level: u64): u64 {
  return frame + (((index >> (FANOUT_BITS * level)) & (FANOUT - 1)) << 3);
}

/** Physical address of frame `index`; 0 if it is absent. */
export function frameIn(tree: FrameTree, index: u64): u64 {
  let height = tree & HEIGHT;
  let frame = tree & ~HEIGHT;
  if (index >> (FANOUT_BITS * height)) return 0;
  while (frame && height) frame = physLoad(slotOf(frame, index, --height));
  return frame;
}

/** The same for a frame that is there. Most trees are one frame, and spare the caller a call. */
@inline
export function frameAt(tree: FrameTree, index: u64): u64 {
  return tree & HEIGHT ? frameIn(tree, index) : tree;
}

/**
 * The tree with frame `index`, below `TREE_LIMIT`, added, zeroed, unless it is there. Where frames run
 * out the tree that is returned lacks it; nothing that was in it is lost.
 */
export function withFrame(tree: FrameTree, index: u64): FrameTree {
  let height = tree & HEIGHT;
  if (!tree) {
    while (index >> (FANOUT_BITS * height)) ++height;
    const top = lendBlock(0);
    if (!top) return 0;
    tree = top | height;
  }
  while (index >> (FANOUT_BITS * height)) {
    const top = lendBlock(0);
    if (!top) return tree;
    physStore(top, tree & ~HEIGHT);
    tree = top | ++height;
  }
  let frame = tree & ~HEIGHT;
  while (height) {
    const slot = slotOf(frame, index, --height);
    frame = physLoad(slot);
    if (frame) continue;
    frame = lendBlock(0);
    if (!frame) return tree;
    physStore(slot, frame);
  }
  return tree;
}

/** Takes back what lies at or after `from` below `frame`, itself too if nothing is left; true if so. */
function cutBelow(frame: u64, height: u64, from: u64): bool {
  if (height) {
    const below = FANOUT_BITS * --height;
    for (let index = from >> below; index < FANOUT; ++index) {
      const slot = frame + (index << 3);
      const entry = physLoad(slot);
      if (!entry) continue;
      const first = index == from >> below ? from & ((u64(1) << below) - 1) : 0;
      if (cutBelow(entry, height, first)) physStore(slot, 0);
    }
  }
  if (from) return false;
  takeBackBlock(frame, 0);
  return true;
}

/** The tree without the frames from index `from` on, which are taken back. */
export function cutTree(tree: FrameTree, from: u64): FrameTree {
  const height = tree & HEIGHT;
  if (!tree || from >> (FANOUT_BITS * height)) return tree;
  return cutBelow(tree & ~HEIGHT, height, from) ? 0 : tree;
}
