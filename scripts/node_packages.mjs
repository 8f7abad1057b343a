/**
 * Whether a folder's node_modules holds what its package-lock.json pins, whole; scripts/setup.sh asks.
 *
 *     node scripts/node_packages.mjs check FOLDER    exit status 0: it does
 *                                                    1: it does not; prints the first difference
 *                                                    2: it cannot be told; prints what to do first
 *                                                    3: it does, but no record of its files is there
 *     node scripts/node_packages.mjs record FOLDER   notes each file with its size
 *
 * npm notes what it installed, by package and version, in node_modules/.package-lock.json. What has
 * become of the files since then shows in the record, node_modules/.slopos-files.json. Files that are
 * not in the record, such as caches, do not matter.
 */

import { lstatSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [command, folder] = process.argv.slice(2);
const record = join(folder ?? "", "node_modules/.slopos-files.json");

/** Ends with `status` after one line. */
function end(status, message) {
  console.log(message);
  process.exit(status);
}

/** Whether a value read from JSON has properties of its own. */
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The content of a JSON file that git keeps; ends with 2 where it is none. */
function readKept(name) {
  let text;
  try {
    text = readFileSync(join(folder, name), "utf8");
  } catch {
    end(2, `${name} cannot be read; bring it back with: git checkout -- ${name}`);
  }
  const marker = text.split("\n").findIndex((line) => /^(<{7}|={7}|>{7})( |$)/.test(line));
  if (marker >= 0) {
    end(2, `${name} has a merge conflict in line ${marker + 1}; settle the merge first`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    end(2, `${name} is no JSON (${error.message}); compare: git diff -- ${name}`);
  }
}

/** The content of a JSON file that was written here; undefined where it is none, or damaged. */
function readWritten(path) {
  try {
    const content = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The size of a file, or how long the link is; undefined if it is not there. */
function sizeOf(path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found && !found.isDirectory() ? found.size : undefined;
}

/** Calls `use` with the name of each file below `path`, relative to the folder. */
function eachFile(path, use) {
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    const name = `${path}/${entry.name}`;
    if (entry.isDirectory()) eachFile(name, use);
    else use(name);
  }
}

/** How the packages installed differ from those pinned; undefined if they do not. */
function packageDifference(pinned, installed) {
  for (const [path, entry] of Object.entries(pinned)) {
    const there = installed[path];
    if (path === "" || (!there && entry.optional)) continue; // ourselves; other platforms
    if (!there) return `${path} is not installed`;
    if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return `${path} is ${there.version}, and package-lock.json pins ${entry.version}`;
    }
  }
  const extra = Object.keys(installed).find((path) => !(path in pinned));
  return extra && `${extra} is installed, and not in package-lock.json`;
}

/** How the files there differ from those recorded; undefined if they do not. */
function fileDifference(sizes) {
  for (const [path, size] of Object.entries(sizes)) {
    const found = sizeOf(join(folder, path));
    if (found === undefined) return `${path} is missing`;
    if (found !== size) return `${path} has ${found} bytes instead of ${size}`;
  }
  return undefined;
}

function check() {
  readKept("package.json");
  const pinned = readKept("package-lock.json")?.packages;
  if (!isRecord(pinned) || !Object.values(pinned).every(isRecord))
    end(2, "package-lock.json lists no packages; compare: git diff -- package-lock.json");
  const installed = readWritten(join(folder, "node_modules/.package-lock.json"))?.packages;
  if (!isRecord(installed)) end(1, "node_modules is not there, or was not installed to the end");
  const sizes = readWritten(record);
  const difference = packageDifference(pinned, installed) ?? (sizes && fileDifference(sizes));
  if (difference) end(1, difference);
  if (!sizes) end(3, "nothing says which files node_modules should have");
}

function note() {
  const sizes = {};
  eachFile("node_modules", (path) => (sizes[path] = sizeOf(join(folder, path))));
  writeFileSync(record, JSON.stringify(sizes));
}

if (command === "check" && folder) check();
else if (command === "record" && folder) note();
else end(2, "usage: node scripts/node_packages.mjs check|record FOLDER");
