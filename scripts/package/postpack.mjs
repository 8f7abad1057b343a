/**
 * What `npm pack` does in a checkout when it has packed, as package.json's `postpack`: the checkout's
 * README.md gets its place back.
 */

import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { putReadmeBack } from "./readme.mjs";

try {
  putReadmeBack(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
} catch (error) {
  console.error(`slopos: npm pack: ${error.message}`);
  process.exit(1);
}
