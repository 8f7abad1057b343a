/**
 * Serves the files of one folder on this machine, to this machine: the built explorer.
 */

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** The file of `folder` that `url` asks for; null for what is no path, or leads out of the folder. */
export function fileFor(folder: string, url: string): string | null {
  const [encoded = ""] = url.split(/[?#]/);
  if (!encoded.startsWith("/")) return null;
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return null;
  }
  const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
  const root = folder.endsWith(sep) ? folder : folder + sep;
  return file.startsWith(root) && !file.includes("\0") ? file : null;
}

/** A server that runs, and the address of its page. */
export interface PageServer {
  readonly server: Server;
  readonly address: string;
}

/** Serves `folder` at `port` of 127.0.0.1; 0 is any that is free. Throws what Node throws if it cannot. */
export async function servePage(folder: string, port: number): Promise<PageServer> {
  const server = createServer((request, response) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const file = isRead ? fileFor(folder, request.url ?? "/") : null;
    const contents = file === null ? Promise.resolve(null) : readFile(file).catch(() => null);
    void contents.then((bytes) => {
      if (!bytes) return response.writeHead(isRead ? 404 : 405).end();
      const type = TYPES[extname(file!)] ?? "application/octet-stream";
      return response
        .writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache" })
        .end(bytes);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return { server, address: `http://127.0.0.1:${taken}/` };
}
