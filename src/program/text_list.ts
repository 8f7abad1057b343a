/**
 * A list of texts, each with a zero after it, on frames: the program's arguments, its environment.
 */

import { Line } from "../boot/log";
import { physLoad, physStore, physToProgram } from "../boot/shim";
import { FRAME_SHIFT, FRAME_SIZE } from "../mm/frames";
import { cutTree, frameAt, frameIn, FrameTree, withFrame } from "./frame_tree";
import { putWord } from "./program_memory";
import { Errno } from "./wasi_types";

/** One such list, 16 bytes. */
@unmanaged
export class TextList {
  tree: FrameTree;
  /** Texts. */
  count: u32;
  /** Bytes of all of them, zeros included. */
  bytes: u32;

  /** Begins with no text. */
  open(): void {
    this.tree = 0;
    this.count = 0;
    this.bytes = 0;
  }

  /** Appends `byte`; a zero ends a text. False if there is no frame for it. */
  append(byte: u8): bool {
    const index = u64(this.bytes) >> FRAME_SHIFT;
    this.tree = withFrame(this.tree, index);
    const frame = frameIn(this.tree, index);
    if (!frame) return false;
    const inside = u64(this.bytes) & (FRAME_SIZE - 1);
    const word = frame + (inside & ~7);
    physStore(word, physLoad(word) | (u64(byte) << ((inside & 7) << 3)));
    ++this.bytes;
    if (!byte) ++this.count;
    return true;
  }

  /** Byte `index`, which is there. */
  private byteAt(index: u32): u32 {
    const word = frameAt(this.tree, index >> u32(FRAME_SHIFT)) + (u64(index) & (FRAME_SIZE - 8));
    return u32(physLoad(word) >> (u64(index & 7) << 3)) & 0xff;
  }

  /** Copies the texts to `texts` and the address of each to `addresses`, both the program's. FAULT. */
  copyOut(addresses: u32, texts: u32): Errno {
    let starts = true;
    for (let index: u32 = 0; index < this.bytes; ++index) {
      if (starts) {
        const status = putWord(addresses, texts + index);
        if (status) return status;
        addresses += 4;
      }
      starts = this.byteAt(index) == 0;
    }
    return this.copyPart(0, this.bytes, texts);
  }

  /** Copies `bytes` from byte `from` on, all of them there, to `to` in the program's memory. FAULT. */
  copyPart(from: u32, bytes: u32, to: u32): Errno {
    while (bytes) {
      const inside = from & u32(FRAME_SIZE - 1);
      const frame = frameIn(this.tree, from >> u32(FRAME_SHIFT));
      const part = min<u32>(bytes, u32(FRAME_SIZE) - inside);
      if (physToProgram(frame + inside, to, part)) return Errno.FAULT;
      from += part;
      to += part;
      bytes -= part;
    }
    return Errno.SUCCESS;
  }

  /** The byte at which text `index`, from 0, begins. */
  startOf(index: u32): u32 {
    let at: u32 = 0;
    while (index) {
      if (!this.byteAt(at++)) --index;
    }
    return at;
  }

  /** Adds the first text, of which there is one, to a line of the log. */
  logFirst(line: Line, key: string): void {
    line.key(key);
    for (let at: u32 = 0; this.byteAt(at); ++at) line.byte(this.byteAt(at));
  }

  /** Takes the frames back. */
  close(): void {
    this.tree = cutTree(this.tree, 0);
    this.count = 0;
    this.bytes = 0;
  }
}
