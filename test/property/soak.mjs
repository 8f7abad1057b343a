/**
 * Runs the property tests over and over with new seeds, until the time is up or one fails.
 *
 *     npm run test:soak -- --minutes 30
 *     npm run test:soak -- --minutes 30 --seed 1234
 *
 *   --minutes N   begin no further round after this time; the default is 10
 *   --seed S      seed of the first round, the next one's is one higher; random by default
 *
 * Needs a built kernel, which the npm script sees to. Each round says its seed; a failure is shown
 * with the command that repeats it.
 *
 * exit status: 0 no round failed, 1 one did, 2 wrong arguments
 */

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Seeds are below: test/support/seeds.ts takes nine digits. */
const SEEDS = 1_000_000_000;

/** The comment at the head of this file, without its stars. */
function help() {
  const [head] = readFileSync(fileURLToPath(import.meta.url), "utf8").split(" */\n");
  return head.replace(/^\/\*\*\n/, "").replaceAll(/^ \* ?/gm, "");
}

function usageError(what) {
  console.error(`soak: error: ${what} (see node test/property/soak.mjs --help)`);
  process.exit(2);
}

const options = { "--minutes": 10, "--seed": randomInt(1, SEEDS) };
const given = process.argv.slice(2);
while (given.length > 0) {
  const [name, value] = given.splice(0, 2);
  if (name === "--help" || name === "-h") {
    process.stdout.write(help());
    process.exit(0);
  }
  if (!(name in options)) usageError(`unknown argument '${name}'`);
  if (value === undefined) usageError(`${name} needs a value`);
  if (!/^[1-9][0-9]{0,8}$/.test(value)) {
    usageError(`${name} must be a whole number from 1 to 999999999, not '${value}'`);
  }
  options[name] = Number(value);
}

const vitest = join(root, "node_modules/vitest/vitest.mjs");
const begin = performance.now();
const minutes = () => (performance.now() - begin) / 60_000;

/** The tests that are running. */
let child;
for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => {
    child?.kill();
    process.exit(status);
  });
}

/** Runs the property tests once; resolves to true if they pass, and shows what they said if not. */
function round(seed) {
  child = spawn("node", [vitest, "run", "--project", "property"], {
    cwd: root,
    env: { ...process.env, SLOPOS_SEED: `${seed}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  return new Promise((done) => {
    child.on("close", (status) => {
      if (status !== 0) process.stderr.write(output);
      done(status === 0);
    });
  });
}

let rounds = 0;
for (let seed = options["--seed"]; minutes() < options["--minutes"]; ++rounds) {
  console.log(`soak: round ${rounds + 1}, seed ${seed}, after ${minutes().toFixed(1)} minutes`);
  if (!(await round(seed))) {
    console.error("soak: a round failed; what repeats it:");
    console.error(`    SLOPOS_SEED=${seed} npm run test:property`);
    process.exit(1);
  }
  seed = (seed % (SEEDS - 1)) + 1;
}
console.log(`soak: ${rounds} rounds passed in ${minutes().toFixed(1)} minutes`);
