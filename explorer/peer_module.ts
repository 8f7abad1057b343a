/**
 * The list buddy that the page sets beside the kernel, compiled and put beside the page. It takes Node
 * and its packages only.
 */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Plugin } from "vite";

const run = promisify(execFile);

/** The file's name beside the page. */
const NAME = "list_buddy_pcp.wasm";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ENTRY = "bench/peers/list_buddy_pcp_entry.ts";

/** As the kernel is compiled. The peer makes no assertions; where one failed it would trap. */
const OPTIONS = ["--runtime", "stub", "-O3", "--use", "abort=", "--enable", "bulk-memory"];

/** The peer's module; an error with the compiler's words if it does not compile. */
export async function compilePeer(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), "slopos-peer-"));
  try {
    const output = join(folder, NAME);
    const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
    const files = [ENTRY, "--config", "none", "--outFile", relative(ROOT, output)];
    await run(process.execPath, [compiler, ...files, ...OPTIONS], { cwd: ROOT });
    return new Uint8Array(await readFile(output));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Serves the module while developing, and copies it into a build. */
export function peerModule(): Plugin {
  return {
    name: "peer-module",
    configureServer(server) {
      server.middlewares.use(`/${NAME}`, (_request, response, next) => {
        compilePeer().then((module) => {
          response.setHeader("Content-Type", "application/wasm");
          response.end(module);
        }, next);
      });
    },
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: NAME, source: await compilePeer() });
    },
  };
}
