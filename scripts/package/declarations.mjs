/**
 * Declarations of what an entry exports, and of all that they name.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** The modules that a declaration file imports, beside it. */
const IMPORTS = /(?<=(?:from |import\()")(\.[^"]+)\.ts(?=")/g;

/**
 * Writes the declarations of `entry`, a source of the project at `root`, and of the sources that it
 * leads to, below `folder`. Throws what TypeScript has to object.
 */
export function writeDeclarations(root, entry, folder) {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([join(root, entry)], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: root,
    outDir: folder,
  });
  const declarations = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    declarations.set(relative(folder, path).replaceAll("\\", "/"), text);
  });
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length) {
    const host = ts.createCompilerHost(options);
    throw new Error(ts.formatDiagnostics(problems, host));
  }
  const wanted = [entry.replace(/\.ts$/, ".d.ts")];
  for (const name of wanted) {
    const text = declarations.get(name);
    for (const [, target] of text.matchAll(IMPORTS)) {
      const found = join(dirname(name), `${target}.d.ts`).replaceAll("\\", "/");
      if (!wanted.includes(found)) wanted.push(found);
    }
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll(IMPORTS, "$1.js"));
  }
}
