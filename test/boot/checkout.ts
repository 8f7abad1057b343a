/** Checkouts of their own for tests of scripts that change the checkout they are in. */

import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, withDirectory } from "./scripts.ts";

/** What a checkout has of its own besides what git keeps. */
const OWN = /^(\..*|.*\.tgz|builddir.*|dist|node_modules|limine|test_output\.log)$/;

/** Calls `use` with a checkout at a path that ends in `name`; node_modules is a link to ours. */
export function withSources<T>(name: string, use: (root: string) => Promise<T>): Promise<T> {
  return withDirectory(async (work) => {
    const root = join(work, name);
    mkdirSync(root);
    for (const file of readdirSync(ROOT).filter((file) => !OWN.test(file))) {
      cpSync(join(ROOT, file), join(root, file), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "junction");
    return use(root);
  });
}

/** Calls `use` with a checkout that has nothing but the scripts and `files`, content by name. */
export function withScripts<T>(
  files: Record<string, string>,
  use: (root: string) => Promise<T>,
): Promise<T> {
  return withDirectory(async (root) => {
    mkdirSync(join(root, "scripts"));
    for (const name of readdirSync(join(ROOT, "scripts"))) {
      cpSync(join(ROOT, "scripts", name), join(root, "scripts", name), { recursive: true });
    }
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(root, name, ".."), { recursive: true });
      writeFileSync(join(root, name), text, { mode: 0o755 });
    }
    return use(root);
  });
}
