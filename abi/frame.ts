/** Frames: their size, what can be asked of an allocation, and what a block of them is. */

/** log2 of `FRAME_BYTES`. */
export const FRAME_SHIFT = 12;

/** Bytes of a frame: the smallest page that x86-64 maps (Intel SDM vol. 3A, 4.5). */
export const FRAME_BYTES = 4096;

/** Flags of the export `frame_alloc`; they can be combined. */
export enum FrameFlag {
  /** The frames are filled with zero. */
  ZERO = 1,
  /** All of them lie below 16 MiB. */
  BELOW_16M = 2,
  /** All of them lie below 4 GiB. */
  BELOW_4G = 4,
  /** All bits that mean something. */
  ALL = 7,
}

/** What the export `frame_block` says of a block. */
export enum BlockState {
  /** Not managed; said of one frame at a time. */
  UNMANAGED = 0,
  FREE = 1,
  ALLOCATED = 2,
}
