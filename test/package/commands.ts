/**
 * Runs commands as a user types them, in a folder, with nothing on the PATH but what Node needs.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { onTestFinished } from "vitest";
import { nodeOnlyPath } from "../support/node_only_path.ts";

const PATH = nodeOnlyPath();

/** Programs that must not be needed, all of which `scripts/setup.sh` would install. */
export const HIDDEN = [
  ...["apt-get", "clang", "clang-format", "curl", "ld.lld", "meson", "ninja", "wasm2c"],
  ...["xorriso", "mcopy", "qemu-system-x86_64", "chromium"],
];

export interface Ended {
  /** The exit status. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The environment of a user who has just installed Node: nothing of the npm that runs the tests. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$/.test(name));
  return { ...Object.fromEntries(own), PATH };
}

/** Runs `line` in `folder` to its end; another PATH is for scripts that need a whole system. */
export function run(line: string, folder: string, input = "", path = PATH): Ended {
  const { status, stdout, stderr } = spawnSync(line, {
    shell: true,
    cwd: folder,
    env: { ...environment(), PATH: path },
    encoding: "utf8",
    input,
    maxBuffer: 2 ** 26,
  });
  return { status, out: stdout, err: stderr };
}

/** Ends a shell that `start` has started, with all that it has started. */
function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  if (process.platform === "win32") spawnSync("taskkill", ["/pid", `${child.pid}`, "/t", "/f"]);
  else process.kill(-child.pid, "SIGKILL");
}

export interface Server {
  /** Where it serves its page, as it prints it. */
  readonly address: string;
  /** Ends it, and waits until it is gone; the end of the test ends it as well. */
  readonly stop: () => Promise<void>;
}

/** Starts `line` in `folder`, which serves a page. */
export async function startServer(line: string, folder: string): Promise<Server> {
  const child = spawn(line, {
    shell: true,
    cwd: folder,
    env: { ...environment(), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  onTestFinished(() => end(child));
  let printed = "";
  const address = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        const [found] = /http:\/\/[\w.]+:\d+\//.exec(printed) ?? [];
        if (found) resolve(found);
      });
    }
  });
  // Not before its streams are closed: by then what it has started is gone as well.
  const closed = once(child, "close");
  const ended = closed.then(() => {
    throw new Error(`${line} ended:\n${printed}`);
  });
  return {
    address: await Promise.race([address, ended]),
    stop: async () => {
      end(child);
      await closed;
    },
  };
}

/** What a server gives for an address: the status, the type and the bytes. */
export async function get(address: string) {
  const response = await fetch(address);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get("content-type") ?? "", bytes };
}
