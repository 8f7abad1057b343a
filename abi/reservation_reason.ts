/** Why the kernel keeps memory out of allocation, and how the log says it. */

/** What the export `reserved_region` reports. */
export enum Reason {
  KERNEL_IMAGE = 1,
  BOOT_STACK = 2,
  FIRST_LINEAR_MEMORY = 3,
  FRAMEBUFFER = 4,
  WASM_MODULE = 5,
  /** Page tables made before the handoff: those of the linear-memory window. */
  PAGE_TABLES = 6,
  /** Frames under linear memory that no storage has been carved from yet. */
  LINEAR_MEMORY = 7,
  MAP_COPY = 8,
  FREE_RUN_STORAGE = 9,
  RESERVED_REGION_STORAGE = 10,
  BUDDY_TABLES = 11,
  PAGE_ALLOCATOR_TABLES = 12,
  /** Asked for by `range_reserve`. */
  CALLER = 13,
  /** What the loader brought for the program: itself and its files. */
  BOOT_FILE = 14,
}

/** The name of `reason`; `caller` for a number that is none. */
export function reasonName(reason: Reason): string {
  switch (reason) {
    case Reason.KERNEL_IMAGE:
      return "kernel_image";
    case Reason.BOOT_STACK:
      return "boot_stack";
    case Reason.FIRST_LINEAR_MEMORY:
      return "first_linear_memory";
    case Reason.FRAMEBUFFER:
      return "framebuffer";
    case Reason.WASM_MODULE:
      return "wasm_module";
    case Reason.PAGE_TABLES:
      return "page_tables";
    case Reason.LINEAR_MEMORY:
      return "linear_memory";
    case Reason.MAP_COPY:
      return "map_copy";
    case Reason.FREE_RUN_STORAGE:
      return "free_run_storage";
    case Reason.RESERVED_REGION_STORAGE:
      return "reserved_region_storage";
    case Reason.BUDDY_TABLES:
      return "buddy_tables";
    case Reason.PAGE_ALLOCATOR_TABLES:
      return "page_allocator_tables";
    case Reason.BOOT_FILE:
      return "boot_file";
    case Reason.CALLER:
    default:
      return "caller";
  }
}
