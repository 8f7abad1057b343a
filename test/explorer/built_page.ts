/**
 * Builds the explorer, as it is published, once for all tests that open it. vitest runs this before
 * the first of them and hands them the folder.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { type TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder with the built page. */
    explorerFolder: string;
  }
}

/** Builds the page; the answer removes it. */
export default async function buildPage(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "slopos-explorer-"));
  // The test runner's mode would make a build for development.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    await build({
      configFile: fileURLToPath(new URL("../../explorer/vite.config.ts", import.meta.url)),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
  project.provide("explorerFolder", folder);
  return () => rm(folder, { recursive: true });
}
