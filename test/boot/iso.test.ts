/** What scripts/build_iso.sh writes, and what it says when it cannot. */

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KERNEL, type Loader, hasLimine, runScript, withDirectory } from "./scripts.ts";

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A file inside an ISO. */
function extract(iso: string, path: string, work: string): Buffer {
  const target = join(work, "extracted");
  const options = ["-osirrox", "on", "-indev", iso, "-extract", path, target];
  execFileSync("xorriso", options, { stdio: "ignore" });
  return readFileSync(target);
}

describe.each<Loader>(["limine", "stub"])("an ISO for %s", (loader) => {
  const build = (...args: string[]) => runScript("build_iso", ["--loader", loader, ...args]);

  describe.skipIf(loader === "limine" && !hasLimine())("", () => {
    it("carries the very kernel that was built", () =>
      withDirectory(async (work) => {
        const iso = join(work, "a.iso");
        expect(await build("-o", iso)).toMatchObject({ status: 0 });
        expect(sha256(extract(iso, "/boot/kernel.wasm", work))).toBe(sha256(readFileSync(KERNEL)));
      }));

    it("hands the options on as they were typed", () =>
      withDirectory(async (work) => {
        const iso = join(work, "a.iso");
        const options = "log=debug a&b \\n 'c' $d";
        expect(await build("-o", iso, "--options", options)).toMatchObject({ status: 0 });
        const lines = extract(iso, "/limine.conf", work).toString().split("\n");
        expect(lines).toContainEqual(expect.stringMatching(/cmdline: /));
        expect(lines.find((line) => line.includes("cmdline: "))).toContain(`: ${options}`);
      }));

    it("is the same, bit for bit, when made again", () =>
      withDirectory(async (work) => {
        const module = join(work, "module");
        const hashes: string[] = [];
        for (const [name, date] of [
          ["a.iso", 1_000_000_000],
          ["b.iso", 1_100_000_000],
        ] as const) {
          writeFileSync(module, "some module");
          utimesSync(module, date, date);
          await build("--module", module, "-o", join(work, name));
          hashes.push(sha256(readFileSync(join(work, name))));
        }
        expect(hashes[0]).toBe(hashes[1]);
      }));
  });
});

describe("the FAT image of the stub", () => {
  it("carries the kernel as well", () =>
    withDirectory(async (work) => {
      const iso = join(work, "a.iso");
      await runScript("build_iso", ["--loader", "stub", "-o", iso]);
      writeFileSync(join(work, "efi.img"), extract(iso, "/boot/efi.img", work));
      const kernel = execFileSync("mtype", ["-i", join(work, "efi.img"), "::/boot/kernel.wasm"]);
      expect(sha256(kernel)).toBe(sha256(readFileSync(KERNEL)));
    }));
});

describe("build_iso.sh refuses", () => {
  /** The outcome of a run that must leave an existing ISO and its directory as they were. */
  async function refused(args: readonly string[], env: Record<string, string> = {}) {
    return withDirectory(async (work) => {
      const iso = join(work, "old.iso");
      writeFileSync(iso, "old");
      const outcome = await runScript("build_iso", ["-o", iso, ...args], { env });
      expect(readdirSync(work)).toEqual(["old.iso"]);
      expect(readFileSync(iso, "utf8")).toBe("old");
      return outcome;
    });
  }

  it.each([
    ["an unknown option", ["--frobnicate"], /unknown argument '--frobnicate'/],
    ["an unknown loader", ["--loader", "grub"], /--loader must be auto, limine or stub/],
    ["an option without its value", ["--options"], /--options needs a value/],
    ["options of two lines", ["--options", "a\nb"], /one line of printable ASCII/],
    ["options with other letters", ["--options", "größe"], /one line of printable ASCII/],
    ["options with a macro", ["--options", "${ARCH}"], /must not contain \$\{/],
  ])("%s", async (_, args, message) => {
    const { status, stderr } = await refused(args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it.each(["--module", "--shim", "--config"])("a file for %s that is not there", async (option) => {
    const { status, stderr } = await refused([option, "/nowhere/file"]);
    expect(stderr).toContain("/nowhere/file is not there");
    expect(status).toBe(3);
  });

  it("a LIMINE_DIR without Limine, by the name of the file that it lacks", () =>
    withDirectory(async (directory) => {
      for (const [present, missing] of [
        ["limine.h", "BOOTX64.EFI"],
        ["BOOTX64.EFI", "limine-uefi-cd.bin"],
      ] as const) {
        writeFileSync(join(directory, present), "");
        const { status, stderr } = await refused([], { LIMINE_DIR: directory });
        expect(stderr).toContain(`${directory}/${missing} is not there`);
        expect(status).toBe(3);
      }
    }));

  it("to go on when xorriso fails, and shows what it said", () =>
    withDirectory(async (bin) => {
      const xorriso = "#!/bin/sh\necho no space left >&2\nexit 5\n";
      writeFileSync(join(bin, "xorriso"), xorriso, { mode: 0o755 });
      const { status, stderr } = await refused([], { PATH: `${bin}:${process.env["PATH"]}` });
      expect(stderr).toContain("no space left");
      expect(status).toBe(1);
    }));
});

describe("build_iso.sh takes Limine from LIMINE_DIR", () => {
  it("without its BIOS files as well", () =>
    withDirectory(async (work) => {
      const directory = join(work, "limine");
      mkdirSync(directory);
      for (const file of ["BOOTX64.EFI", "limine-uefi-cd.bin"]) {
        writeFileSync(join(directory, file), `contents of ${file}`);
      }
      const iso = join(work, "a.iso");
      const outcome = await runScript("build_iso", ["-o", iso], { env: { LIMINE_DIR: directory } });
      expect(outcome).toMatchObject({ status: 0 });
      const loader = extract(iso, "/EFI/BOOT/BOOTX64.EFI", work).toString();
      expect(loader).toBe("contents of BOOTX64.EFI");
    }));
});
