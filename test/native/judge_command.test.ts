/** `slopos judge` as `main` runs it. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../tools/cli/main.ts";
import { builtModule } from "../../tools/judge/modules.ts";
import { moduleBytes } from "../../tools/judge/source.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slopos-judge-test-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file with `text`; its path. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function run(words: readonly string[], input = "") {
  let out = "";
  let err = "";
  const status = await main(["judge", ...words], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    input: () => Promise.resolve(input),
    colours: false,
  });
  const widths = `${out}${err}`.split("\n").map((line) => line.length);
  if (!words.includes("--json")) expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  return { status, out, err };
}

/** The page to start from in `language`, with `edit` made; its path. */
async function template(language: "c" | "ts", name: string, ...edit: [string, string] | []) {
  const path = join(folder, name);
  expect((await run(["--new", language, path])).status).toBe(0);
  const text = readFileSync(path, "utf8");
  const [from, to] = edit;
  if (from !== undefined) {
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to!));
  }
  return path;
}

interface Json {
  readonly verdict: string;
  readonly reason: string | null;
  readonly examination: {
    readonly faults: { readonly script: string; readonly kind: string; readonly message: string }[];
  };
}

describe("slopos judge", { timeout: 240_000 }, () => {
  it.each(["c", "ts"] as const)("writes an allocator in %s that is right", async (language) => {
    const path = await template(language, `right.${language}`);
    const { status, out, err } = await run([path, "--strict", "--right"]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toContain(`${path}: right\n`);
    expect(out).toMatch(/small worlds, exhaustively +\d+,\d+ {2}sequences/);
    expect(out.match(/ refused\n/g)).toHaveLength(8);
    expect(readFileSync(path, "utf8").split("\n").length).toBeLessThan(80);
  });

  it("leaves a file alone that is there already", async () => {
    const path = file("mine.c", "mine");
    const { status, err } = await run(["--new", "c", path]);
    expect([status, err]).toEqual([2, expect.stringContaining("there is such a file already")]);
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  it("prints a sequence that shows a fault, which --ops repeats", async () => {
    const edit = ["first += count) {", "first += 1) {"] as const;
    const path = await template("ts", "unaligned.ts", ...edit);
    const { status, out } = await run([path]);
    expect(status).toBe(1);
    expect(out).toContain(`${path}: wrong: `);
    const [, script] = /The shortest requests that show it:\n\n((?: {4}.*\n)+)/.exec(out)!;
    expect(script!.split("\n").length).toBeLessThan(6);
    const again = await run([path, "--ops", file("script", script!)]);
    expect(again.status).toBe(1);
    expect(again.out).toMatch(
      /it gave the block of order \d at frame \d, which is no multiple of \d/,
    );

    const json = await run([path, "--json"]);
    const { verdict, reason, examination } = JSON.parse(json.out) as Json;
    expect([json.status, verdict, reason]).toEqual([1, "wrong", null]);
    expect(examination.faults[0]!.kind).toBe("unaligned");
    expect((await run([path, "--ops", "-"], examination.faults[0]!.script)).status).toBe(1);
  });

  it("prints what --ops repeats for a fault that a long sequence showed first", async () => {
    const path = await template(
      "ts",
      "counts.ts",
      "    return first;",
      "    count_order(order);\n$&",
    );
    const count =
      "let counts: StaticArray<u32> = new StaticArray<u32>(9);\n" +
      "function count_order(order: u32): void { counts[order]++; }\n";
    writeFileSync(path, readFileSync(path, "utf8") + count);
    const json = await run([path, "--right", "--json"]);
    const { faults } = (JSON.parse(json.out) as Json).examination;
    expect(faults.map(({ kind }) => kind)).toEqual(["trap"]);
    expect(faults[0]!.script).toBe("frames 512\nalloc a order=9\n");
    const again = await run([path, "--ops", "-"], faults[0]!.script);
    expect([again.status, again.err]).toEqual([1, ""]);
    expect(again.out.replaceAll(/\s+/g, " ")).toContain(faults[0]!.message);
  });

  it("says what each step of a script came to", async () => {
    const path = await template("c", "steps.c");
    const script = "frames 2\nalloc a\nalloc b order=1\nfree a order=1\nfree a\n";
    const { status, out } = await run([path, "--ops", "-"], script);
    expect(status).toBe(0);
    expect(out).toBe(
      "  frames 2\n  alloc a          frame 0\n  alloc b order=1  refused\n" +
        "  free a order=1   refused\n  free a           freed\n\nNothing is wrong.\n",
    );
  });

  it("goes on past a call that does not come back", async () => {
    const edit = ["first += count) {", "first = (first + count) % frameCount) {"] as const;
    const path = await template("ts", "endless.ts", ...edit);
    const { status, out } = await run([path]);
    expect(status).toBe(1);
    expect(out).toContain("a call did not come back");
    expect(out).toContain("The rest was not tried");
    const again = await run([path, "--ops", "-"], "frames 1\nalloc a\nalloc b\n");
    expect([again.status, again.out]).toEqual([
      1,
      "  frames 1\n  alloc a\n  alloc b\n\na call did not come back\n",
    ]);
  });

  it("judges a wrong free that goes unnoticed as asked", async () => {
    const edit = ["marks[frame] != FIRST + order)", "marks[frame] == FREE)"] as const;
    const path = await template("c", "trusting.c", ...edit);
    const plain = await run([path, "--right"]);
    expect([plain.status, plain.err]).toEqual([0, ""]);
    expect(plain.out).toMatch(/a block with a smaller order than its own +not noticed\n/);
    const strict = await run([path, "--strict", "--right"]);
    expect(strict.status).toBe(1);
    expect(strict.out).toContain("wrong: it does not notice every wrong free");
    const { status, out } = await run(
      [path, "--ops", "-"],
      "frames 4\nalloc a order=1\nfree a order=0\n",
    );
    expect(status).toBe(0);
    expect(out).toContain("That free was wrong, and was not noticed");
  });

  it("judges a module that was compiled elsewhere", async () => {
    const path = join(folder, "module.wasm");
    writeFileSync(path, moduleBytes(await template("c", "module.c")));
    expect((await run([path, "--ops", "-"], "frames 1\nalloc a")).status).toBe(0);
    const { status, out } = await run([file("text.wasm", "this is no module")]);
    expect(status).toBe(2);
    expect(out).toContain("not an allocator\n  it is no WebAssembly module");
    expect(
      (JSON.parse((await run([path.replace("module", "text"), "--json"])).out) as Json).verdict,
    ).toBe("no allocator");
  });

  it("measures what is right, and draws it", async () => {
    const path = join(folder, "buddy.wasm");
    writeFileSync(path, readFileSync(builtModule("list_buddy_pcp")));
    const drawing = join(folder, "buddy.svg");
    const { status, out } = await run([path, "--svg", drawing]);
    expect(status).toBe(0);
    expect(out).toMatch(/\nSpeed, packing and cost, with 1 GiB\n +yours +this kernel /);
    expect(out).toMatch(/\n {2}W3 geometric +ns\/operation( +[\d.]+){5}\n/);
    expect(readFileSync(drawing, "utf8")).toContain(">buddy.wasm</text>");
  });

  it("judges several files, and ends with the worst", async () => {
    const right = await template("c", "several.c");
    const wrong = await template("c", "several_wrong.c", "first += count) {", "first += 1) {");
    const none = file("several.wasm", "");
    const { status, out, err } = await run(["--right", right, wrong, none]);
    expect([status, err]).toEqual([2, ""]);
    expect(out).toMatch(/\n {2}several.c +right +0 +- +- +-\n/);
    expect(out).toMatch(/\n {2}several_wrong.c +wrong +\d +- +- +-\n/);
    expect(out).toMatch(/\n {2}several.wasm +no allocator +- +- +- +-\n/);
    expect((await run(["--right", right, wrong])).status).toBe(1);
    const json = await run(["--right", "--json", right, none]);
    const verdicts = (JSON.parse(json.out) as Json[]).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(["right", "no allocator"]);
    expect((await run([right, wrong, "--ops", "-"])).err).toContain("are for one FILE");
  });

  it("says what does not compile", async () => {
    const { status, out } = await run([
      file("broken.ts", "export function allocator_init(: void {}"),
    ]);
    expect(status).toBe(2);
    expect(out).toContain("not an allocator\n  it cannot be compiled:\n  ERROR TS");
  });

  it("says what to install where there is no clang", async () => {
    const path = await template("c", "unlucky.c");
    const { PATH } = process.env;
    process.env["PATH"] = folder;
    try {
      const { status, out, err } = await run([path]);
      expect([status, out]).toEqual([2, ""]);
      expect(err.replaceAll(/\s+/g, " ")).toContain(
        "install clang and lld (Debian, Ubuntu: apt install clang lld",
      );
    } finally {
      process.env["PATH"] = PATH;
    }
  });

  it.each([
    [[], "missing required argument"],
    [["/nowhere.c"], "cannot read /nowhere.c: there is no such file"],
    [["/"], "cannot read /: that is a folder"],
    [["--new", "rust", "a"], "Allowed choices are c, ts"],
    [["x", "--seed", "-1"], "It is a whole number from 0"],
  ])("ends with 2 for %j", async (words, message) => {
    const { status, out, err } = await run(words);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });

  it("ends with 2 for a script with a map that the allocator cannot take", async () => {
    const path = await template("c", "mapless.c");
    const { status, out, err } = await run([path, "--ops", "-"], "map 1+159 256+768\nalloc a");
    expect([status, out]).toEqual([2, ""]);
    expect(err.replaceAll(/\s+/g, " ")).toContain(
      `mapless.c has no allocator_init_map, which the script's "map" asks for; use "frames"`,
    );
  });

  it("ends with 2 for a script that is wrong", async () => {
    const path = await template("c", "script.c");
    const { status, err } = await run([path, "--ops", "-"], "frames 2\nfree a");
    expect([status, err]).toEqual([2, 'slopos: -: line 2: nothing was allocated as "a"\n']);
  });
});
