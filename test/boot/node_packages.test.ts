/**
 * What scripts/setup.sh says of node_modules is true, and one that works is never lost. A stand-in for
 * npm installs two packages of a few files in a checkout of their own.
 */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { type Outcome, runScript } from "./scripts.ts";

/** Installs whatever the lock file pins: each package with three files, one of them empty. */
const NPM = `#!/usr/bin/env node
const fs = require("fs");
console.log("npm " + process.argv.slice(2).join(" "));
const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
for (const [path, { version }] of Object.entries(lock.packages)) {
  if (path === "") continue;
  fs.mkdirSync(path + "/lib", { recursive: true });
  fs.writeFileSync(path + "/package.json", JSON.stringify({ version }));
  fs.writeFileSync(path + "/lib/index.js", "it works in version " + version);
  fs.writeFileSync(path + "/lib/empty.d.ts", "");
}
fs.mkdirSync("node_modules/.bin", { recursive: true });
fs.symlinkSync("../a/lib/index.js", "node_modules/.bin/a");
fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify(lock));
`;

const OFFLINE = "#!/bin/sh\necho 'npm error network: no route to host' >&2\nexit 1\n";

const lock = (version: string) =>
  JSON.stringify({
    packages: {
      "": {},
      "node_modules/a": { version, integrity: `sha512-a${version}` },
      "node_modules/b": { version: "1.0.0", integrity: "sha512-b" },
    },
  });

const FILES = { "package.json": "{}", "package-lock.json": lock("1.0.0"), "bin/npm": NPM };

/** Runs setup.sh in `root` with the stand-in for npm. */
function setup(root: string): Promise<Outcome> {
  const PATH = `${join(root, "bin")}:${process.env["PATH"]}`;
  return runScript("setup", [], { root, env: { PATH, SLOPOS_SYSTEM_PACKAGES: "provided" } });
}

/** Calls `use` with a checkout in which setup.sh has installed the packages. */
function withInstalled(use: (root: string) => Promise<void>): Promise<void> {
  return withScripts(FILES, async (root) => {
    const { status, stdout, stderr } = await setup(root);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^npm ci .*--include=dev/);
    expect(readdirSync(root).sort()).toEqual(
      ["bin", "node_modules", "package-lock.json", "package.json", "scripts"].sort(),
    );
    await use(root);
  });
}

const index = (root: string) => readFileSync(join(root, "node_modules/.bin/a"), "utf8");

function put(root: string, name: string, text: string): void {
  writeFileSync(join(root, name), text, { mode: 0o755 });
}

/** Expects a run of setup.sh to find all in place. */
async function expectInPlace(root: string): Promise<void> {
  expect(await setup(root)).toEqual({ status: 0, stdout: "", stderr: "" });
}

describe("setup.sh finds", () => {
  it("nothing to do after it has installed, and when caches came to be", () =>
    withInstalled(async (root) => {
      await expectInPlace(root);
      mkdirSync(join(root, "node_modules/.vite"));
      put(root, "node_modules/.vite/cache", "cached");
      await expectInPlace(root);
    }));

  it.each<[string, (modules: string) => void, string]>([
    ["a file missing", (m) => rmSync(join(m, "a/lib/index.js")), "a/lib/index.js is missing"],
    [
      "a file empty",
      (m) => truncateSync(join(m, "b/lib/index.js")),
      "index.js has 0 bytes instead",
    ],
    ["a file cut", (m) => truncateSync(join(m, "b/package.json"), 3), "package.json has 3 bytes"],
    ["a file longer", (m) => appendFileSync(join(m, "a/lib/empty.d.ts"), "x"), "has 1 bytes"],
    ["a link missing", (m) => rmSync(join(m, ".bin/a")), ".bin/a is missing"],
    ["a package missing", (m) => rmSync(join(m, "b"), { recursive: true }), "b/"],
    [
      "a folder in a file's place",
      (m) => {
        rmSync(join(m, "a/lib/index.js"));
        mkdirSync(join(m, "a/lib/index.js"));
      },
      "a/lib/index.js is missing",
    ],
    [
      "npm's note missing",
      (m) => rmSync(join(m, ".package-lock.json")),
      "not installed to the end",
    ],
    ["npm's note cut", (m) => truncateSync(join(m, ".package-lock.json"), 9), "not installed to"],
    ["its own record missing", (m) => rmSync(join(m, ".slopos-files.json")), "nothing says which"],
    ["its own record cut", (m) => truncateSync(join(m, ".slopos-files.json"), 9), "nothing says"],
    ["everything missing", (m) => rmSync(m, { recursive: true }), "node_modules is not there"],
  ])("%s, says so and mends it", (_, damage, message) =>
    withInstalled(async (root) => {
      damage(join(root, "node_modules"));
      const { status, stderr } = await setup(root);
      expect(stderr).toContain(message);
      expect(status).toBe(0);
      expect(index(root)).toBe("it works in version 1.0.0");
      await expectInPlace(root);
    }),
  );

  it("a lock file that pins another version, and installs that", () =>
    withInstalled(async (root) => {
      put(root, "package-lock.json", lock("2.0.0"));
      const { stderr } = await setup(root);
      expect(stderr).toContain("node_modules/a is 1.0.0, and package-lock.json pins 2.0.0");
      expect(index(root)).toBe("it works in version 2.0.0");
      await expectInPlace(root);
    }));
});

describe("a node_modules that works is kept", () => {
  it("when the lock file changed and the registry cannot be reached", () =>
    withInstalled(async (root) => {
      put(root, "package-lock.json", lock("2.0.0"));
      put(root, "bin/npm", OFFLINE);
      const { status, stderr } = await setup(root);
      expect(stderr).toContain("no route to host");
      expect(stderr).toContain("npm ci failed, node_modules is as it was; what npm says is above");
      expect(status).toBe(1);
      expect(index(root)).toBe("it works in version 1.0.0");
      put(root, "package-lock.json", lock("1.0.0"));
      await expectInPlace(root);
    }));

  it("and used, when only the record of its files is missing", () =>
    withInstalled(async (root) => {
      rmSync(join(root, "node_modules/.slopos-files.json"));
      put(root, "bin/npm", OFFLINE);
      const { status, stderr } = await setup(root);
      expect(stderr).toContain("whose files could not be checked");
      expect(status).toBe(0);
    }));

  it("when npm ends well without installing", () =>
    withInstalled(async (root) => {
      put(root, "package-lock.json", lock("2.0.0"));
      put(
        root,
        "bin/npm",
        `${NPM.replace(/^ {2}fs.writeFileSync.*index.*$/m, "")}
        fs.writeFileSync("node_modules/.package-lock.json", '{"packages": {}}');`,
      );
      const { status, stderr } = await setup(root);
      expect(stderr).toContain("npm ci ended well, but node_modules/a is not installed");
      expect(stderr).toContain("npm config list");
      expect(status).toBe(1);
      expect(index(root)).toBe("it works in version 1.0.0");
      put(root, "bin/npm", "#!/bin/sh\nexit 0\n");
      expect((await setup(root)).status).toBe(1);
      expect(index(root)).toBe("it works in version 1.0.0");
    }));

  it("when a setup was interrupted between taking the old one away and putting the new one", () =>
    withInstalled(async (root) => {
      mkdirSync(join(root, ".setup.abcdef"));
      renameSync(join(root, "node_modules"), join(root, ".setup.abcdef/previous"));
      put(root, "bin/npm", OFFLINE);
      const { stderr } = await setup(root);
      expect(stderr).not.toContain("no route to host");
      expect(existsSync(join(root, ".setup.abcdef"))).toBe(false);
      await expectInPlace(root);
    }));

  it("where it is a link to another folder, which is left alone", () =>
    withInstalled(async (root) => {
      renameSync(join(root, "node_modules"), join(root, "bin/elsewhere"));
      symlinkSync("bin/elsewhere", join(root, "node_modules"));
      await expectInPlace(root);
      put(root, "package-lock.json", lock("2.0.0"));
      expect((await setup(root)).status).toBe(0);
      expect(index(root)).toBe("it works in version 2.0.0");
      const old = readFileSync(join(root, "bin/elsewhere/a/lib/index.js"), "utf8");
      expect(old).toBe("it works in version 1.0.0");
    }));
});

describe("a record that is damaged is no record:", () => {
  it.each(["null", "5", "[]", '"{}"', "{"])("%s", (text) =>
    withInstalled(async (root) => {
      put(root, "node_modules/.slopos-files.json", text);
      const { status, stderr } = await setup(root);
      expect(stderr).toContain("nothing says which files node_modules should have");
      expect(status).toBe(0);
      expect(await setup(root)).toEqual({ status: 0, stdout: "", stderr: "" });
    }),
  );
});

describe("what cannot be told is named, with what to do:", () => {
  const conflict = `{\n"packages": {\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}}\n`;

  it.each<[string, string, RegExp]>([
    ["package-lock.json", conflict, /package-lock\.json has a merge conflict in line 3; settle/],
    ["package.json", conflict, /package\.json has a merge conflict in line 3; settle the merge/],
    ["package-lock.json", '{"packages":', /package-lock\.json is no JSON .*git diff/],
    ["package-lock.json", "", /package-lock\.json is no JSON/],
    ...[
      "{}",
      "null",
      "5",
      "[]",
      '{"packages":5}',
      '{"packages":[]}',
      '{"packages":{"a":null}}',
    ].map((text): [string, string, RegExp] => [
      "package-lock.json",
      text,
      /package-lock\.json lists no packages; comp/,
    ]),
  ])("%s %j", (name, text, message) =>
    withInstalled(async (root) => {
      put(root, name, text);
      const { status, stdout, stderr } = await setup(root);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
      expect(index(root)).toBe("it works in version 1.0.0");
    }),
  );

  it("a lock file that is not there", () =>
    withInstalled(async (root) => {
      rmSync(join(root, "package-lock.json"));
      const { status, stderr } = await setup(root);
      expect(stderr).toContain("bring it back with: git checkout -- package-lock.json");
      expect(status).toBe(3);
    }));

  it("a node that does not run", () =>
    withInstalled(async (root) => {
      const PATH = `${join(root, "bin")}:${process.env["PATH"]}`;
      const { status, stderr } = await runScript("setup", [], {
        root,
        env: { PATH, SLOPOS_SYSTEM_PACKAGES: "provided", NODE_OPTIONS: "--require=/nowhere.cjs" },
      });
      expect(stderr).toContain("node does not run; what it says is above");
      expect(stderr).toContain("NODE_OPTIONS is '--require=/nowhere.cjs'");
      expect(status).toBe(3);
    }));
});
