/**
 * Where a checkout has the files that commands read besides the kernel. The package has a file of its
 * own in the place of this one (scripts/make_package.mjs), since its files lie elsewhere.
 */

/** The folder of the recorded memory maps. */
export const MACHINES_PLACE = new URL("../../test/memmaps/", import.meta.url);

/** The folder of the built explorer. */
export const EXPLORER_PLACE = new URL("../../builddir/explorer/", import.meta.url);

/** The page about the judge. */
export const JUDGE_PAGE_PLACE = new URL("../../docs/judge.md", import.meta.url);
