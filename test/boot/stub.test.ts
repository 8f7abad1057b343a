/** Boots under our own stub loader, and what it says of files that it cannot boot. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { boot } from "./boot.ts";
import { describeBoots } from "./boots.ts";
import { ENGINES } from "./engines.ts";
import { ROOT, withDirectory } from "./scripts.ts";

/** Boots with one of the stub's inputs replaced by `content` and expects it to panic. */
async function expectStubPanic(
  option: "--shim" | "--config",
  content: Uint8Array | string,
  panic: RegExp,
): Promise<void> {
  await withDirectory(async (work) => {
    const file = join(work, "input");
    writeFileSync(file, content);
    const { status, log } = await boot("stub", { iso: [option, file] });
    expect(log.panic, log.text).toMatch(panic);
    expect(status).toBe(1);
  });
}

describe("the stub loader", () => {
  describe.each(ENGINES)("", (engine) => describeBoots("stub", engine));

  it.each(["--usb", "--ehci"])("starts the kernel from a USB disk as well: %s", async (option) => {
    const { status, log } = await boot("stub", { run: ["60", option] });
    expect(status, log.text).toBe(0);
    log.line("boot", "SlopOS Kernel Started!");
  });

  describe("ends with a message for", () => {
    const config = readFileSync(join(ROOT, "iso/limine.conf"), "utf8");
    const shim = readFileSync(join(ROOT, "builddir/shim.elf"));

    it("a truncated executable", () =>
      expectStubPanic("--shim", shim.subarray(0, 4096), /^PANIC: stub: /));

    it("an executable that is not ELF", () =>
      expectStubPanic("--shim", "no ELF".repeat(100), /^PANIC: stub: .*ELF/));

    it("a module that is not on the disk", () =>
      expectStubPanic(
        "--config",
        config.replace("/boot/kernel.wasm", "/boot/nothing.wasm"),
        /^PANIC: stub: .*\/boot\/nothing\.wasm/,
      ));

    it("a configuration that it cannot parse", () =>
      expectStubPanic("--config", "/SlopOS\n    gibberish\n", /^PANIC: stub: .*line 2/));
  });
});
