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
import { boot } from "./boot.ts";
import { ENGINES, shimOf } from "./engines.ts";
import { buildIso, describeLoaders, kindOf } from "./loaders.ts";
import { KERNEL, ROOT, runScript, withDirectory } from "./scripts.ts";

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

describe.each(ENGINES)("with %s, an ISO for", (engine) => {
  const SHIM = shimOf(engine);

  describeLoaders((loader) => {
    it("names the hash of each file", () =>
      withDirectory(async (work) => {
        const iso = join(work, "test.iso");
        const outcome = await buildIso(loader, ["--engine", engine, "-o", iso]);
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
        await buildIso(loader, ["--engine", engine, "-o", iso]);
        damage(iso, file, loader === "stub" ? 2 : 1);
        const { status } = await runScript("run_qemu_ovmf", [iso, LIMIT, "--log", log]);
        const { panic, text, lines } = new KernelLog(readFileSync(log, "utf8"));
        expect(panic, text).toMatch(REFUSAL[kindOf(loader)].panic(path));
        expect(lines, "something ran").toEqual([]);
        expect(status).toBe(REFUSAL[kindOf(loader)].status);
      }),
    );
  });
});

describe("a kernel and a shim that do not belong together", () => {
  const config = readFileSync(join(ROOT, "iso/limine.conf"), "utf8");

  it("are not packed, and an ISO that is there stays", () =>
    withDirectory(async (work) => {
      const iso = join(work, "old.iso");
      const module = join(work, "other.wasm");
      writeFileSync(iso, "old");
      // A custom section at the end: another module, and as good a kernel.
      writeFileSync(module, Buffer.concat([readFileSync(KERNEL), Buffer.of(0, 2, 1, 0x61)]));
      const args = ["--engine", "aot", "--module", module, "-o", iso];
      const { status, stderr } = await runScript("build_iso", args);
      expect(stderr).toContain(`${module} is not the module that`);
      expect(status).toBe(2);
      expect(readFileSync(iso, "utf8")).toBe("old");
    }));

  // Without hashes in limine.conf the loader lets everything pass.
  it.each([
    [
      "one bit changed",
      (kernel: Buffer) => kernel.writeUInt8(kernel.readUInt8(40_001) ^ 4, 40_001),
    ],
    ["its last byte changed", (kernel: Buffer) => kernel.fill(0xff, kernel.length - 1)],
  ])("are not booted: the kernel with %s", (_, change) =>
    withDirectory(async (work) => {
      const unchecked = join(work, "limine.conf");
      writeFileSync(unchecked, config.replaceAll(/#@\w+_HASH@/g, ""));
      const iso = join(work, "test.iso");
      await runScript(
        "build_iso",
        ["--loader", "stub", "--engine", "aot"].concat(["-o", iso, "--config", unchecked]),
      );
      const kernel = readFileSync(KERNEL);
      const image = readFileSync(iso);
      const changed = Buffer.from(kernel);
      change(changed);
      for (let at = image.indexOf(kernel); at >= 0; at = image.indexOf(kernel))
        changed.copy(image, at);
      writeFileSync(iso, image);
      const log = join(work, "serial.log");
      const { status } = await runScript("run_qemu_ovmf", [iso, LIMIT, "--log", log]);
      const { panic, text } = new KernelLog(readFileSync(log, "utf8"));
      const hash = createHash("blake2b512").update(kernel).digest("hex");
      expect(panic, text).toMatch(
        /^PANIC: shim: the wasm module is not the one that this shim was made of/,
      );
      expect(panic).toContain(`BLAKE2b-512=${hash} code=17 name=INVALID_MODULE`);
      expect(status).toBe(1);
    }),
  );

  it("boot without hashes if they do belong together", async () => {
    await withDirectory(async (work) => {
      const unchecked = join(work, "limine.conf");
      writeFileSync(unchecked, config.replaceAll(/#@\w+_HASH@/g, ""));
      const { status, log } = await boot("stub", { engine: "aot", iso: ["--config", unchecked] });
      expect(status, log.text).toBe(0);
    });
  });
});
