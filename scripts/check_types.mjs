/**
 * Type checks the whole tree: tests and tools as TypeScript for Node, the kernel as AssemblyScript.
 *
 *     node scripts/check_types.mjs
 *
 * AssemblyScript's syntax is TypeScript's but for one thing: functions may have decorators
 * (`@inline`, `@external`), which TypeScript reports as TS1206. That one report is dropped for the
 * kernel, and nothing else; hence the compiler's API instead of `tsc`.
 */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const DECORATORS_NOT_VALID_HERE = 1206;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const host = {
  ...ts.sys,
  /** Ends the check: the configuration itself is wrong. */
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  },
};

/** What is wrong with the program of `config`, but for reports whose code is in `tolerated`. */
function check(config, tolerated = []) {
  const { options, fileNames, errors } = ts.getParsedCommandLineOfConfigFile(
    `${root}/${config}`,
    {},
    host,
  );
  const program = ts.createProgram(fileNames, options);
  return [...errors, ...ts.getPreEmitDiagnostics(program)].filter(
    ({ code }) => !tolerated.includes(code),
  );
}

const diagnostics = [
  ...check("tsconfig.json"),
  ...check("src/tsconfig.json", [DECORATORS_NOT_VALID_HERE]),
];
process.stderr.write(
  ts.formatDiagnosticsWithColorAndContext(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  }),
);
if (diagnostics.length) {
  console.error(`check_types: ${diagnostics.length} problem(s)`);
  process.exit(1);
}
