/** The command as a process: what only a process shows. Each run takes about half a second. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../tools/cli/main.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { planMachine } from "../../tools/plan/plan.ts";
import { kernelModule } from "../support/kernel_module.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slopos-cli-"));
  const { log } = planMachine(kernelModule(), syntheticMap("64M"));
  writeFileSync(join(folder, "test_output.log"), log.join("\n"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs `line` in a shell that knows `slopos` and stands in the test's folder. */
function shell(line: string, root = ROOT): { status: number | null; out: string; err: string } {
  const script = `slopos() { node "${root}/bin/slopos.mjs" "$@"; }; dmesg() { cat "${ROOT}/test/cli/fixtures/macbookpro15-1.txt"; }; sudo() { "$@"; }; set -o pipefail; ${line}`;
  // On a socket, which a pipe of Node's is, bash would read the user's own configuration.
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, out: stdout, err: stderr };
}

/** The examples in a command's help. */
async function examples(command: string): Promise<string[]> {
  let help = "";
  const write = (text: string) => (help += text);
  const input = () => Promise.resolve("");
  await main([command, "--help"], { out: write, err: write, input, colours: false });
  const [, part] = /Examples:\n((?: {2}.*\n)+)/.exec(help) ?? [];
  return part!.trim().split(/\n */);
}

const EXAMPLES = (await Promise.all(["plan", "trace", "log"].map(examples))).flat();

describe("the examples in the help work", () => {
  it.each(EXAMPLES)("%s", (line) => {
    const { status, out, err } = shell(line);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(out.length).toBeGreaterThan(200);
  });
});

describe("the process", () => {
  it("ends with the command's status", () => {
    expect(shell("echo nothing | slopos plan -").status).toBe(2);
    expect(shell(`echo '{"entries": []}' | slopos plan -`).status).toBe(1);
  });

  it("is not bothered by a reader that stops reading", () => {
    const { status, out, err } = shell(
      "slopos plan --size 4G --json | head -c 10; exit ${PIPESTATUS[0]}",
    );
    expect(out).toHaveLength(10);
    expect([status, err]).toEqual([0, ""]);
  });

  it("says that it cannot write, and fails", () => {
    // A file that is open for reading only.
    const { status, err } = shell("slopos --help 1<test_output.log");
    expect(err).toMatch(/^slopos: cannot write: E[A-Z]+[^\n]*\n$/);
    expect(status).toBe(1);
    expect(shell("slopos --help 1<test_output.log 2<test_output.log").status).toBe(1);
  });

  it("leaves nothing in the temporary folder, and needs none", () => {
    const { status, out, err } = shell(
      'export TMPDIR="$PWD/t"; slopos --help >/dev/null; ls "$TMPDIR" || echo none',
    );
    expect(err).toMatch(/^ls: /);
    expect({ status, out }).toEqual({ status: 0, out: "none\n" });
  });

  it("reads input that comes late", () => {
    const line = `(sleep 1; cat "${ROOT}/test/cli/fixtures/firebird.txt") | slopos plan -`;
    expect(shell(line)).toMatchObject({ status: 0, err: "" });
  });

  it("reads UTF-16 from a file and from standard input", () => {
    const path = `"${ROOT}/test/cli/fixtures/ovmf-128m.memmap.txt"`;
    const [file, piped] = [shell(`slopos plan ${path}`), shell(`slopos plan - < ${path}`)];
    expect(file).toMatchObject({ status: 0, err: "" });
    expect(file.out).toContain("UEFI shell (memmap)");
    expect(piped).toEqual(file);
  });

  it("writes no colours into a pipe", () => {
    // eslint-disable-next-line no-control-regex
    expect(shell("slopos plan --size 64M").out).not.toMatch(/\u001b/);
  });

  it("says what to run where the packages or the kernel are missing", () => {
    const copy = join(folder, "copy");
    for (const part of ["abi", "bin", "library", "scripts", "sim", "tools", "package.json"]) {
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    }
    const bare = shell("slopos plan --size 64M", copy);
    expect(bare).toMatchObject({ status: 2, out: "" });
    expect(bare.err).toBe(
      "slopos: the Node packages are not installed; run: npm ci && npm run kernel\n",
    );
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "junction");
    const { status, err } = shell("slopos plan --size 64M", copy);
    expect(status).toBe(2);
    expect(err).toContain("builddir/kernel.wasm is missing; make it with: npm run kernel");
  });
});
