/**
 * Where the kernel of a checkout is. The package has a file of its own in the place of this one
 * (scripts/make_package.mjs), since its files lie elsewhere.
 */

/** `kernel.wasm`, the very file that the ISO carries. */
export const KERNEL_PLACE = new URL("../builddir/kernel.wasm", import.meta.url);
