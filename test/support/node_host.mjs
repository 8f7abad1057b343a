/**
 * Runs a WASI command under Node's own WASI, in a process of its own: a second host for tests.
 *
 *     node node_host.mjs '{"module": …, "args": […], "env": {…}, "preopens": {…}}'
 *
 * Standard streams and the exit status are the program's.
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { WASI } from "node:wasi";

const { WebAssembly } = globalThis;
const { module: path, args, env, preopens } = JSON.parse(process.argv[2]);
const module = new WebAssembly.Module(readFileSync(path));
const isOld = WebAssembly.Module.imports(module).some(({ module }) => module === "wasi_unstable");
const wasi = new WASI({ version: isOld ? "unstable" : "preview1", args, env, preopens });
const instance = new WebAssembly.Instance(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
