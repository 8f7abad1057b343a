/**
 * A second WASI host as the oracle: under Node's own WASI a program that does what programs do says the
 * same and exits with the same status as on the kernel.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileProgram } from "../../tools/program/compile.ts";
import { compileC } from "../support/c_programs.ts";
import { runOther } from "../support/other_run.ts";
import { folderPrograms, NPM_PROGRAMS, type OtherProgram } from "../support/other_programs.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HOST = join(ROOT, "test/support/node_host.mjs");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slopos-node-wasi-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs it under Node's WASI, with its files copied to a new folder that is its root. */
function runUnderNode(program: OtherProgram) {
  const root = mkdtempSync(join(folder, "root-"));
  mkdirSync(join(root, "tmp"));
  const preopens: Record<string, string> = {};
  for (const text of [...(program.directories ?? []), ...(program.files ?? [])]) {
    const [host = "", guest = ""] = text.split("=");
    const target = join(root, guest);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(host, target, { recursive: true });
    // As on the kernel, a directory with a name is open by that name.
    if (program.directories?.includes(text)) preopens[guest] = target;
  }
  if (!program.closed) preopens["/"] = root;
  const request = {
    module: program.file,
    args: [basename(program.file), ...(program.args ?? [])],
    env: program.env ?? {},
    preopens,
  };
  const input = program.input === undefined ? "/dev/null" : program.input;
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", 'exec node --no-warnings "$1" "$2" <"$3"', "sh", HOST, JSON.stringify(request), input],
    { maxBuffer: 1 << 26 },
  );
  return { status, stdout, stderr: stderr.toString() };
}

async function compare(program: OtherProgram): Promise<string> {
  const node = runUnderNode(program);
  const kernel = await runOther(program);
  expect(kernel.stdout.toString("latin1"), node.stderr).toBe(node.stdout.toString("latin1"));
  expect(kernel.status).toBe(node.status);
  return kernel.stdout.toString();
}

/** The first lines of a text whose lines are in no order. */
const SCRAMBLED = Array.from({ length: 500 }, (_, line) => `${(line * 7919) % 500} of 500`);

describe("the kernel and Node's WASI agree on", () => {
  test("the examples in C", async () => {
    const text = join(folder, "lines");
    writeFileSync(text, SCRAMBLED.join("\n"));
    const [hello, sort, files] = ["hello", "sort", "files"].map((name) => compileC(name, folder));
    const made = { toolchain: "C" };
    const asked = { ...made, name: "hello", args: ["one", "a b"], env: { LANG: "C" } };
    // The time is not the same; the rest is.
    const [kernel, node] = [
      (await runOther({ ...asked, file: hello! })).stdout.toString(),
      runUnderNode({ ...asked, file: hello! }).stdout.toString(),
    ].map((said) => said.replace(/It is \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./, "It is now."));
    expect(kernel).toBe(node);
    expect(kernel).toContain("argument 2: a b\nLANG is C\nIt is now.\n");

    const sorted = await compare({ ...made, name: "sort", file: sort!, input: text });
    expect(sorted.trimEnd().split("\n")).toEqual([...SCRAMBLED].sort());
    await compare({ ...made, name: "sort", file: sort!, args: ["no such file"] });
    const listed = await compare({ ...made, name: "files", file: files! });
    expect(listed).toMatch(/epic \d+\n/);
  });

  test("the picture in TypeScript", async () => {
    const file = join(folder, "picture.wasm");
    writeFileSync(file, await compileProgram(join(ROOT, "programs/picture.ts")));
    const said = await compare({ name: "picture", toolchain: "AssemblyScript", file });
    expect(said.length).toBeGreaterThan(1_000);
  });

  // What says how long it took, or what Node refuses, cannot be compared.
  const ordinary = [...NPM_PROGRAMS, ...folderPrograms()].filter(
    ({ name, refused, says, closed }) =>
      !refused &&
      !closed &&
      !/brotli|mal$|wasmerboy|simple|STREAM|CoreMark|mapdir/.test(name) &&
      says !== "",
  );
  test.each(ordinary.map((program) => [program.name, program] as const))(
    "%s",
    async (_, program) => {
      await compare(program);
    },
  );
});
