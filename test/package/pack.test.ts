/**
 * `npm pack` in a checkout, as far as npm and the scripts around it go: what it prints, whose README.md it
 * packs, and that the checkout has its own again afterwards, however the packing ends. The checkouts
 * here have what decides about that; in the place of the compiler and the bundlers stand scripts that
 * take no time.
 */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { withScripts } from "../boot/checkout.ts";
import { ROOT } from "../support/markdown.ts";
import { type Ended, run } from "./commands.ts";

const CHECKOUTS = "# The checkout's\n";
const PACKAGES = "# The package's, which is longer\n";
const TARBALL = "slopos-wasm-0.1.0.tgz";

/** In the place of the compiler; what it says on standard output must not get there. */
const COMPILER = `import { mkdirSync, writeFileSync } from "node:fs";
console.log("compiling");
mkdirSync("builddir", { recursive: true });
writeFileSync("builddir/kernel.wasm", "a kernel");
`;

/** In the place of what makes dist/. */
const MAKER = `import { cpSync } from "node:fs";
console.log("making");
cpSync("builddir", "dist", { recursive: true });
`;

interface Checkout {
  readonly root: string;
  /** Runs a command in it. */
  readonly run: (line: string) => Ended;
  readonly readme: () => string;
  /** What git sees in it. */
  readonly status: () => string;
}

/** Calls `use` with a checkout of its own, known to git, with `files` besides or instead. */
function withCheckout(use: (checkout: Checkout) => void, files: Record<string, string> = {}) {
  const ours = [".gitignore", "package.json", "bin/slopos.mjs"].map((name) => [
    name,
    readFileSync(join(ROOT, name), "utf8"),
  ]);
  const all = {
    ...(Object.fromEntries(ours) as Record<string, string>),
    "README.md": CHECKOUTS,
    "library/README.md": PACKAGES,
    "scripts/compile_kernel.mjs": COMPILER,
    "scripts/make_package.mjs": MAKER,
    ...files,
  };
  return withScripts(all, (root) => {
    const here = (line: string) => run(line, root);
    expect(here("git init -q . && git add -A")).toMatchObject({ status: 0 });
    const status = () => here("git status --porcelain").out;
    const before = status();
    use({
      root,
      run: here,
      readme: () => readFileSync(join(root, "README.md"), "utf8"),
      status: () => status().replace(before, ""),
    });
    return Promise.resolve();
  });
}

/** What `npm pack --json` has printed: the size of each file in the package. */
function packedSizes({ out }: Ended): Record<string, number> {
  const [{ files }] = JSON.parse(out) as [{ files: { path: string; size: number }[] }];
  return Object.fromEntries(files.map(({ path, size }) => [path, size]));
}

describe("npm pack", () => {
  test.each([
    ["", /^(?:.*\n)*slopos-wasm-0\.1\.0\.tgz\n$/, true],
    ["--silent", /^slopos-wasm-0\.1\.0\.tgz\n$/, true],
    ["--json", /^\[\n/, true],
    ["--json --silent", /^\[\n/, true],
    ["--dry-run --json", /^\[\n/, false],
  ])("%s packs what it has made, and leaves git nothing to see", (options, printed, writes) =>
    withCheckout(({ root, run, readme, status }) => {
      const { mtimeMs } = statSync(join(root, "README.md"));
      const ended = run(`npm pack ${options}`);
      expect(ended, ended.err).toMatchObject({ status: 0 });
      expect(ended.out).toMatch(printed);
      expect(ended.out).not.toMatch(/compiling|making/);
      if (options.includes("--json")) {
        expect(packedSizes(ended)).toEqual({
          "README.md": PACKAGES.length,
          "bin/slopos.mjs": statSync(join(ROOT, "bin/slopos.mjs")).size,
          "dist/kernel.wasm": "a kernel".length,
          "package.json": statSync(join(ROOT, "package.json")).size,
        });
      }
      expect(existsSync(join(root, TARBALL))).toBe(writes);
      expect(readme()).toBe(CHECKOUTS);
      expect(statSync(join(root, "README.md")).mtimeMs).toBe(mtimeMs);
      expect(status()).toBe("");
      expect(readdirSync(root).filter((name) => name.startsWith(".readme"))).toEqual([]);
    }),
  );

  test("writes the package where it is told to, and builds nothing if there is no such folder", () =>
    withCheckout(({ root, run, readme }) => {
      const refused = run("npm pack --pack-destination out");
      expect(refused.err).toContain(`no folder ${join(root, "out")}`);
      expect(refused.status).toBe(1);
      expect(existsSync(join(root, "builddir"))).toBe(false);
      expect(readme()).toBe(CHECKOUTS);
      mkdirSync(join(root, "out"));
      expect(run("npm pack --silent --pack-destination out")).toMatchObject({ status: 0 });
      expect(readdirSync(join(root, "out"))).toEqual([TARBALL]);
      expect(readme()).toBe(CHECKOUTS);
    }));

  test.each(["scripts/compile_kernel.mjs", "scripts/make_package.mjs"])(
    "ends where %s fails, with the README.md in its place",
    (script) =>
      withCheckout(
        ({ root, run, readme, status }) => {
          const { status: exit, err } = run("npm pack");
          expect(exit).toBe(7);
          expect(err).toContain("it does not compile");
          expect(readme()).toBe(CHECKOUTS);
          expect(existsSync(join(root, TARBALL))).toBe(false);
          expect(status()).toBe("");
        },
        { [script]: 'console.log("it does not compile");\nprocess.exit(7);\n' },
      ),
  );

  test("puts back first what one that was interrupted has left", () =>
    withCheckout(({ root, run, readme, status }) => {
      // npm ends where it cannot write the package, and never comes to `postpack`.
      mkdirSync(join(root, TARBALL));
      expect(run("npm pack").status).not.toBe(0);
      expect(readme()).toBe(PACKAGES);
      expect(run("git ls-files --others --exclude-standard").out).toBe("");
      rmSync(join(root, TARBALL), { recursive: true });
      const ended = run("npm pack --json");
      expect(packedSizes(ended)).toMatchObject({ "README.md": PACKAGES.length });
      expect(readme()).toBe(CHECKOUTS);
      expect(status()).toBe("");
    }));

  test("refuses to be the second at a time", () =>
    withCheckout(
      ({ root, run, readme, status }) => {
        const first = run("npm pack --json");
        expect(packedSizes(first)).toMatchObject({ "README.md": PACKAGES.length });
        const second = readFileSync(join(root, "builddir/second"), "utf8");
        expect(second).toMatch(/^1 .*another npm pack, process \d+, is at work in /s);
        expect(readme()).toBe(CHECKOUTS);
        expect(status()).toBe("");
        expect(existsSync(join(root, ".pack-lock"))).toBe(false);
      },
      {
        "scripts/make_package.mjs": `${MAKER}
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
if (!existsSync("builddir/second")) {
  writeFileSync("builddir/second", "");
  const { status, stderr } = spawnSync("npm pack", { shell: true, encoding: "utf8" });
  writeFileSync("builddir/second", status + " " + stderr);
}
`,
      },
    ));

  test.runIf(process.platform !== "win32")("keeps a README.md that leads nowhere", () =>
    withCheckout(({ root, run }) => {
      rmSync(join(root, "README.md"));
      symlinkSync("nowhere", join(root, "README.md"));
      for (let times = 0; times < 2; ++times) {
        expect(run("npm pack")).toMatchObject({ status: 0 });
        expect(readlinkSync(join(root, "README.md"))).toBe("nowhere");
      }
    }),
  );

  test("puts back what is missing altogether", () =>
    withCheckout(({ root, run, readme, status }) => {
      expect(run("npm run prepack")).toMatchObject({ status: 0 });
      rmSync(join(root, "README.md"));
      expect(run("npm run postpack")).toMatchObject({ status: 0 });
      expect(readme()).toBe(CHECKOUTS);
      expect(status()).toBe("");
    }));

  test("overwrites no README.md that is neither the checkout's nor the package's", () =>
    withCheckout(({ root, run, readme, status }) => {
      expect(run("npm run prepack")).toMatchObject({ status: 0 });
      writeFileSync(join(root, "README.md"), "# Edited\n");
      for (const line of ["npm pack", "npm run postpack"]) {
        const { status: exit, err } = run(line);
        expect(err).toContain(`${join(root, "README.md")} has changed since npm packed it`);
        expect(err).toContain(join(root, ".readme-of-checkout"));
        expect(exit).toBe(1);
        expect(readme()).toBe("# Edited\n");
        expect(readFileSync(join(root, ".readme-of-checkout"), "utf8")).toBe(CHECKOUTS);
      }
      // As `git checkout README.md` does.
      writeFileSync(join(root, "README.md"), CHECKOUTS);
      expect(run("npm pack")).toMatchObject({ status: 0 });
      expect(readme()).toBe(CHECKOUTS);
      expect(status()).toBe("");
    }));

  test.runIf(process.platform !== "win32")(
    "leaves the README.md where npm is killed meanwhile",
    () =>
      withCheckout(
        ({ run, readme, status }) => {
          const { status: exit, err } = run("export NPM=$$; exec npm pack --foreground-scripts");
          expect(exit).toBe(null);
          expect(err).toContain("npm has ended");
          expect(readme()).toBe(CHECKOUTS);
          expect(status()).toBe("");
        },
        {
          "scripts/make_package.mjs": `const npm = Number(process.env.NPM);
process.kill(npm, "SIGKILL");
for (;;) {
  try {
    process.kill(npm, 0);
  } catch {
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}
`,
        },
      ),
  );

  test.runIf(process.platform !== "win32")("says where it cannot write", () =>
    withCheckout(({ root, readme }) => {
      chmodSync(root, 0o555);
      // Root may write everywhere, and so becomes somebody else.
      const uid = process.getuid?.() === 0 ? 65534 : undefined;
      const { status, stderr } = spawnSync("node", ["scripts/package/prepack.mjs"], {
        cwd: root,
        encoding: "utf8",
        ...(uid && { uid }),
      });
      chmodSync(root, 0o755);
      expect(stderr).toMatch(/^slopos: npm pack: cannot write to the checkout: EACCES: .*\n$/);
      expect(stderr).toContain(root);
      expect(status).toBe(1);
      expect(readme()).toBe(CHECKOUTS);
    }),
  );
});

test("npm publish refuses, since the package is marked private", () =>
  withCheckout(({ run, readme, status }) => {
    // A port that nothing listens at, and a word that npm takes for a login there.
    const nowhere = "--registry http://127.0.0.1:9/ --//127.0.0.1:9/:_authToken=none";
    const ended = run(`npm publish ${nowhere} --fetch-retries 0`);
    expect(ended.err).toContain("EPRIVATE");
    expect(ended.status).toBe(1);
    expect(readme()).toBe(CHECKOUTS);
    expect(status()).toBe("");
  }));

test("npm ci, npm install and npm run start neither script", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const lifecycle = /^(pre|post)?(install|prepare|publish|pack)(Only)?$|^dependencies$/;
  expect(Object.keys(scripts).filter((name) => lifecycle.test(name))).toEqual([
    "prepack",
    "postpack",
  ]);
  const called = Object.values(scripts).filter((line) => /npm (run )?\w*pack\b/.test(line));
  expect(called).toEqual([]);
});
