/**
 * The hashes in limine.conf: what is in the ISO is booted only if it is what went into it.
 *
 * A hash protects against damage on the way. It is no signature: who can write limine.conf can
 * write another hash.
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KernelLog } from "./kernel_log.ts";
import { KERNEL, type Loader, ROOT, hasLimine, runScript, withDirectory } from "./scripts.ts";

const SHIM = join(ROOT, "builddir/shim.elf");

/** How the loaders say it. Limine then waits for a key, so that only the time limit ends it. */
const REFUSAL = {
  stub: { status: 1, panic: (path: string) => new RegExp(`^PANIC: stub: ${path}: .*BLAKE2b hash`) },
  limine: {
    status: 124,
    panic: (path: string) => new RegExp(`^PANIC: .*hash.*${path}.*not match`),
  },
};

/** Seconds in which even a busy machine gets as far as the refusal. */
const LIMIT = "30";

/**
 * Changes one bit of `file` wherever the ISO has it: the ISO's own file system and, for the stub,
 * the FAT image in it.
 */
function damage(iso: string, file: string, copies: number): void {
  const content = readFileSync(file);
  const middle = content.subarray(content.length >> 1, (content.length >> 1) + 256);
  const image = readFileSync(iso);
  let found = 0;
  for (let at = image.indexOf(middle); at >= 0; at = image.indexOf(middle, at), found++) {
    image.writeUInt8(image.readUInt8(at + 100) ^ 1, at + 100);
  }
  expect(found, `copies of ${file} in the ISO`).toBe(copies);
  writeFileSync(iso, image);
}

describe.each<Loader>(["limine", "stub"])("an ISO for %s", (loader) => {
  describe.skipIf(loader === "limine" && !hasLimine())("", () => {
    it("names the hash of each file", () =>
      withDirectory(async (work) => {
        const iso = join(work, "test.iso");
        const outcome = await runScript("build_iso", ["--loader", loader, "-o", iso]);
        expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
        const text = readFileSync(iso, "latin1");
        for (const [key, path, file] of [
          ["kernel_path", "/boot/shim.elf", SHIM],
          ["module_path", "/boot/kernel.wasm", KERNEL],
        ] as const) {
          const hash = createHash("blake2b512").update(readFileSync(file)).digest("hex");
          expect(text).toContain(`${key}: boot():${path}#${hash}\n`);
        }
      }));

    it.each([
      ["/boot/shim.elf", SHIM],
      ["/boot/kernel.wasm", KERNEL],
    ])("is not booted with one bit of %s changed", (path, file) =>
      withDirectory(async (work) => {
        const iso = join(work, "test.iso");
        const log = join(work, "serial.log");
        await runScript("build_iso", ["--loader", loader, "-o", iso]);
        damage(iso, file, loader === "stub" ? 2 : 1);
        const { status } = await runScript("run_qemu_ovmf", [iso, LIMIT, "--log", log]);
        const { panic, text, lines } = new KernelLog(readFileSync(log, "utf8"));
        expect(panic, text).toMatch(REFUSAL[loader].panic(path));
        expect(lines, "something ran").toEqual([]);
        expect(status).toBe(REFUSAL[loader].status);
      }),
    );
  });
});
