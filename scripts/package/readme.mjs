/**
 * The README.md of a checkout while npm packs it. npm always packs the README.md beside package.json;
 * in a checkout that is about the checkout, and the package has one of its own, library/README.md. So
 * the package's is put in the place of the checkout's just before npm packs, and the checkout's back in
 * its place afterwards. It waits beside it, on the same file system, so that each step is a renaming
 * and no moment at which all this can be interrupted leaves less than the whole file. One npm packs a
 * checkout at a time (pack_lock.mjs).
 *
 * Both functions take the folder of the checkout. They throw if they cannot do it, and then leave what
 * there is.
 */

import { copyFileSync, lstatSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

const PLACE = "README.md";
const OF_PACKAGE = "library/README.md";

/** Where the checkout's README.md waits; git ignores both names, and npm packs neither. */
const KEPT = ".readme-of-checkout";

/** The package's until it is whole. */
const PARTIAL = ".readme-of-package";

/** True if there is something at `path`, and be it a link that leads nowhere. */
function exists(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What `path` leads to; null if that is nothing. */
function content(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return null;
  }
}

/** Puts the package's README.md in the place of the checkout's. */
export function putPackageReadme(root) {
  const [place, kept, partial] = [PLACE, KEPT, PARTIAL].map((name) => join(root, name));
  if (exists(kept)) throw new Error(`${kept} is in the way`);
  if (!exists(place)) throw new Error(`${place} is missing`);
  copyFileSync(join(root, OF_PACKAGE), partial);
  renameSync(place, kept);
  renameSync(partial, place);
}

/**
 * Puts the checkout's README.md back, if it is not in its place. One that is neither that nor the
 * package's stays, and so does the one that waits.
 */
export function putReadmeBack(root) {
  const [place, kept] = [PLACE, KEPT].map((name) => join(root, name));
  if (!exists(kept)) return;
  const there = content(place);
  const known = [content(kept), content(join(root, OF_PACKAGE))];
  if (there && !known.some((bytes) => bytes?.equals(there))) {
    throw new Error(
      `${place} has changed since npm packed it, and was ${kept} before; keep the right one as ` +
        `README.md, and delete the other`,
    );
  }
  renameSync(kept, place);
}
