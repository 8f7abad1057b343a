/**
 * Allocators for tests of the judge: sources of the tree, as they are or with a mistake in them.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readModule } from "../../tools/judge/contract.ts";
import { type Examination, examine } from "../../tools/judge/examination.ts";
import { moduleBytes } from "../../tools/judge/source.ts";
import { WatchedWorker } from "../../tools/judge/watched_worker.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The page that `judge --new c` writes. */
export const FIRST_FIT = "tools/judge/templates/first_fit.c";

/** Compiles C with `edits` made to the file at `path`; each finds its text exactly once. */
export function compileEdited(
  path: string,
  edits: readonly (readonly [from: string, to: string])[] = [],
): Uint8Array<ArrayBuffer> {
  let text = readFileSync(join(ROOT, path), "utf8");
  for (const [from, to] of edits) {
    if (text.split(from).length !== 2) throw new Error(`${path} has not once: ${from}`);
    text = text.replace(from, () => to);
  }
  // What it includes is beside the file that it comes from.
  const headers = ["list_buddy.h", "memory.h"];
  const folder = mkdtempSync(join(tmpdir(), "slopos-judged-"));
  try {
    for (const header of path.startsWith("bench/") ? headers : []) {
      writeFileSync(join(folder, header), readFileSync(join(ROOT, dirname(path), header)));
    }
    const source = join(folder, "allocator.c");
    writeFileSync(source, text);
    return moduleBytes(source);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compiles C whose text is `text`. */
export function compileText(text: string): Uint8Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), "slopos-judged-"));
  try {
    writeFileSync(join(folder, "allocator.c"), text);
    return moduleBytes(join(folder, "allocator.c"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the judge finds out about a module, and what `use` makes of its worker. */
export async function examined(bytes: Uint8Array<ArrayBuffer>): Promise<Examination> {
  const worker = new WatchedWorker(readModule(bytes));
  try {
    return await examine(worker, { isFull: false, seed: 1 }, () => undefined);
  } finally {
    await worker.close();
  }
}
