/** `slopos run`: the programs that come with the project, and how every end shows outside. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../tools/cli/main.ts";
import { compileProgram } from "../../tools/program/compile.ts";
import { assemble } from "../support/wat.ts";

const PROGRAMS = fileURLToPath(new URL("../../programs/", import.meta.url));

let folder = "";
let talker = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slopos-run-"));
  talker = join(folder, "talker.wasm");
  writeFileSync(talker, await compileProgram(`${PROGRAMS}hello.ts`));
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs `slopos run` with `words`; what `typed` is comes in on standard input. */
async function run(words: readonly string[], typed = "") {
  let out = "";
  let err = "";
  const input = new TextEncoder().encode(typed);
  let read = 0;
  const status = await main(["run", ...words], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    input: () => Promise.resolve(""),
    readByte: () => input[read++] ?? -2,
    colours: false,
  });
  return { status, out, err };
}

/** A program with `body`, written to a file. */
function program(body: string): string {
  const path = join(folder, "program.wasm");
  writeFileSync(
    path,
    assemble(`(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (func (export "_start") ${body}))`),
  );
  return path;
}

describe("the program's words", () => {
  /** FILE stands for a program that says its arguments. */
  const said = async (...words: string[]) => {
    const { out } = await run(words.map((word) => (word === "FILE" ? talker : word)));
    return [...out.matchAll(/^argument \d+: (.*)$/gm)].map(([, word]) => word);
  };

  it.each([
    [
      ["FILE", "one", "two"],
      ["one", "two"],
    ],
    [
      ["FILE", "--", "one", "two"],
      ["one", "two"],
    ],
    [
      ["FILE", "--memory", "64M", "--", "--log", "--", "-e"],
      ["--log", "--", "-e"],
    ],
    [
      ["--memory=64M", "FILE", "--env=A=1", "-e", "--log"],
      ["-e", "--log"],
    ],
    [
      ["--memory", "64M", "--", "FILE", "--", "--", "--help"],
      ["--", "--help"],
    ],
    [["FILE"], []],
  ])("of %j are %j", async (words, expected) => {
    expect(await said(...words)).toEqual(expected);
  });

  it("do not hide that there is no program, or an unknown option", async () => {
    expect(await run(["--memory", "64M"])).toMatchObject({ status: 2, out: "" });
    expect(await run(["--nosuch", talker])).toMatchObject({ status: 2, out: "" });
    expect((await run(["--help"])).out).toMatch(/^Usage: slopos run /);
  });
});

describe("programs in TypeScript", () => {
  it("say what they were told, and nothing else is on standard output", async () => {
    const { status, out, err } = await run([
      "--env",
      "A=b c",
      `${PROGRAMS}hello.ts`,
      "one",
      "--log",
    ]);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(out).toMatch(
      /^Hello from TypeScript, .* I am hello\.ts\.\nargument 1: one\nargument 2: --log\nA is b c\nIt is 20\d\d-\d\d-\d\dT[\d:.]+Z\.\n$/,
    );
  });

  it("take all memory, and find it zero", async () => {
    const { status, out, err } = await run(["--memory", "128M", "--log", `${PROGRAMS}memory.ts`]);
    expect(status).toBe(0);
    const pages = Number(/got (\d+) more/.exec(out)![1]);
    expect(pages / 16).toBeGreaterThan(108);
    expect(out).toMatch(
      /memory\.grow answered -1\.\nWords that were not zero: 0\. Pages that lost what was written: 0\.\n$/,
    );
    expect(err).toMatch(/ program: started: name=memory\.ts /);
    expect(err).toMatch(/ program: ended: status=0 memory_bytes=\d+ .* how=exited$/m);
    expect(err).toMatch(/ mm: totals match: managed=\d+ free=\d+ allocated=\d+\n$/);
  });

  it("draw", async () => {
    const { status, out } = await run([`${PROGRAMS}picture.ts`, "20", "5"]);
    expect(status).toBe(0);
    expect(out.split("\n")).toHaveLength(6);
    expect(out).toContain("\u2580");
  });

  it("are refused with the compiler's words", async () => {
    const path = join(folder, "wrong.ts");
    writeFileSync(path, "const n: i32 = nothing;\n");
    const { status, err } = await run([path]);
    expect(status).toBe(2);
    expect(err).toMatch(/wrong\.ts does not compile\nERROR TS2304: Cannot find name 'nothing'/);
  });
});

describe("a program's end", () => {
  it.each([0, 3, 255])("is the command's: status %i", async (status) => {
    expect(await run([program(`(call $exit (i32.const ${status}))`)])).toEqual({
      status,
      out: "",
      err: "",
    });
  });

  it("by a trap is 134, with the trap on standard error", async () => {
    const { status, err } = await run([program("unreachable")]);
    expect(status).toBe(134);
    expect(err).toMatch(/^slopos: .*program\.wasm: \[trap\] unreachable\n$/);
  });

  it("before it began is 125, or 2 where there is no program", async () => {
    const path = program("");
    expect(await run(["--memory", "4M", path])).toMatchObject({ status: 125 });
    expect(await run([join(folder, "none.wasm")])).toMatchObject({ status: 2 });
    const source = await run([`${PROGRAMS}sort.c`]);
    expect(source).toMatchObject({ status: 125, out: "" });
    expect(source.err).toMatch(/sort\.c is no program that can run:\n {2}.*no WebAssembly module/);
    expect(await run(["--env", "x", path])).toMatchObject({ status: 2 });
    expect(await run(["--directory", path, path])).toMatchObject({ status: 2 });
    const twice = await run(["--file", `${path}=a`, "--file", `${path}=a`, path]);
    expect(twice.status).toBe(125);
    expect(twice.err).toMatch(/two files\s+have one name path=a/);
  });
});

describe("files", () => {
  it("of the host are found, long names and links included", async () => {
    const tree = join(folder, "tree");
    const long = "long name ".repeat(20).trim();
    mkdirSync(join(tree, long, "below"), { recursive: true });
    writeFileSync(join(tree, long, "below", "file"), "b\na\n");
    symlinkSync(`${long}/below/file`, join(tree, "link"));
    const source = join(folder, "cat.ts");
    writeFileSync(
      source,
      `import { fd_read, fd_write, path_open, fd, lookupflags, oflags, rights } from "bindings/wasi_snapshot_preview1";
       const path = String.UTF8.encode(process.argv[1]);
       const out = memory.data(16); const buffer = memory.data(64);
       const error = path_open(3, lookupflags.SYMLINK_FOLLOW, changetype<usize>(path), path.byteLength, 0,
         rights.FD_READ, 0, 0, changetype<usize>(out));
       if (error) process.exit(error);
       store<u32>(out, buffer, 4); store<u32>(out, 64, 8);
       fd_read(load<u32>(out), out + 4, 1, out + 12);
       store<u32>(out, load<u32>(out, 12), 8);
       fd_write(1, out + 4, 1, out + 12);`,
    );
    for (const name of ["link", `${long}/below/file`]) {
      const words = ["--directory", `${tree}=data`, source, `data/${name}`];
      expect(await run(words)).toEqual({ status: 0, out: "b\na\n", err: "" });
    }
    expect((await run(["--directory", tree, source, "none"])).status).toBe(44);
  });

  it("that cannot be packed are said, with their folder", async () => {
    const tree = join(folder, "large");
    mkdirSync(tree);
    writeFileSync(join(tree, "file"), "");
    // No bytes on the disk, and more than Node reads.
    truncateSync(join(tree, "file"), 3 * 2 ** 30);
    const { status, out, err } = await run(["--directory", tree, talker]);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(/^slopos: .*cannot pack .*large: File size/);
  });
});
