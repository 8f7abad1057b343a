/**
 * The list buddy that the page sets beside the kernel, compiled and put beside the page: the one that
 * the judge sets beside an allocator. It takes Node and its packages only.
 */

import { readFileSync } from "node:fs";
import { type Plugin } from "vite";
import { builtModule } from "../tools/judge/modules.ts";

/** The file's name beside the page. */
const NAME = "list_buddy_pcp.wasm";

/** The peer's module; an error with the compiler's words if it does not compile. */
export function peerBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(builtModule("list_buddy_pcp")));
}

/** Serves the module while developing, and copies it into a build. */
export function peerModule(): Plugin {
  return {
    name: "peer-module",
    configureServer(server) {
      server.middlewares.use(`/${NAME}`, (_request, response) => {
        const module = peerBytes();
        response.setHeader("Content-Type", "application/wasm");
        response.end(module);
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: NAME, source: peerBytes() });
    },
  };
}
