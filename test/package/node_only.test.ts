/**
 * A checkout in an empty folder, on a machine that has Node and npm and none of the system packages:
 * what Node alone can do works there, and the rest says what it needs. node_modules is a link to ours,
 * in the place of `npm ci`.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withSources } from "../boot/checkout.ts";
import { withPathLacking } from "../boot/scripts.ts";
import { blocks, page } from "../support/markdown.ts";
import { get, HIDDEN, run, startServer } from "./commands.ts";

const LOG = readFileSync(
  join(import.meta.dirname, "../cli/fixtures/slopos-limine-512m.txt"),
  "utf8",
);

test.runIf(process.platform !== "win32")("the system packages are hidden", () => {
  const found = HIDDEN.filter((program) => run(`command -v ${program}`, ".").status === 0);
  expect(found).toEqual([]);
  expect(run("command -v node npm npx git", ".").status).toBe(0);
});

/** What the README's first screen says that Node alone can do: commands without their comments. */
function readmeCommands(): string[] {
  const [, second = ""] = blocks(page("README.md"), "sh");
  return second
    .trim()
    .split("\n")
    .map((line) => line.replace(/ +#.*/, ""));
}

describe("with Node alone", () => {
  test("a checkout plans, traces, reads logs, and builds and serves the explorer", () =>
    withSources("slop os", async (root) => {
      const early = run("npx slopos plan --size 64M", root);
      expect(early).toMatchObject({ status: 2, out: "" });
      expect(early.err.replaceAll(/\s+/g, " ")).toContain("missing; make it with: npm run kernel");
      const unbuilt = run("npx slopos explore", root);
      expect(unbuilt.err.replaceAll(/\s+/g, " ")).toContain("make it with: npm run explore:build");
      expect(unbuilt.status).toBe(2);

      const [make = "", plan, template, judge, ...packing] = readmeCommands();
      const made = run(make.replace(/^npm ci && /, ""), root);
      expect(made, made.err).toMatchObject({ status: 0 });
      const kernel = readFileSync(join(root, "builddir/kernel.wasm"));

      writeFileSync(join(root, "boot.log"), LOG);
      for (const [line, expected] of [
        [plan, "Limine"],
        [template, "is written"],
        [`${judge} --right`, "mine.ts: right"],
      ] as const) {
        const { status, out, err } = run(line!, root);
        expect({ line, status, err }).toEqual({ line, status: 0, err: "" });
        expect(out).toContain(expected);
      }
      // Those are tried in package.test.ts.
      expect(packing).toEqual([
        expect.stringMatching(/^npm pack$/),
        expect.stringMatching(/\.tgz /),
      ]);

      for (const [line, input, expected] of [
        ["npx slopos plan --size 64M", "", "largest"],
        ["npx slopos plan -", "BIOS-e820: [mem 0x100000-0x7ffffff] usable", "BIOS-e820"],
        ["npx slopos trace --machine qemu-i440fx-128m --random 1000", "", "operations"],
        ["npm run --silent slopos -- log -", LOG, "Limine"],
      ] as const) {
        const { status, out, err } = run(line, root, input);
        expect({ line, status, err }).toEqual({ line, status: 0, err: "" });
        expect(out).toContain(expected);
      }

      expect(run("npm run explore:build", root)).toMatchObject({ status: 0 });
      const built = await startServer("npx slopos explore", root);
      expect((await get(`${built.address}kernel.wasm`)).bytes).toEqual(kernel);
      const served = await startServer("npm run explore", root);
      expect((await get(served.address)).bytes.toString()).toContain("SlopOS");
      expect((await get(`${served.address}kernel.wasm`)).bytes).toEqual(kernel);
      await Promise.all([built.stop(), served.stop()]);

      const tests = run("npm run test:cli -- test/cli/size.test.ts", root);
      expect(tests, tests.out + tests.err).toMatchObject({ status: 0 });
    }));

  test.runIf(process.platform === "linux")("npm run boot says what it needs, and why", () =>
    withPathLacking([...HIDDEN, "dpkg-query"], (path) =>
      withSources("slopos", (root) => {
        const { status, err } = run("npm run boot", root, "", path);
        expect(err).toMatch(/^ {4}build +compiles what boots.*\n {8}clang +compiles the shim/m);
        expect(err).toMatch(/^ {4}machine +boots it.*\n {8}qemu-system-x86 +the machine/m);
        expect(err).not.toContain("chromium");
        expect(status).toBe(3);
        expect(existsSync(join(root, "builddir"))).toBe(false);
        return Promise.resolve();
      }),
    ),
  );
});
