/**
 * The machine and the versions of what has a part in the figures.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "./modules.ts";
import { type Facts } from "./results.ts";

/** The first line that `tool --version` prints, or that there is none. */
function versionOf(tool: string): string {
  try {
    const text = execFileSync(tool, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.split("\n")[0]!;
  } catch {
    return "not installed";
  }
}

function packageVersion(name: string): string {
  const text = readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** What is said about this machine above every table. */
export function machineFacts(): Facts {
  const processors = cpus();
  return {
    processor: `${processors[0]?.model.trim() ?? "unknown"}, ${processors.length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `Linux ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    assemblyscript: packageVersion("assemblyscript"),
    wasm3: `the source in react-native-webassembly ${packageVersion("wasm3")}`,
    clang: versionOf("clang"),
    wasm2c: versionOf("wasm2c"),
    qemu: versionOf("qemu-system-x86_64"),
  };
}
