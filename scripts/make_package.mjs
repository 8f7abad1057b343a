/**
 * Makes the npm package: what runs, compiled, with nothing left to build or to install.
 *
 *     node scripts/make_package.mjs [--dry-run] [--json]
 *
 * Needs builddir/kernel.wasm, which `npm run pack` sees to. Writes the package's folder to
 * builddir/package and lets `npm pack` pack it to builddir/slopos-wasm-VERSION.tgz; the options are
 * those of `npm pack`: pack nothing, and print what is in the package as JSON. The folder has:
 *
 *     dist/slopos.js, dist/index.js   the command and the library, with the packages that they use
 *     types/                          the library's declarations
 *     kernel.wasm, kernel.wasm.sha256 the kernel that the ISO carries
 *     memmaps/, explorer/             the recorded memory maps, and the page
 *     judge/, dist/worker.js          what the judge hands out, and where it lets an allocator run
 *     docs/                           the pages about the library and the judge
 *
 * The package is marked private: a person who publishes it takes the mark away.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tsImport } from "tsx/esm/api";
import { build } from "vite";
import { writeDeclarations } from "./package/declarations.mjs";
import { placesOfPackage } from "./package/places.mjs";
import { KERNEL_PARTS, nodePart, thirdPartyText } from "./third_party.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stage = join(root, "builddir/package");
const project = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const OPTIONS = { "dry-run": { type: "boolean" }, json: { type: "boolean" } };

/** The options that were given, as `npm pack` takes them; others end the script. */
function givenOptions() {
  try {
    return Object.keys(parseArgs({ options: OPTIONS }).values).map((name) => `--${name}`);
  } catch (error) {
    console.error(`make_package: ${error.message}`);
    process.exit(2);
  }
}

const npmOptions = givenOptions();

/** What users see of package.json. */
const MANIFEST = {
  name: project.name,
  version: project.version,
  description: project.description,
  license: project.license,
  private: true,
  type: "module",
  engines: project.engines,
  bin: { slopos: "dist/slopos.js" },
  exports: {
    ".": { types: "./types/library/index.d.ts", default: "./dist/index.js" },
    "./kernel.wasm": "./kernel.wasm",
    "./package.json": "./package.json",
  },
  sideEffects: false,
  files: [
    "dist",
    "types",
    "kernel.wasm",
    "kernel.wasm.sha256",
    "judge",
    "docs",
    "memmaps",
    "explorer",
    "THIRD-PARTY.txt",
  ],
};

/** Copies a file or a folder of the project, under another name if one is given. */
function copy(from, to = from) {
  cpSync(join(root, from), join(stage, to), { recursive: true });
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
  mkdirSync(join(stage, "docs"), { recursive: true });
  writeFileSync(
    join(stage, "docs", name),
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
      outDir: join(stage, "dist"),
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
    build: { outDir: join(stage, "explorer"), emptyOutDir: true },
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

/** Packs the folder; npm is the one that runs this script, if one does. */
function pack() {
  const npm = process.env.npm_execpath;
  const args = ["pack", "--silent", "--pack-destination", join(root, "builddir"), ...npmOptions];
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: stage, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: stage, stdio: "inherit", shell: true });
  if (status !== 0) process.exit(1);
}

rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
process.env.NODE_ENV = "production";

const kernel = readFileSync(join(root, "builddir/kernel.wasm"));
writeFileSync(join(stage, "kernel.wasm"), kernel);
const hash = createHash("sha256").update(kernel).digest("hex");
writeFileSync(join(stage, "kernel.wasm.sha256"), `${hash}  kernel.wasm\n`);
writeFileSync(join(stage, "package.json"), `${JSON.stringify(MANIFEST, null, 2)}\n`);
copy("library/README.md", "README.md");
copy("LICENSE");
copy("test/memmaps", "memmaps");
copyPage("library.md");
copyPage("judge.md");
copy("tools/judge/contract", "judge/contract");
copy("tools/judge/templates", "judge/templates");
const { builtModule, MODULE_NAMES } = await tsImport("../tools/judge/modules.ts", import.meta.url);
for (const name of MODULE_NAMES)
  copy(relative(root, builtModule(name)), `judge/modules/${name}.wasm`);
writeDeclarations(root, "library/index.ts", join(stage, "types"));
const parts = [
  ...KERNEL_PARTS("kernel.wasm and explorer/programs/"),
  nodePart("@assemblyscript/wasi-shim", "explorer/programs/"),
  ...bundledPackages(await bundle()).map((name) => nodePart(name, "dist/")),
  ...bundledPackages(await buildExplorer()).map((name) => nodePart(name, "explorer/")),
];
writeFileSync(join(stage, "THIRD-PARTY.txt"), thirdPartyText(parts));
pack();
