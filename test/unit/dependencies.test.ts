/** What the project is built of is pinned: exact versions, and for each package its hash. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), "utf8"));
}

interface Manifest {
  readonly devDependencies: Record<string, string>;
}

interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

interface Lock {
  readonly packages: Record<string, LockedPackage>;
}

const manifest = readJson("package.json") as Manifest & Record<string, unknown>;
const { packages } = readJson("package-lock.json") as Lock;
const locked = Object.entries(packages).filter(([path]) => path !== "");

describe("the dependencies", () => {
  it("are development dependencies: the kernel and the shim ship none", () => {
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      expect(manifest[kind]).toBeUndefined();
    }
  });

  it.each(Object.entries(manifest.devDependencies))("name one version of %s", (_, version) => {
    expect(version).toMatch(/^(npm:[\w./@-]+@)?\d+\.\d+\.\d+$/);
  });

  it.each(Object.entries(manifest.devDependencies))("are locked as named: %s", (name, wanted) => {
    expect(packages[`node_modules/${name}`]?.version).toBe(wanted.replace(/^npm:.*@/, ""));
  });

  it("have a hash each in the lock file", () => {
    expect(locked.length).toBeGreaterThan(Object.keys(manifest.devDependencies).length);
    const without = locked.filter(([, { integrity = "" }]) => !/^sha512-.{86}==$/.test(integrity));
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it("come from whatever registry npm is set up with", () => {
    const bound = locked.filter(([, entry]) => entry.resolved !== undefined || entry.link);
    expect(bound.map(([path]) => path)).toEqual([]);
  });
});
