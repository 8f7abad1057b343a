/**
 * scripts/compile_kernel.mjs compiles when, and only when, the kernel would come out another: on a
 * checkout of its own whose kernel is one function.
 */

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const COMPILES = /^compiling the kernel to builddir.kernel\.wasm\n$/;

/** A date that nothing here has by itself, seconds since 1970. */
const LONG_AGO = 1_000_000_000;

let root = "";
let kernel = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slopos-compile-"));
  kernel = join(root, "builddir/kernel.wasm");
  cpSync(join(ROOT, "scripts"), join(root, "scripts"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(root, "package.json"));
  mkdirSync(join(root, "src"));
  writeFileSync(
    join(root, "asconfig.json"),
    JSON.stringify({ entries: ["src/a.ts"], options: { runtime: "stub" } }),
  );
  source("a", 'import { two } from "./two";\nexport function answer(): i32 { return 40 + two(); }');
  source("two", "export function two(): i32 { return 2; }");
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "junction");
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function source(name: string, text: string): void {
  writeFileSync(join(root, `src/${name}.ts`), text);
}

function compile(...args: string[]) {
  const script = join(root, "scripts/compile_kernel.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Compiles, and sets the kernel's date back, so that a new date tells who wrote it. */
function compileLongAgo(): void {
  expect(compile()).toEqual({
    status: 0,
    stdout: expect.stringMatching(COMPILES) as string,
    stderr: "",
  });
  utimesSync(kernel, LONG_AGO, LONG_AGO);
}

const isAsOld = () => statSync(kernel).mtimeMs === LONG_AGO * 1000;

function answer(): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(kernel)));
  return (exports.answer as () => number)();
}

describe("the kernel is compiled", () => {
  test("once, and leaves nothing but itself and its record", () => {
    compileLongAgo();
    expect(answer()).toBe(42);
    expect(compile()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(isAsOld()).toBe(true);
    expect(readdirSync(join(root, "builddir")).sort()).toEqual([
      "kernel.wasm",
      "kernel.wasm.inputs",
    ]);
  });

  test.each<[string, () => void]>([
    ["a source", () => source("two", "export function two(): i32 { return 3; }")],
    ["the configuration", () => source("b", "export function answer(): i32 { return 43; }")],
    ["the kernel", () => writeFileSync(kernel, "no kernel")],
  ])("again after a change of %s", (what, change) => {
    compileLongAgo();
    change();
    if (what === "the configuration") {
      const text = readFileSync(join(root, "asconfig.json"), "utf8");
      writeFileSync(join(root, "asconfig.json"), text.replace("src/a.ts", "src/b.ts"));
    }
    expect(compile().stdout).toMatch(COMPILES);
    expect(answer()).toBe(what === "the kernel" ? 42 : 43);
  });

  test("again with other options, and where the kernel or its record is gone", () => {
    compileLongAgo();
    expect(compile("-O3").stdout).toMatch(COMPILES);
    expect(compile("-O3").stdout).toBe("");
    for (const name of [kernel, `${kernel}.inputs`]) {
      rmSync(name);
      expect(compile("-O3").stdout).toMatch(COMPILES);
      expect(answer()).toBe(42);
    }
  });

  test("but keeps its date where it comes out the same", () => {
    compileLongAgo();
    source("two", "// Two.\nexport function two(): i32 { return 2; }");
    expect(compile().stdout).toMatch(COMPILES);
    expect(isAsOld()).toBe(true);
    expect(compile().stdout).toBe("");
  });

  test("for ninja as well, which is told what it was made of, compiled or not", () => {
    compileLongAgo();
    for (let run = 0; run < 2; ++run) {
      const depfile = join(root, "kernel.d");
      expect(compile("builddir/kernel.wasm", depfile)).toEqual({
        status: 0,
        stdout: "",
        stderr: "",
      });
      const [target, names = ""] = readFileSync(depfile, "utf8").trim().split(": ");
      expect(target).toBe("builddir/kernel.wasm");
      expect(names.split(" ").map((name) => name.replaceAll("\\", "/"))).toEqual(
        expect.arrayContaining(["asconfig.json", "src/a.ts", "src/two.ts"]),
      );
      // What is up to date gets a date that satisfies ninja.
      expect(isAsOld()).toBe(run === 1);
      utimesSync(kernel, LONG_AGO, LONG_AGO);
      rmSync(`${kernel}.inputs`);
    }
  });
});

describe("nothing is made", () => {
  test("of a kernel that does not compile", () => {
    compileLongAgo();
    const before = readFileSync(kernel);
    source("two", "export function two(): i32 { return nothing; }");
    const { status, stderr } = compile();
    expect(stderr).toContain("Cannot find name 'nothing'");
    expect(status).toBe(1);
    expect(readFileSync(kernel)).toEqual(before);
    expect(compile().status).toBe(1);
  });

  test("without the Node packages, and what to run is said", () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    expect(compile()).toMatchObject({
      status: 2,
      stderr: "compile_kernel: the Node packages are not installed; install them with: npm ci\n",
    });
    expect(existsSync(kernel)).toBe(false);
  });
});
