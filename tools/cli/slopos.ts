#!/usr/bin/env node
/**
 * The `slopos` command of the package; that of a checkout is bin/slopos.mjs.
 */

import { runProcess } from "./process.ts";

await runProcess();
