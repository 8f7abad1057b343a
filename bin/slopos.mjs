#!/usr/bin/env node
/**
 * The `slopos` command. In a checkout it loads the TypeScript of tools/cli and runs it on the process's
 * streams; in the npm package, which has no sources, it is compiled.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

if (existsSync(join(import.meta.dirname, "../tools/cli/process.ts"))) {
  // tsx would leave in the temporary folder what it has compiled, and make the folder if need be.
  process.env.TSX_DISABLE_CACHE = "1";
  const tsx = await import("tsx/esm/api").catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error("slopos: the Node packages are not installed; run: npm ci && npm run kernel");
    process.exit(2);
  });
  tsx.register();
  const { runProcess } = await import("../tools/cli/process.ts");
  await runProcess();
} else {
  await import("../dist/slopos.js");
}
