/**
 * One npm at a time packs a checkout: a second one would take dist/ and README.md from under the first.
 * The lock is a file that names npm's process, and holds as long as that lives; who is killed leaves one
 * that the next takes over.
 */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Git ignores it, and npm does not pack it. */
const NAME = ".pack-lock";

/** True if there is a process with this id. */
export function lives(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * The id of the npm that runs this process as a script of package.json: its parent, or its parent's
 * where a shell stands between. Linux can tell; the shells of other systems give their place to the one
 * command that they start.
 */
export function npmProcess() {
  const { ppid } = process;
  try {
    if (/npm/.test(readFileSync(`/proc/${ppid}/cmdline`, "utf8"))) return ppid;
    const [, above] = /\) \S (\d+)/.exec(readFileSync(`/proc/${ppid}/stat`, "utf8"));
    return Number(above);
  } catch {
    return ppid;
  }
}

/** Takes the lock of the checkout at `root` for process `npm`; throws if another holds it. */
export function takeLock(root, npm) {
  const path = join(root, NAME);
  try {
    writeFileSync(path, `${npm}\n`, { flag: "wx" });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const holder = Number(readFileSync(path, "utf8"));
    if (holder && holder !== npm && lives(holder)) {
      throw new Error(
        `another npm pack, process ${holder}, is at work in ${root}; try again later`,
      );
    }
    writeFileSync(path, `${npm}\n`);
  }
}

/** Gives the lock back. */
export function freeLock(root) {
  rmSync(join(root, NAME), { force: true });
}
