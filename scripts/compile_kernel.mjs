/**
 * Compiles the kernel where it is not up to date: the one recipe that `npm run kernel` and the meson
 * build share. It needs Node and its packages only.
 *
 *     node scripts/compile_kernel.mjs [OUTPUT.wasm [DEPFILE]] [--asc-option …]
 *
 * OUTPUT.wasm is builddir/kernel.wasm by default. What it was compiled from is recorded beside it, in
 * OUTPUT.wasm.inputs: as long as those files, the options and the output itself are as they were,
 * nothing is compiled, whoever did it the last time. A kernel that comes out the same is left as it is,
 * with its date. DEPFILE tells ninja the same in make's syntax, with names relative to the current folder;
 * for ninja, an output that is up to date gets a new date.
 *
 * Reads asconfig.json in the folder above. Exit status: 0 up to date, 1 it does not compile, 2 the Node
 * packages are not installed.
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("-"));
const [output = join(root, "builddir/kernel.wasm"), depfile] = words.filter(
  (word) => !word.startsWith("-"),
);
const record = `${output}.inputs`;

/** What decides about the kernel besides its sources; names from the root. */
const RECIPE = [
  "scripts/compile_kernel.mjs",
  "scripts/wasm/data_segments.ts",
  "scripts/wasm/wasm_binary.ts",
  "node_modules/assemblyscript/package.json",
];

/** The content of a file, or null. */
function content(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

const hashOf = (bytes) => bytes && createHash("sha256").update(bytes).digest("hex");

/** The names of the files in the record if all is as it says, or null. */
function recordedInputs() {
  let recorded;
  try {
    recorded = JSON.parse(readFileSync(record, "utf8"));
  } catch {
    return null;
  }
  const asRecorded =
    recorded.output === hashOf(content(output)) &&
    JSON.stringify(recorded.options) === JSON.stringify(options) &&
    Object.entries(recorded.inputs).every(
      ([name, hash]) => hash === hashOf(content(join(root, name))),
    );
  return asRecorded ? Object.keys(recorded.inputs) : null;
}

/** Puts `bytes` in the place of `path`, whole. */
function replace(path, bytes) {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, bytes);
  renameSync(partial, path);
}

/** Ends with `status` after one line. */
function fail(status, message) {
  console.error(`compile_kernel: ${message}`);
  process.exit(status);
}

/** The compiler and what comes after it; both are packages, or need one. */
async function loadTools() {
  try {
    const { tsImport } = await import("tsx/esm/api");
    const { default: asc } = await import("assemblyscript/asc");
    return { asc, ...(await tsImport("./wasm/data_segments.ts", import.meta.url)) };
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    fail(2, "the Node packages are not installed; install them with: npm ci");
  }
}

/** Compiles, replaces what has changed, and answers the names of all files that were read. */
async function compile() {
  const { asc, joinDataSegments } = await loadTools();
  const inputs = Object.fromEntries(
    RECIPE.map((name) => [name, hashOf(content(join(root, name)))]),
  );
  let module = null;
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
    {
      readFile(name, base) {
        const path = resolve(base, name);
        const bytes = content(path);
        if (bytes) inputs[relative(root, path).replaceAll("\\", "/")] = hashOf(bytes);
        return bytes?.toString("utf8") ?? null;
      },
      writeFile(_, bytes) {
        module = bytes;
      },
    },
  );
  process.stderr.write(stderr.toString());
  if (error) fail(1, error.message);

  const bytes = Buffer.from(joinDataSegments(module));
  mkdirSync(dirname(resolve(output)), { recursive: true });
  if (!content(output)?.equals(bytes)) replace(output, bytes);
  replace(record, JSON.stringify({ output: hashOf(bytes), options, inputs }, null, 2));
  return Object.keys(inputs);
}

const known = recordedInputs();
// Whoever waits for a compiler wants to know why; ninja says so itself.
if (!known && !depfile) console.log(`compiling the kernel to ${relative("", output)}`);
const names = known ?? (await compile());
if (depfile) {
  // Relative to the folder that ninja runs in: its syntax for this file cannot write every path that a
  // checkout can have.
  const paths = names.map((name) => relative("", join(root, name)));
  writeFileSync(depfile, `${output}: ${paths.join(" ")}\n`);
  // ninja goes by dates, and asks because the kernel's is older than one of these or it has none yet.
  if (known) utimesSync(output, new Date(), new Date());
}
