/** `--help` of each script is the comment at its head. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, runScript } from "./scripts.ts";

/** The scripts that are called; others are read by these. */
const SCRIPTS = readdirSync(join(ROOT, "scripts"))
  .filter((file) => file.endsWith(".sh"))
  .filter((file) => readFileSync(join(ROOT, "scripts", file), "utf8").startsWith("#!"))
  .map((file) => file.slice(0, -".sh".length));

it.each(SCRIPTS)("scripts/%s.sh --help prints the comment at its head", async (name) => {
  const lines = readFileSync(join(ROOT, "scripts", `${name}.sh`), "utf8")
    .split("\n")
    .slice(1);
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("#")),
  );
  const help = comment.map((line) => `${line.slice(2)}\n`).join("");
  expect(await runScript(name, ["--help"])).toEqual({ status: 0, stdout: help, stderr: "" });
});
