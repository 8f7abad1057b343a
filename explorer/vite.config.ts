/**
 * How the explorer is served and built: `vite explorer` and `vite build explorer`.
 *
 * The page fetches `kernel.wasm` from beside itself: the very file that the ISO carries. The
 * development server hands it out of `builddir/`, a build copies it. The list buddy that it is set
 * beside, `list_buddy_pcp.wasm`, and the programs that it runs, `programs/*.wasm`, are compiled here. All
 * references are relative, so that the built files work from any folder of any web server.
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { peerModule } from "./peer_module.ts";
import { programModules } from "./program_modules.ts";
import { tour } from "./tour_page.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const KERNEL = fileURLToPath(new URL("../builddir/kernel.wasm", import.meta.url));

/** Serves and copies `builddir/kernel.wasm`; without it a build fails and a request gets a 404. */
function kernelModule(): Plugin {
  return {
    name: "kernel-module",
    configureServer(server) {
      server.middlewares.use("/kernel.wasm", (_request, response) => {
        if (!existsSync(KERNEL)) {
          response.statusCode = 404;
          response.end();
          return;
        }
        response.setHeader("Content-Type", "application/wasm");
        response.end(readFileSync(KERNEL));
      });
    },
    generateBundle() {
      if (!existsSync(KERNEL)) this.error(`${KERNEL} is missing; make it with: npm run kernel`);
      this.emitFile({ type: "asset", fileName: "kernel.wasm", source: readFileSync(KERNEL) });
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [kernelModule(), peerModule(), programModules(), tour()],
  worker: { format: "es" },
  server: { fs: { allow: [REPOSITORY] } },
  build: {
    outDir: "../builddir/explorer",
    emptyOutDir: true,
    target: "es2023",
    // Map files are fetched, not part of the script.
    assetsInlineLimit: 0,
    // Compiling the programs takes seconds, which is no news.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
