/**
 * The `slopos` command as the package has it, compiled; bin/slopos.mjs loads it.
 */

import { runProcess } from "./process.ts";

await runProcess();
