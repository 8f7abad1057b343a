/**
 * What the machine tells the kernel about itself: regions of the boot image, processor features.
 */

/** What the import `boot_region` knows. */
export enum BootRegion {
  IMAGE_TEXT = 0,
  IMAGE_RODATA = 1,
  IMAGE_DATA = 2,
  /** The first linear memory; the page below it holds the runtime's header and moves with it. */
  LINEAR_MEMORY = 3,
  BOOT_STACK = 4,
  FRAMEBUFFER = 5,
  WASM_MODULE = 6,
  /** How many kinds there are. */
  KINDS = 7,
}

/** Bits of the import `cpu_features`. */
export enum CpuFeature {
  /** Page tables can forbid execution. */
  NX = 1,
  /** Page tables can map 1 GiB pages. */
  PAGES_1G = 2,
}
