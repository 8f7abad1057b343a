/**
 * A PATH on which there is Node and npm, git, a shell and the plainest tools of POSIX systems, and none
 * of what `scripts/setup.sh` installs: no compiler, no meson, no QEMU, no browser. The tests of what
 * Node alone can do run with it, so that they show that it can.
 */

import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";

const FOLDER = join(import.meta.dirname, "../../builddir/node-only");

/** The tools, most of them of GNU's coreutils. */
const TOOLS = (
  "npm npx git sh bash basename b2sum cat chmod cp cut date dirname du echo env expr false head id " +
  "install ln ls md5sum mkdir mktemp mv nproc od paste printf pwd readlink realpath rm rmdir seq " +
  "sha256sum sleep sort stat tail tee test timeout touch tr true uname uniq wc"
).split(" ");

/** Makes the folder of those tools and answers it; the PATH as it is on Windows, which has no links. */
export function nodeOnlyPath(): string {
  const path = process.env["PATH"] ?? "";
  if (process.platform === "win32") return path;
  mkdirSync(FOLDER, { recursive: true });
  link("node", process.execPath);
  for (const tool of TOOLS) {
    // Not where a process that runs with this PATH already would find the links themselves.
    const found = path
      .split(delimiter)
      .filter((folder) => folder !== FOLDER)
      .find((folder) => existsSync(join(folder, tool)));
    if (found) link(tool, join(found, tool));
  }
  return FOLDER;
}

/** Has `tool` in the folder lead to `target`; others may be at it too. */
function link(tool: string, target: string): void {
  const place = join(FOLDER, tool);
  if (existsSync(place) || dirname(target) === FOLDER) return;
  rmSync(place, { force: true });
  try {
    symlinkSync(target, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
