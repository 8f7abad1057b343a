/**
 * Makes the modules that a boot loader hands to the kernel beside its own: a program and its files.
 *
 *     node scripts/pack_program.mjs FOLDER --program FILE [--argument A]… [--env NAME=VALUE]…
 *         [--file HOST=GUEST]… [--directory DIR[=GUEST]]… [--input FILE|console]
 *
 * Writes them to FOLDER and prints a line for each: its name there, a space, its command line. Ends
 * with 2, after a word why, if the program cannot run or something is missing. Used by build_iso.sh.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { tsImport } from "tsx/esm/api";

const { bootModules } = await tsImport("../tools/program/boot_modules.ts", import.meta.url);

const [folder, ...words] = process.argv.slice(2);
const given = { program: [], argument: [], env: [], file: [], directory: [], input: [] };
for (let at = 0; at < words.length; at += 2) {
  const list = given[words[at].replace(/^--/, "")];
  if (!list || words[at + 1] === undefined) {
    console.error(`pack_program: unknown argument or no value: ${words[at]}`);
    process.exit(2);
  }
  list.push(words[at + 1]);
}

try {
  const modules = await bootModules({
    program: given.program.at(-1),
    arguments: given.argument,
    environment: given.env,
    files: given.file,
    directories: given.directory,
    input: given.input.at(-1) ?? "",
  });
  for (const [index, { bytes, cmdline }] of modules.entries()) {
    const name = `program${index}.bin`;
    writeFileSync(join(folder, name), bytes);
    console.log(`${name} ${cmdline}`);
  }
} catch (error) {
  if (error.name !== "ProgramError") throw error;
  console.error(`pack_program: ${error.message}`);
  process.exit(2);
}
