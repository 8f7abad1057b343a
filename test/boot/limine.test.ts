/** Boots under Limine, where it is installed. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeBoots } from "./boots.ts";
import { ENGINES, boot, hasLimine, runScript, withDirectory } from "./scripts.ts";

describe.skipIf(!hasLimine())("Limine", () => {
  describe.each(ENGINES)("", (engine) => describeBoots("limine", engine));

  it("and the stub report the same usable memory within 8 MiB", async () => {
    const [limine, stub] = await Promise.all([boot("limine", {}), boot("stub", {})]);
    const frames = ({ log }: typeof stub) => log.number("memmap", "totals", "usable");
    expect(Math.abs(frames(limine) - frames(stub)) * 4096).toBeLessThanOrEqual(8 << 20);
  });

  it("starts the kernel from BIOS as well", async () => {
    await withDirectory(async (work) => {
      const iso = join(work, "bios.iso");
      expect(await runScript("build_iso", ["--loader", "limine", "-o", iso])).toMatchObject({
        status: 0,
      });
      const { status, stdout } = spawnSync(
        "qemu-system-x86_64",
        `-M q35 -cpu max -m 512 -display none -monitor none -nic none -no-reboot -serial stdio
         -device isa-debug-exit,iobase=0xf4,iosize=0x04 -cdrom`
          .split(/\s+/)
          .concat(iso),
        { encoding: "utf8", timeout: 60_000 },
      );
      expect(stdout).toContain("boot: SlopOS Kernel Started!");
      expect(status).toBe(33);
    });
  });
});
