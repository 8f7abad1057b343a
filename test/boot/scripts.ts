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
import { KernelLog } from "./kernel_log.ts";

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** The module that every ISO carries. */
export const KERNEL = join(ROOT, "builddir/kernel.wasm");

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

export type Loader = "limine" | "stub";

/** What runs the kernel; see shim/engine.h. */
export type Engine = "wasm3" | "aot";

export const ENGINES: readonly Engine[] = ["wasm3", "aot"];

/** The shim of an engine, which the ISO carries as /boot/shim.elf. */
export function shimOf(engine: Engine): string {
  return join(ROOT, "builddir", engine === "aot" ? "shim-aot.elf" : "shim.elf");
}

/** True if this machine has Limine where scripts/build_iso.sh looks for it. */
export function hasLimine(): boolean {
  return ["/usr/local/share/limine", "/usr/share/limine"].some((directory) =>
    ["BOOTX64.EFI", "limine-uefi-cd.bin"].every((file) => existsSync(join(directory, file))),
  );
}

export interface BootOptions {
  /** `wasm3` if not given. */
  readonly engine?: Engine;
  /** Arguments for scripts/build_iso.sh besides the loader. */
  readonly iso?: readonly string[];
  /** Arguments for scripts/run_qemu_ovmf.sh besides the ISO and the log. */
  readonly run?: readonly string[];
}

export interface Boot {
  /** The exit status of scripts/run_qemu_ovmf.sh. */
  readonly status: number | null;
  readonly log: KernelLog;
}

/** Makes an ISO, boots it and reads the log; 60 seconds are enough for the slowest machine. */
export async function boot(
  loader: Loader,
  { engine = "wasm3", iso = [], run = ["60"] }: BootOptions,
): Promise<Boot> {
  return withDirectory(async (work) => {
    const file = join(work, "test.iso");
    const made = await runScript("build_iso", [
      "--loader",
      loader,
      "--engine",
      engine,
      "-o",
      file,
      ...iso,
    ]);
    expect(made, made.stderr).toMatchObject({ status: 0 });
    const log = join(work, "serial.log");
    const { status, stdout } = await runScript("run_qemu_ovmf", [file, ...run, "--log", log]);
    const text = readFileSync(log, "utf8");
    expect(stdout, "screen and log differ").toBe(text);
    return { status, log: new KernelLog(text) };
  });
}
