/**
 * Translates a kernel to C ahead of time, for the shim that runs it as machine code.
 *
 *     node scripts/translate_module.mjs MODULE.wasm OUTPUT.c
 *
 * wasm2c writes OUTPUT.c and, beside it, OUTPUT.h; what the shim has to know of the module is put to
 * the end of OUTPUT.c. The same module gives the same C. A module that the shim cannot run is refused.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [module, output] = process.argv.slice(2);
if (!output) {
  console.error("usage: node scripts/translate_module.mjs MODULE.wasm OUTPUT.c");
  process.exit(2);
}

function fail(message) {
  rmSync(output, { force: true });
  console.error(`translate_module: ${module}: ${message}`);
  process.exit(1);
}

const { completeTranslation, TRANSLATION_NAME, TranslationError } = await tsImport(
  "./wasm/translated_module.ts",
  import.meta.url,
);

const header = readFileSync(join(root, "shim/aot/aot_imports.h"), "utf8");
const known = new Set([...header.matchAll(/ Z_shimZ_(\w+)\(/g)].map(([, name]) => name));

const { status, signal, stderr, error } = spawnSync(
  "wasm2c",
  [module, "-n", TRANSLATION_NAME, "-o", output],
  { encoding: "utf8" },
);
if (status !== 0) fail(error?.message ?? (stderr.trim() || `wasm2c ended with ${signal}`));
try {
  const translated = readFileSync(output, "utf8");
  writeFileSync(output, completeTranslation(readFileSync(module), translated, known));
} catch (problem) {
  if (!(problem instanceof TranslationError)) throw problem;
  fail(problem.message);
}
