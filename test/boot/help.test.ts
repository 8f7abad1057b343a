/** `--help` of each script is the comment at its head. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, runScript, SCRIPTS } from "./scripts.ts";

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
