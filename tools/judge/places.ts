/**
 * Where the judge's files lie, as seen from this one. A package, which lies differently, has these
 * constants of its own; it has no sources.
 */

/** Folder of allocator.h. */
export const CONTRACT_PLACE = new URL("./contract/", import.meta.url);

/** Folder of the pages to start from. */
export const TEMPLATES_PLACE = new URL("./templates/", import.meta.url);

/** Folder of the modules that allocators are measured with, once they are built. */
export const MODULES_PLACE = new URL("../../builddir/judge/", import.meta.url);

/** Folder of the sources of everything. */
export const SOURCES_PLACE = new URL("../../", import.meta.url);

/** Folder of the recorded memory maps. */
export const MAPS_PLACE = new URL("../../test/memmaps/", import.meta.url);

/** The program of the judge's worker. */
export const WORKER_PLACE = new URL("./worker.ts", import.meta.url);
