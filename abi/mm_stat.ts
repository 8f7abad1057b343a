/** Figures of the memory manager, as the export `mm_stat` numbers them. */

/** Counts are frames unless the name says otherwise. */
export enum MmStat {
  /** Usable frames of the sanitised map; what becomes usable by reclaiming is not counted. */
  USABLE = 0,
  MANAGED = 1,
  FREE = 2,
  ALLOCATED = 3,
  /** Free frames that the front end keeps outside the buddy. */
  CACHED = 4,
  BUDDY_TOTAL = 5,
  BUDDY_FREE = 6,
  /** Regions, not frames. */
  RESERVED_REGIONS = 7,
  METADATA_BYTES = 8,
  /** Runs, not frames. */
  MANAGED_RUNS = 9,
  /** An order: the largest that there can be. */
  MAX_ORDER = 10,
  /** An order: the largest that `frame_alloc` would serve as things are. */
  LARGEST_FREE_ORDER = 11,
  RECLAIMED = 12,
  LINEAR_BYTES = 13,
  /** Frames that the program has on loan: its ranges, the tables that map them, and its files. */
  PROGRAM = 14,
}
