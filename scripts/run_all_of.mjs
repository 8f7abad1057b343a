/**
 * Runs groups of tests that do only a part of their work unless an environment variable asks for all
 * of it, with those variables set; npm scripts cannot set any in a way that every system understands.
 *
 *     node scripts/run_all_of.mjs GROUP…
 *
 * GROUP is `worlds` or `matrix`. The exit status is vitest's.
 */

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const groups = process.argv.slice(2).flatMap((group) => ["--project", group]);
const { status } = spawnSync(
  process.execPath,
  [join(root, "node_modules/vitest/vitest.mjs"), "run", ...groups],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, SLOPOS_WORLDS: "full", SLOPOS_MATRIX: "full" },
  },
);
process.exitCode = status ?? 1;
