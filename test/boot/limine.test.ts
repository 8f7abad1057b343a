/** Boots under Limine, in each release that there is. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { boot } from "./boot.ts";
import { describeBoots } from "./boots.ts";
import { ENGINES } from "./engines.ts";
import { describeLimine } from "./loaders.ts";

const HELLO = fileURLToPath(new URL("../../programs/hello.ts", import.meta.url));

describeLimine((limine) => {
  for (const engine of ENGINES) describeBoots(limine, engine);

  // Releases differ in what they leave to be reclaimed; it counts once it is.
  it("and the stub report the same memory within 8 MiB", async () => {
    const [left, right] = await Promise.all([boot(limine, {}), boot("stub", {})]);
    const frames = ({ log }: typeof left) => log.number("mm", "ready", "managed");
    expect(Math.abs(frames(left) - frames(right)) * 4096).toBeLessThanOrEqual(8 << 20);
  });

  // Before release 12 what Limine loaded lies in memory that it calls reclaimable.
  it.each(ENGINES)("runs a program as it was loaded, under %s", async (engine) => {
    const iso = ["--options", "log=debug", "--program", HELLO, "--argument", "loaded"];
    const { status, log } = await boot(limine, { engine, iso });
    expect(status, log.text).toBe(0);
    expect(log.text).toContain("\nargument 1: loaded\n");
    expect(log.text).toMatch(/ mm: reserved 0x\w+-0x\w+ reason=boot_file bytes=\d+\n/);
  });

  async function expectStart(option: string): Promise<void> {
    const { status, log } = await boot(limine, { run: ["60", option] });
    expect(status, log.text).toBe(0);
    log.line("boot", "SlopOS Kernel Started!");
  }

  it.each(["--usb", "--ehci"])("starts the kernel from a USB disk as well: %s", expectStart);

  it.skipIf(!existsSync(join(limine.directory, "limine-bios-cd.bin")))(
    "starts the kernel from BIOS as well",
    () => expectStart("--bios"),
  );
});
