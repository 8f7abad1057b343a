/**
 * What is measured: the kernel's allocators and their peers.
 */

export interface Allocator {
  readonly id: string;
  /** For tables, at most 24 characters. */
  readonly title: string;
  /** Name of the module that `modules.ts` builds. */
  readonly module: string;
  /** The export that starts over with a number of frames. */
  readonly init: string;
  /** What `alloc` answers when it has no block. */
  readonly refusal: number;
  /** Frames that it is measured with: few where it searches. */
  readonly frames: number;
  /** True if its time grows with the number of frames. */
  readonly searches: boolean;
  /** True for all but the one that hands frames out twice. */
  readonly checked: boolean;
}

/** 4 GiB, what everything is measured with that can be. */
const FRAMES = 1 << 20;

/** 256 MiB, for designs that search. */
const FEW_FRAMES = 1 << 16;

/** The allocator that this project is about. */
export const SUBJECT = "kernel";

/** The allocator to which everything is compared. */
export const REFERENCE = "list_buddy_pcp";

function peer(module: string, title: string, searches = false): Allocator {
  return {
    id: module,
    title,
    module,
    init: "init",
    refusal: 0xffff_ffff,
    frames: searches ? FEW_FRAMES : FRAMES,
    searches,
    checked: module !== "null",
  };
}

/** The kernel's own: frame 0 is never managed, so 0 is no frame. */
function kernel(id: string, title: string, init: string): Allocator {
  return { ...peer("kernel", title), id, init, refusal: 0 };
}

/** All of them, the subject and its reference first. */
export const ALLOCATORS: readonly Allocator[] = [
  kernel(SUBJECT, "this kernel", "init"),
  peer(REFERENCE, "list buddy + per-CPU"),
  kernel("kernel_split", "this kernel, two zones", "init_split"),
  peer("list_buddy", "list buddy"),
  peer("bitmap", "next-fit bitmap"),
  peer("descriptor_list", "SlopOS descriptors", true),
  peer("run_table", "Oxide run table", true),
  peer("null", "null"),
];
