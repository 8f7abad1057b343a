/**
 * Makes the folder dist/ of the npm package: what runs, compiled, with nothing left to build or to
 * install. `npm pack` runs it (scripts/package/prepack.mjs); package.json, bin/ and LICENSE go into the
 * package as they are in the checkout.
 *
 *     node scripts/make_package.mjs
 *
 * Needs builddir/kernel.wasm. The folder has:
 *
 *     slopos.js, index.js             the command and the library, with the packages that they use
 *     types/                          the library's declarations
 *     kernel.wasm, kernel.wasm.sha256 the kernel that the ISO carries
 *     memmaps/, explorer/             the recorded memory maps, and the page
 *     judge/, worker.js               what the judge hands out, and where it lets an allocator run
 *     docs/                           the pages about the library and the judge
 *     THIRD-PARTY.txt                 what of others is in all that, and its licences
 */

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";
import { build } from "vite";
import { writeDeclarations } from "./package/declarations.mjs";
import { placesOfPackage } from "./package/places.mjs";
import { KERNEL_PARTS, nodePart, thirdPartyText } from "./third_party.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "dist");

/** Copies a file or a folder of the project. */
function copy(from, to) {
  cpSync(join(root, from), join(folder, to), { recursive: true });
}

/** Where the targets of links are in the package, as seen from docs/. */
const LINKS = {
  "../tools/judge/contract/allocator.h": "../judge/contract/allocator.h",
  "../library/running_kernel.ts": "../types/library/running_kernel.d.ts",
};

/** Copies a page of docs/; a link to what is not in the package becomes text. */
function copyPage(name) {
  const text = readFileSync(join(root, "docs", name), "utf8");
  const link = /\[([^\]]*)\]\(([^)]*)\)/g;
  mkdirSync(join(folder, "docs"), { recursive: true });
  writeFileSync(
    join(folder, "docs", name),
    text.replaceAll(link, (_, words, target) =>
      target in LINKS ? `[${words}](${LINKS[target]})` : words,
    ),
  );
}

/** Bundles the command and the library; the parts that they share are files of their own. */
function bundle() {
  return build({
    root,
    configFile: false,
    logLevel: "warn",
    plugins: [placesOfPackage()],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: "es2023",
      minify: false,
      copyPublicDir: false,
      rolldownOptions: {
        input: {
          slopos: join(root, "tools/cli/slopos.ts"),
          index: join(root, "library/index.ts"),
          worker: join(root, "tools/judge/worker.ts"),
        },
        output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
      },
    },
  });
}

/** Builds the page as `npm run explore:build` does. */
function buildExplorer() {
  return build({
    configFile: join(root, "explorer/vite.config.ts"),
    logLevel: "warn",
    build: { outDir: join(folder, "explorer"), emptyOutDir: true },
  });
}

/** The names of the Node packages that are in what a bundler has written. */
function bundledPackages({ output }) {
  const modules = output.flatMap((chunk) => Object.keys(chunk.modules ?? {}));
  const names = modules.map(
    (id) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[1],
  );
  return [...new Set(names.filter(Boolean))].sort();
}

console.log("making the package's folder dist");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
process.env.NODE_ENV = "production";

const kernel = readFileSync(join(root, "builddir/kernel.wasm"));
writeFileSync(join(folder, "kernel.wasm"), kernel);
const hash = createHash("sha256").update(kernel).digest("hex");
writeFileSync(join(folder, "kernel.wasm.sha256"), `${hash}  kernel.wasm\n`);
copy("test/memmaps", "memmaps");
copyPage("library.md");
copyPage("judge.md");
copy("tools/judge/contract", "judge/contract");
copy("tools/judge/templates", "judge/templates");
const { builtModule, MODULE_NAMES } = await tsImport("../tools/judge/modules.ts", import.meta.url);
for (const name of MODULE_NAMES)
  copy(relative(root, builtModule(name)), `judge/modules/${name}.wasm`);
writeDeclarations(root, "library/index.ts", join(folder, "types"));
const parts = [
  ...KERNEL_PARTS("dist/kernel.wasm and dist/explorer/programs/"),
  nodePart("@assemblyscript/wasi-shim", "dist/explorer/programs/"),
  ...bundledPackages(await bundle()).map((name) => nodePart(name, "the modules of dist/")),
  ...bundledPackages(await buildExplorer()).map((name) => nodePart(name, "dist/explorer/")),
];
writeFileSync(join(folder, "THIRD-PARTY.txt"), thirdPartyText(parts));
