/**
 * Compiles the kernel and records what it was compiled from, so that ninja rebuilds it when any of
 * those files changes and only then.
 *
 *     node scripts/compile_kernel.mjs OUTPUT.wasm DEPFILE [asc option …]
 *
 * Reads asconfig.json in the folder above. The dependency file has make's syntax, with names relative
 * to the current folder.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { tsImport } from "tsx/esm/api";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [output, depfile, ...options] = process.argv.slice(2);
if (!depfile) {
  console.error("usage: node scripts/compile_kernel.mjs OUTPUT.wasm DEPFILE [asc option …]");
  process.exit(2);
}

const sources = new Set();

/** Where the compiler reads: notes every file that is there. */
function readFile(name, base) {
  const path = resolve(base, name);
  try {
    const text = readFileSync(path, "utf8");
    sources.add(path);
    return text;
  } catch {
    return null;
  }
}

const { error, stderr } = await asc.main(
  [
    "--config",
    "asconfig.json",
    "--baseDir",
    root,
    "--outFile",
    relative(root, resolve(output)),
    ...options,
  ],
  { readFile },
);
process.stderr.write(stderr.toString());
if (error) {
  console.error(`compile_kernel: ${error.message}`);
  process.exit(1);
}

const { joinDataSegments } = await tsImport("./wasm/data_segments.ts", import.meta.url);
writeFileSync(output, joinDataSegments(readFileSync(output)));

// Relative to the folder that ninja runs in: its syntax for this file cannot write every path that a
// checkout can have.
const names = [...sources].map((path) => relative("", path));
writeFileSync(depfile, `${output}: ${names.join(" ")}\n`);
