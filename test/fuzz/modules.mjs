/**
 * Runs modules in the shim on the host and judges how they end.
 *
 * Whatever a module is, the shim has to survive it: refuse it, report its trap, or run it. What a
 * module does to itself (loop, use physical memory that is not there, fill the stack) is its own
 * affair, since on the machine a time limit, an exception or the guard page ends it. Memory of the
 * shim's own must never be misused, with one exception: wasm3 0.5 does not validate instructions,
 * so a module that node does not accept either may do so once it runs. Those are only counted.
 */

import { spawn } from "node:child_process";
import { Buffer } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OUTPUT } from "./build.mjs";

/** Processes that share the work: as many as CI has processors. */
const HOSTS = 2;

/** How `bytes` ends, as module_host.c prints it. */
async function runAll(modules) {
  const host = spawn(join(OUTPUT, "module_host"), { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  host.stdout.setEncoding("utf8").on("data", (part) => (text += part));
  host.stdin.on("error", () => {}); // The host ended too early: its status says so.
  for (const [, bytes] of modules) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    host.stdin.write(length);
    host.stdin.write(bytes);
  }
  host.stdin.end();
  const status = await new Promise((done) => host.on("close", done));
  const outcomes = text.trim().split("\n");
  if (status !== 0 || outcomes.length !== modules.length) {
    throw new Error(`module_host ended with ${status} after ${outcomes.length} modules`);
  }
  return outcomes.map((line) => JSON.parse(line));
}

/** Why the outcome is not as it should be; undefined if it is. */
function complaint([, bytes, wanted, message], { outcome, phase, text }) {
  if (wanted && outcome !== wanted) return `wanted: ${wanted}`;
  if (message && !message.test(text)) return `wanted: ${message}`;
  if (outcome === "refused" && !/^PANIC: shim: .*module.* code=\d+ name=\w+/.test(text)) {
    return "a refusal says what is wrong with the module";
  }
  if (outcome === "endless" && phase !== "run") return "the shim does not end";
  if (outcome === "corrupted" && (phase !== "run" || globalThis.WebAssembly.validate(bytes))) {
    return "the shim's memory was misused";
  }
  return undefined;
}

/**
 * Runs `modules`, each `[what, bytes]` or `[what, bytes, outcome, message]`. Returns how many ended
 * in which way and the findings, each with the file that it was saved in.
 */
export async function runModules(modules) {
  const share = Math.ceil(modules.length / HOSTS);
  const parts = Array.from({ length: HOSTS }, (_, i) => modules.slice(i * share, (i + 1) * share));
  const outcomes = (await Promise.all(parts.filter((part) => part.length).map(runAll))).flat();
  const counts = {};
  const findings = [];
  for (const [i, module] of modules.entries()) {
    const ending = outcomes[i];
    counts[ending.outcome] = (counts[ending.outcome] ?? 0) + 1;
    const why = complaint(module, ending);
    if (!why) continue;
    const file = join(OUTPUT, "findings", `module-${i}.wasm`);
    mkdirSync(join(OUTPUT, "findings"), { recursive: true });
    writeFileSync(file, module[1]);
    const { outcome, phase, text } = ending;
    findings.push(`a kernel ${module[0]}: ${outcome} in ${phase}: ${text}\n  ${why}\n  ${file}`);
  }
  return { counts, findings };
}
