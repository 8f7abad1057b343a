/**
 * What `npm pack` does in a checkout when it has packed, as package.json's `postpack`: the checkout's
 * README.md gets its place back, and the next may pack.
 */

import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { freeLock } from "./pack_lock.mjs";
import { putReadmeBack } from "./readme.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
try {
  putReadmeBack(root);
  freeLock(root);
} catch (error) {
  console.error(`slopos: npm pack: ${error.message}`);
  process.exit(1);
}
