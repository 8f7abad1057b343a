/**
 * The boot loaders that tests boot with: the stub, and Limine in every release that there is.
 *
 * `LIMINE_DIRS` lists folders with releases, separated by colons; without it Limine is taken from
 * where scripts/build_iso.sh would take it. Tests of Limine are reported as skipped where there is
 * none.
 */

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe } from "vitest";
import { type Outcome, ROOT, runScript } from "./scripts.ts";

/** A release of Limine. */
export interface Limine {
  /** Such as 8.2.0, as its loader says. */
  readonly version: string;
  readonly directory: string;
}

export type Loader = "stub" | Limine;

/** What `--loader` calls it. */
export function kindOf(loader: Loader): "stub" | "limine" {
  return loader === "stub" ? "stub" : "limine";
}

/** What a UEFI machine needs of Limine. */
const FILES = ["BOOTX64.EFI", "limine-uefi-cd.bin"];

/** Where scripts/build_iso.sh looks, in this order. */
const PLACES = [join(ROOT, "limine"), "/usr/local/share/limine", "/usr/share/limine"];

function isWhole(directory: string): boolean {
  return FILES.every((file) => existsSync(join(directory, file)));
}

/** The folders with a release of Limine. */
function limineDirectories(): string[] {
  const { LIMINE_DIRS, LIMINE_DIR } = process.env;
  const named = LIMINE_DIRS ? LIMINE_DIRS.split(":").filter(Boolean) : LIMINE_DIR && [LIMINE_DIR];
  if (!named) return PLACES.filter(isWhole).slice(0, 1);
  const directories = named.map((name) => resolve(ROOT, name));
  for (const directory of directories) {
    if (!isWhole(directory)) throw new Error(`${directory} has no Limine (${FILES.join(", ")})`);
  }
  return directories;
}

/** The release in `directory`, with the version that its loader names. */
function limineIn(directory: string): Limine {
  const loader = readFileSync(join(directory, "BOOTX64.EFI"), "latin1");
  const [, version = "of an unknown version"] = /Limine (\d+\.\d+\.\d+)/.exec(loader) ?? [];
  return { version, directory };
}

/** All releases of Limine that there are; may be empty. */
export const LIMINES: readonly Limine[] = limineDirectories().map(limineIn);

/** Declares tests for each release of Limine, as skipped if there is none. */
export function describeLimine(declare: (limine: Limine) => void): void {
  for (const limine of LIMINES) describe(`Limine ${limine.version}`, () => declare(limine));
  if (!LIMINES.length) {
    describe.skip("Limine, which is not here", () => declare({ version: "", directory: "" }));
  }
}

/** Declares tests for each loader. */
export function describeLoaders(declare: (loader: Loader) => void): void {
  describe("the stub", () => declare("stub"));
  describeLimine(declare);
}

/** Runs scripts/build_iso.sh for `loader` with `args` besides. */
export function buildIso(
  loader: Loader,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return runScript("build_iso", ["--loader", kindOf(loader), ...args], {
    env: { ...env, ...(loader !== "stub" && { LIMINE_DIR: loader.directory }) },
  });
}
