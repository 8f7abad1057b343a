/**
 * A table of records of one size that grows frame by frame: files, directory entries.
 *
 * Records are numbered from 1; 0 is none. A record lies in one frame, whole words of 8 bytes, and is
 * read and written by its physical address. One that was dropped is the next to be made: its first
 * word links to the one dropped before it.
 */

import { physLoad, physStore } from "../boot/shim";
import { FRAME_SIZE } from "../mm/frames";
import { cutTree, frameAt, frameIn, FrameTree, withFrame } from "./frame_tree";

/** One such table, 24 bytes. */
@unmanaged
export class RecordTable {
  tree: FrameTree;
  /** Words of a record, at most 512. */
  words: u32;
  /** Records made so far, dropped ones included. */
  count: u32;
  /** The record that was dropped last. */
  dropped: u32;
  /** Records that a frame holds. */
  perFrame: u32;

  /** Begins with no record; each will have `words` words. */
  open(words: u32): void {
    this.tree = 0;
    this.words = words;
    this.perFrame = u32(FRAME_SIZE >> 3) / words;
    this.count = 0;
    this.dropped = 0;
  }

  /** Physical address of `record`, one that was made. */
  at(record: u32): u64 {
    const index = record - 1;
    const perFrame = this.perFrame;
    const frame = frameAt(this.tree, index / perFrame);
    return frame + ((u64(index % perFrame) * this.words) << 3);
  }

  /** Makes a record, all words 0; its number, or 0 if there is no frame for it. */
  make(): u32 {
    const record = this.dropped;
    if (record) {
      const address = this.at(record);
      this.dropped = u32(physLoad(address));
      for (let word: u32 = 0; word < this.words; ++word) physStore(address + (u64(word) << 3), 0);
      return record;
    }
    const index = this.count / this.perFrame;
    this.tree = withFrame(this.tree, index);
    return frameIn(this.tree, index) ? ++this.count : 0;
  }

  /** Drops `record`. */
  drop(record: u32): void {
    physStore(this.at(record), this.dropped);
    this.dropped = record;
  }

  /** Takes all frames back. */
  close(): void {
    this.tree = cutTree(this.tree, 0);
    this.count = 0;
    this.dropped = 0;
  }
}
