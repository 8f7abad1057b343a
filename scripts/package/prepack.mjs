/**
 * What `npm pack` does in a checkout before it packs, as package.json's `prepack`: compiles the kernel
 * where it is not up to date, makes the package's folder dist/, and lends the package's README.md the
 * place of the checkout's, which `postpack` takes back. `npm ci` is all that it needs.
 *
 * Everything is said on standard error: standard output is npm's, for `npm pack --json`. The README.md
 * comes last, so that a build that fails or is interrupted leaves the checkout's where it is.
 */

import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { freeLock, lives, npmProcess, takeLock } from "./pack_lock.mjs";
import { putPackageReadme, putReadmeBack } from "./readme.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const npm = npmProcess();

function fail(status, message) {
  console.error(`slopos: npm pack: ${message}`);
  process.exit(status);
}

/** Does `act`, which writes to the checkout. */
function writing(act) {
  try {
    act();
  } catch (error) {
    fail(1, error.code ? `cannot write to the checkout: ${error.message}` : error.message);
  }
}

/** Ends if npm will not be able to write the package: it would never come to `postpack`. */
function checkDestination() {
  const {
    npm_config_dry_run: dry,
    npm_config_pack_destination: folder,
    INIT_CWD: from,
  } = process.env;
  if (dry === "true" || !folder) return;
  const path = resolve(from ?? root, folder);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) fail(1, `no folder ${path}`);
}

/** Runs a script of ours, or ends with its status. */
function runScript(path) {
  const { status } = spawnSync(process.execPath, [join(root, path)], {
    env: { ...process.env, TSX_DISABLE_CACHE: "1" },
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

writing(() => takeLock(root, npm));
// `postpack` gives it back, and is not come to where this script fails.
process.once("exit", (status) => {
  if (status !== 0) freeLock(root);
});
writing(() => putReadmeBack(root));
checkDestination();
runScript("scripts/compile_kernel.mjs");
runScript("scripts/make_package.mjs");
// Where npm has ended before its time, nobody would take the place back.
if (!lives(npm)) fail(1, "npm has ended");
writing(() => putPackageReadme(root));
