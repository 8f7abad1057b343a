/**
 * The npm package: packed in a checkout, and installed into an empty folder without a network, by a user
 * who has Node and npm and nothing else.
 */

import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moduleBytes } from "../../tools/judge/source.ts";
import { compileProgram } from "../../tools/program/compile.ts";
import { withSources } from "../boot/checkout.ts";
import { blocks, links, page, ROOT } from "../support/markdown.ts";
import { get, run, startServer } from "./commands.ts";

const MOST_BYTES = 1_000_000;

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  version: string;
};
const TARBALL = `slopos-wasm-${version}.tgz`;
const KERNEL = readFileSync(join(ROOT, "builddir/kernel.wasm"));

/** What takes long to build and is tried elsewhere. */
const BUILT = ["builddir/kernel.wasm", "builddir/kernel.wasm.inputs", "builddir/judge"];

let folder = "";
let installed = "";

/** What npm says of the files that it has packed. */
let packed: readonly string[] = [];

/** Packs a checkout into `folder`. */
async function pack(): Promise<void> {
  await withSources("slopos, a checkout", (root) => {
    for (const name of BUILT.filter((name) => existsSync(join(ROOT, name)))) {
      cpSync(join(ROOT, name), join(root, name), { recursive: true });
    }
    const made = run(`npm pack --json --pack-destination "${folder}"`, root);
    expect(made, made.out + made.err).toMatchObject({ status: 0 });
    const [list] = JSON.parse(made.out) as [{ files: { path: string }[] }];
    packed = list.files.map(({ path }) => path);
    expect(readFileSync(join(root, "README.md"))).toEqual(readFileSync(join(ROOT, "README.md")));
    return Promise.resolve();
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slopos package, "));
  await pack();
  installed = join(folder, "node_modules/slopos-wasm");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  // An empty cache, as on a machine that has never installed anything.
  const cache = join(folder, "cache");
  const done = run(`npm install --offline --cache "${cache}" ./${TARBALL}`, folder);
  expect(done, done.out + done.err).toMatchObject({ status: 0 });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The files of the package, with `/` between folders. */
function files(): string[] {
  return readdirSync(installed, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(installed, name)).isFile())
    .map((name) => name.replaceAll("\\", "/"));
}

const manifest = () =>
  JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, unknown>;

describe("the package", () => {
  test("holds what belongs there and no more", () => {
    expect(packed.toSorted()).toEqual(files().toSorted());
    expect([...new Set(packed.map((path) => path.replace(/\/.*/, "")))].sort()).toEqual([
      ...["LICENSE", "README.md", "bin", "dist", "package.json"],
    ]);
    const [bin, dist] = ["bin", "dist"].map((name) => readdirSync(join(installed, name)));
    expect(bin).toEqual(["slopos.mjs"]);
    expect(dist?.filter((name) => !name.endsWith(".js")).sort()).toEqual([
      ...["THIRD-PARTY.txt", "docs", "explorer", "judge", "kernel.wasm", "kernel.wasm.sha256"],
      ...["memmaps", "types"],
    ]);
    const pages = packed.filter((path) => path.endsWith(".md"));
    expect(pages.toSorted()).toEqual(["README.md", "dist/docs/judge.md", "dist/docs/library.md"]);
    for (const path of pages) {
      const missing = links(readFileSync(join(installed, path), "utf8"))
        .map(({ target }) => join(installed, path, "..", target))
        .filter((target) => !existsSync(target));
      expect(missing).toEqual([]);
    }
    const readme = readFileSync(join(installed, "README.md"), "utf8");
    expect(readme).toBe(readFileSync(join(ROOT, "library/README.md"), "utf8"));
    expect(readme).toMatch(/^# slopos-wasm\n/);
    expect(readme).not.toMatch(/npm (?:ci|run)\b/);
  });

  test("is small, private, and needs no other", () => {
    expect(statSync(join(folder, TARBALL)).size).toBeLessThan(MOST_BYTES);
    expect(manifest()).toMatchObject({ name: "slopos-wasm", version, private: true });
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      expect(manifest()).not.toHaveProperty(kind);
    }
    // What npm would run where the package is installed.
    for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
      expect(manifest()["scripts"]).not.toHaveProperty(script);
    }
    expect(readdirSync(join(folder, "node_modules")).filter((name) => !/^\./.test(name))).toEqual([
      "slopos-wasm",
    ]);
  });

  test("carries the kernel that was built, with its hash", () => {
    expect(readFileSync(join(installed, "dist/kernel.wasm"))).toEqual(KERNEL);
    const hash = createHash("sha256").update(KERNEL).digest("hex");
    const noted = readFileSync(join(installed, "dist/kernel.wasm.sha256"), "utf8");
    expect(noted).toBe(`${hash}  kernel.wasm\n`);
  });

  test("carries the recorded maps, the page, its pages to read and its licences", () => {
    const names = files();
    const maps = readdirSync(join(ROOT, "test/memmaps")).map((name) => `dist/memmaps/${name}`);
    expect(names).toEqual(
      expect.arrayContaining([
        ...maps,
        "dist/explorer/index.html",
        "dist/explorer/kernel.wasm",
        "dist/types/library/index.d.ts",
        ...["README.md", "LICENSE", "dist/THIRD-PARTY.txt"],
      ]),
    );
    const sources = names.filter((name) =>
      /^(?!dist\/judge\/).*((?<!\.d)\.tsx?|\.map)$/.test(name),
    );
    expect(sources).toEqual([]);
  });

  test("has nothing of a checkout in its code", () => {
    const code = files()
      .filter((name) => /^dist\/[^/]+\.js$/.test(name))
      .map((name) => readFileSync(join(installed, name), "utf8"))
      .join("\n");
    const foreign = /new URL\("[^"]*(?:builddir|test)\/|^import [^;]*from "(?!node:|\.\/)[^"]*"/gm;
    expect(code.match(foreign)).toBeNull();
    expect(code.match(/^import [^;]*from "\.\/[^"]*"/gm)).not.toBeNull();
  });
});

test("npx runs the package where it is not installed, as the README says", () => {
  const [line = ""] = /^npx .*\.tgz .*?(?= +#)/m.exec(page("README.md")) ?? [];
  const empty = join(folder, "empty");
  mkdirSync(empty);
  copyFileSync(join(folder, TARBALL), join(empty, TARBALL));
  copyFileSync(join(ROOT, "test/cli/fixtures/slopos-limine-512m.txt"), join(empty, "boot.log"));
  const npx = `npx --yes --offline --cache "${join(folder, "npx")}"`;
  const here = run(line.replace("npx", npx), empty);
  expect(here).toEqual(run(`node "${join(ROOT, "bin/slopos.mjs")}" plan boot.log`, empty));
  expect(here).toMatchObject({ status: 0, err: "" });
});

describe("npx slopos", () => {
  test.each([
    ["plan --size 64M", "largest"],
    ["plan --machine dell-r7625-768g-8node --json", '"managed_runs"'],
    ["trace --size 64M --random 1000 --seed 7", "operations"],
  ])("%s says the same as in the checkout", (words, expected) => {
    const here = run(`npx --no-install slopos ${words}`, folder);
    const there = run(`node bin/slopos.mjs ${words}`, ROOT);
    expect(here).toEqual(there);
    expect(here).toMatchObject({ status: 0, err: "" });
    expect(here.out).toContain(expected);
  });

  test("run runs a program, and says what compiles one", async () => {
    const source = join(ROOT, "programs/hello.ts");
    writeFileSync(join(folder, "hello.wasm"), await compileProgram(source));
    const { status, out, err } = run("npx --no-install slopos run hello.wasm one two", folder);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("argument 2: two");
    copyFileSync(source, join(folder, "hello.ts"));
    const refused = run("npx --no-install slopos run hello.ts", folder);
    expect(refused.err.replaceAll(/\s+/g, " ")).toContain(
      "npm install assemblyscript @assemblyscript/wasi-shim",
    );
    expect(refused.status).toBe(2);
  });

  test("judge judges an allocator, and hands out one to start from", () => {
    const module = new Uint8Array(
      moduleBytes(join(ROOT, "tools/judge/templates/first_fit_entry.ts")),
    );
    writeFileSync(join(folder, "right.wasm"), module);
    const { status, out, err } = run("npx --no-install slopos judge right.wasm", folder);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("right");
    expect(run("npx --no-install slopos judge --new c mine.c", folder)).toMatchObject({
      status: 0,
    });
    expect(readFileSync(join(folder, "mine.c"))).toEqual(
      readFileSync(join(ROOT, "tools/judge/templates/first_fit.c")),
    );
    for (const help of [
      run("npx --no-install slopos judge --help", folder),
      run("node bin/slopos.mjs judge --help", ROOT),
    ]) {
      const named = [...help.out.matchAll(/^ {2}(\S.*(?:allocator\.h|judge\.md))$/gm)];
      expect(named.map(([, path]) => existsSync(path!))).toEqual([true, true]);
    }
    const refused = run("npx --no-install slopos judge mine.c", folder);
    expect(refused.err).toContain("clang");
    expect(refused.status).toBe(2);
  });

  test("explore serves the page", async () => {
    const { address } = await startServer("npx --no-install slopos explore", folder);
    const index = await get(address);
    expect(index).toMatchObject({ status: 200, type: "text/html; charset=utf-8" });
    const [, script = ""] = /<script [^>]*src="\.\/([^"]+)"/.exec(index.bytes.toString()) ?? [];
    expect(await get(address + script)).toMatchObject({ status: 200, type: "text/javascript" });
    const kernel = await get(`${address}kernel.wasm`);
    expect(kernel).toMatchObject({ status: 200, type: "application/wasm" });
    expect(kernel.bytes).toEqual(KERNEL);
    for (const path of ["..%2fpackage.json", "%2e%2e/package.json", "none", "%"]) {
      expect((await get(address + path)).status, path).toBe(404);
    }
  });
});

describe("the library", () => {
  const EXAMPLES = blocks(page("docs/library.md"), "js");
  const OUTPUTS = blocks(page("docs/library.md"), "text");

  test("has three examples, the last of them for a page", () => {
    expect(EXAMPLES).toHaveLength(3);
    expect(OUTPUTS).toHaveLength(2);
    expect(EXAMPLES[2]).toContain("postMessage");
  });

  test.each([...OUTPUTS.keys()])("example %i prints what its page says", (index) => {
    writeFileSync(join(folder, `example${index}.js`), EXAMPLES[index]!);
    const { status, out, err } = run(`node example${index}.js`, folder);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toBe(OUTPUTS[index]);
  });

  test("works in a worker of Node as in the main thread", () => {
    writeFileSync(join(folder, "worker.js"), EXAMPLES[1]!);
    writeFileSync(
      join(folder, "main.js"),
      'import { Worker } from "node:worker_threads";\nnew Worker(new URL("worker.js", import.meta.url));\n',
    );
    expect(run("node main.js", folder)).toEqual({ status: 0, out: OUTPUTS[1], err: "" });
  });

  test("has types, which a program can rely on", () => {
    const source = join(folder, "typed.ts");
    const program = (lines: string) => {
      writeFileSync(source, `import { bootKernel, syntheticMap } from "slopos-wasm";\n${lines}`);
      const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2023,
        lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
        types: [],
      };
      return ts
        .getPreEmitDiagnostics(ts.createProgram([source], options))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    };
    const boot = 'const kernel = await bootKernel(syntheticMap("64M"));\n';
    expect(
      program(`${boot}const address: bigint | null = kernel.allocate(3, { zero: true });
        export const free: number = kernel.stats().free;
        export const base: bigint | undefined = kernel.runs()[0]?.base;
        if (address !== null) kernel.free(address, 3);`),
    ).toEqual([]);
    const problems = program(`${boot}const address: bigint = kernel.allocate();\n`);
    expect(problems).toEqual([expect.stringContaining("'bigint | null' is not assignable")]);
  });
});
