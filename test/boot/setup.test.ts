/** scripts/setup.sh: what it lists, and what it does where something is missing. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, runScript, withPathLacking } from "./scripts.ts";

/** Programs that a test plays: shell scripts by name. */
type Programs = Record<string, string>;

/** Runs setup.sh with `programs` in the place of this machine's, and without those in `lacking`. */
async function setup(
  programs: Programs,
  lacking: readonly string[] = [],
  env = {},
  args: readonly string[] = [],
) {
  const names = Object.keys(programs);
  return withPathLacking([...names, ...lacking], async (PATH) => {
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(PATH, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    }
    return runScript("setup", args, { env: { PATH, ...env } });
  });
}

/** A dpkg-query that knows all packages but `lacking`. */
const allInstalledBut = (lacking: string) =>
  `for name in "\${@:3}"; do [ "$name" = ${lacking} ] || echo "ii |$name"; done`;

const GROUPS = ["build", "iso", "machine", "programs", "check", "browser"];

const APT = 'echo "apt-get $*"';
const ROOT_USER = "echo 0";
const ORDINARY_USER = "echo 1000";

describe("setup.sh", () => {
  it("has a reason for each group, each package of it, and each Node package of package.json", async () => {
    const { stdout } = await runScript("setup", ["--list"]);
    const listed = stdout.trimEnd().split("\n");
    expect(listed.filter((line) => !/^( {4})?\S+ +\S+ \S+/.test(line))).toEqual([]);
    const groups = listed.filter((line) => /^\w/.test(line)).map((line) => line.split(" ")[0]);
    expect(groups).toEqual([...GROUPS, "node"]);
    const names = listed.map((line) => /^ {4}(\S+)/.exec(line)?.[1] ?? "");
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const begin = listed.findIndex((line) => line.startsWith("node "));
    expect(names.slice(0, begin)).toContain("qemu-system-x86");
    expect(names.slice(begin + 1).sort()).toEqual(Object.keys(devDependencies).sort());
  });

  it("is silent where everything is in place, and starts nothing", async () => {
    const outcome = await setup({ "dpkg-query": allInstalledBut("nothing"), npm: "exit 9" });
    expect(outcome).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("installs what is missing, by name and with its reason", async () => {
    const programs = { "dpkg-query": allInstalledBut("lld"), "apt-get": APT, id: ROOT_USER };
    const { status, stdout, stderr } = await setup(programs);
    expect(stderr).toMatch(/^ +lld +links them/m);
    expect(stdout).toMatch(/^apt-get .*update$/m);
    expect(stdout).toMatch(/^apt-get .*install .* lld$/m);
    expect(status).toBe(0);
  });

  it("uses sudo for an ordinary user", async () => {
    const { stdout } = await setup({
      "dpkg-query": allInstalledBut("lld"),
      "apt-get": APT,
      id: ORDINARY_USER,
      sudo: 'echo "sudo $1"; exec "$@"',
    });
    expect(stdout).toMatch(/^sudo apt-get$/m);
  });

  it("tells an ordinary user without sudo what root has to run", async () => {
    const programs = { "dpkg-query": allInstalledBut("lld"), "apt-get": APT, id: ORDINARY_USER };
    const { status, stderr } = await setup(programs, ["sudo"]);
    expect(stderr).toContain("have root run: apt-get install lld");
    expect(status).toBe(3);
  });

  it("fails when apt-get fails", async () => {
    const { status, stderr } = await setup({
      "dpkg-query": allInstalledBut("lld"),
      "apt-get": '[[ " $* " != *" install "* ]]',
      id: ROOT_USER,
    });
    expect(stderr).toContain("apt-get could not install: lld");
    expect(status).toBe(1);
  });

  it("installs the groups that are named, and no others", async () => {
    const programs = { "dpkg-query": "exit 1", "apt-get": APT, id: ROOT_USER };
    const { status, stdout, stderr } = await setup(programs, [], {}, ["iso", "machine"]);
    expect(stdout).toMatch(
      /^apt-get .*install .* xorriso curl xz-utils mtools qemu-system-x86 ovmf$/m,
    );
    expect(stderr).toMatch(/^ {4}iso +makes the ISO.*\n {8}xorriso +writes the ISO\n/m);
    expect(stderr).not.toContain("browser");
    expect(status).toBe(0);
  });

  it("refuses a group that there is not", async () => {
    const { status, stderr } = await runScript("setup", ["build", "kitchen"]);
    expect(stderr).toContain(
      "no group 'kitchen'; there are: build iso machine programs check browser",
    );
    expect(status).toBe(2);
  });

  it.each([
    ["dnf", { dnf: "", rpm: "" }, /sudo dnf install .*ninja-build .*musl-libc-static .*edk2-ovmf/],
    ["pacman", { pacman: "" }, /sudo pacman -S --needed .*ninja musl .*libisoburn .*edk2-ovmf/],
    ["brew", { brew: "" }, /brew install llvm lld .*xz .*qemu .*clang-format chromium/],
  ])("tells %s's names, and its one command", async (manager, programs, command) => {
    const lacking = ["apt-get", "dpkg-query", "dnf", "pacman", "brew"];
    const { status, stdout, stderr } = await setup(programs, lacking);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toMatch(
      /^ {4}machine +boots it.*\n {8}qemu\S* +the machine that boots the ISO/m,
    );
    expect(stderr).toMatch(command);
    expect(stderr).toContain(`${manager} has no package where there is a -`);
    const list = await setup(programs, lacking, {}, ["--list"]);
    expect(list.stdout.trim().split("\n").at(-1)).toMatch(command);
  });

  it.each([
    ["rpm", { dnf: "exit 9", rpm: 'printf "%s\\n" "${@:4}"' }],
    ["pacman", { pacman: '[ "$1" = -Qq ] && printf "%s\\n" "${@:2}"' }],
    ["brew", { brew: "printf '%s\\n' xorriso curl xz mtools qemu" }],
  ])("goes on where %s has all that is asked for", async (_, programs) => {
    const lacking = ["apt-get", "dpkg-query", "dnf", "pacman", "brew"];
    const outcome = await setup(programs, lacking, {}, ["iso", "machine"]);
    expect(outcome).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("names the packages on a system without a known manager, and takes them as provided", async () => {
    const { status, stderr } = await setup({}, ["apt-get", "dpkg-query"]);
    expect(stderr).toMatch(/^ +qemu-system-x86 +\w/m);
    expect(stderr).toContain("SLOPOS_SYSTEM_PACKAGES=provided");
    expect(status).toBe(3);
    const provided = { SLOPOS_SYSTEM_PACKAGES: "provided" };
    expect(await setup({}, ["apt-get", "dpkg-query"], provided)).toMatchObject({ status: 0 });
  });

  it("refuses an old Node and a machine without npm", async () => {
    const old = "case $1 in -v) echo v18.19.0 ;; *) exit 1 ;; esac";
    expect(await setup({ node: old })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("node v18.19.0 is too old: 20.19 or newer") as string,
    });
    expect(await setup({}, ["npm"])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("node and npm are needed first") as string,
    });
  });

  it("refuses an unknown argument", async () => {
    const { status, stderr } = await runScript("setup", ["--frobnicate"]);
    expect(stderr).toContain("unexpected argument '--frobnicate'");
    expect(status).toBe(2);
  });
});
