/**
 * Runs the project's scripts as a user would and looks at what they leave behind.
 *
 * Every run gets a temporary directory of its own. Afterwards it must be empty, and no process that
 * inherited it may run: both are checked here, so that each test of a script is a test of that too.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { expect, onTestFinished } from "vitest";

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Names of the scripts that are called; others are read by these. */
export const SCRIPTS: readonly string[] = readdirSync(join(ROOT, "scripts"))
  .filter((file) => file.endsWith(".sh"))
  .filter((file) => readFileSync(join(ROOT, "scripts", file), "utf8").startsWith("#!"))
  .map((file) => file.slice(0, -".sh".length));

/** The module that every ISO carries. */
export const KERNEL = join(ROOT, "builddir/kernel.wasm");

/** A `line` that calls the script by a relative path, which is what `CDPATH` has a say in. */
export const RELATIVELY = 'builtin cd "${0%/*}/.." && exec bash "scripts/${0##*/}" "$@"';

export interface Outcome {
  /** The exit status. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Variables to set; undefined removes one. */
  readonly env?: Record<string, string | undefined>;
  /** The checkout whose script runs; this one unless told otherwise. */
  readonly root?: string;
  /** A line for bash in which `"$0" "$@"` is the script with its arguments; what runs by default. */
  readonly line?: string;
  /** Is handed the process as soon as it runs, for instance to send it a signal. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Calls `use` with a new directory, which is removed afterwards. */
export async function withDirectory<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), "slopos test, "));
  try {
    return await use(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Command lines of the running processes whose temporary directory is `temporary`. */
function processesOf(temporary: string): string[] {
  const read = (pid: string, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const inherited = read(pid, "environ").split("\0").includes(`TMPDIR=${temporary}`);
        return inherited ? [read(pid, "cmdline").replaceAll("\0", " ")] : [];
      } catch {
        return []; // It has just ended, or is somebody else's.
      }
    });
}

/** Runs `scripts/<name>.sh` with `args` and waits for its end. */
export async function runScript(
  name: string,
  args: readonly string[],
  { env = {}, root = ROOT, line = 'exec "$0" "$@"', onStart }: RunOptions = {},
): Promise<Outcome> {
  return withDirectory(async (temporary) => {
    const script = join(root, "scripts", `${name}.sh`);
    const child = spawn("bash", ["-c", line, script, ...args], {
      cwd: root,
      env: { ...process.env, LIMINE_DIR: undefined, TMPDIR: temporary, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A test that runs out of time does not wait for its script, which has to end all the same.
    onTestFinished(() => void child.kill());
    onStart?.(child);
    const status = await new Promise<number | null>((done, failed) => {
      child.on("close", done).on("error", failed);
    });
    // A script that was killed cannot wait for what ends because of that.
    if (status === null) await expect.poll(() => processesOf(temporary)).toEqual([]);
    expect(readdirSync(temporary), "temporary files left behind").toEqual([]);
    expect(processesOf(temporary), "processes left behind").toEqual([]);
    return { status, stdout, stderr };
  });
}

/** Calls `use` with a PATH that has every program of this machine but `programs`. */
export async function withPathLacking<T>(
  programs: readonly string[],
  use: (path: string) => Promise<T>,
): Promise<T> {
  return withDirectory(async (bin) => {
    for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
      if (!existsSync(directory)) continue;
      for (const name of readdirSync(directory)) {
        const link = join(bin, name);
        if (!programs.includes(name) && !existsSync(link)) symlinkSync(join(directory, name), link);
      }
    }
    return use(bin);
  });
}
