/** What scripts/build_iso.sh writes, and what it says when it cannot. */

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildIso, describeLoaders } from "./loaders.ts";
import { KERNEL, ROOT, runScript, withDirectory } from "./scripts.ts";

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

describe("an ISO for", () => {
  describeLoaders((loader) => {
    const build = (...args: string[]) => buildIso(loader, args);

    it("carries the very kernel that was built", () =>
      withDirectory(async (work) => {
        const iso = join(work, "a.iso");
        expect(await build("-o", iso)).toMatchObject({ status: 0 });
        expect(sha256(extract(iso, "/boot/kernel.wasm", work))).toBe(sha256(readFileSync(KERNEL)));
      }));

    it("carries the licences of what is in it", () =>
      withDirectory(async (work) => {
        const iso = join(work, "a.iso");
        expect(await build("-o", iso)).toMatchObject({ status: 0 });
        const ours = extract(iso, "/LICENSE", work);
        expect(ours).toEqual(readFileSync(join(ROOT, "LICENSE")));
        const text = extract(iso, "/THIRD-PARTY.txt", work).toString();
        const built = readFileSync(join(ROOT, "builddir/THIRD-PARTY.txt"), "utf8");
        expect(text.startsWith(built)).toBe(true);
        // The letters that the shim draws ask for it.
        expect(text).toMatch(/Copyright: .* Frederic Cambus/);
        const rest = text.slice(built.length);
        expect(rest.includes("Limine")).toBe(loader !== "stub");
        if (loader !== "stub") expect(rest).toMatch(/BSD 2-Clause|mintsuki and contributors/);
      }));

    it("hands the options on as they were typed", () =>
      withDirectory(async (work) => {
        const iso = join(work, "a.iso");
        // As many letters as there may be.
        const options = "log=debug a&b \\n 'c' $d".padEnd(131_000, "x");
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

describe("build_iso.sh takes a name for what it names:", () => {
  /** Runs the script in `work` with a configuration that it has to find there. */
  const buildIn = (work: string, config: string, output: string) => {
    mkdirSync(join(work, output, ".."), { recursive: true });
    writeFileSync(join(work, config), "# it was read\n");
    const args = ["--loader", "stub", "--config", config, "-o", output];
    const line = 'cd "$WORK" && exec "$0" "$@" </dev/null';
    return runScript("build_iso", args, { env: { WORK: work }, line });
  };

  it.each(["a=b", "-", "-f", "--", "@a", "a b", "a\n", "größe"])("--config %j", (config) =>
    withDirectory(async (work) => {
      const { status, stderr } = await buildIn(work, config, "a.iso");
      expect(status, stderr).toBe(0);
      const written = extract(join(work, "a.iso"), "/limine.conf", work).toString();
      expect(written).toBe("# it was read\n");
    }),
  );

  it.each(["-x", "-d/a", "stdio:d/a", "mmc:a", "a\n", "d\n/a", "x".repeat(255)])(
    "-o %j",
    (output) =>
      withDirectory(async (work) => {
        const { status, stderr } = await buildIn(work, "config", output);
        expect(stderr).toMatch(/^build_iso: [^]*: \d+ bytes, loader stub\n$/);
        expect(stderr).toContain(`/${output}: `);
        expect(status).toBe(0);
        expect(lstatSync(join(work, output)).size).toBeGreaterThan(1e6);
      }),
  );

  it.each(["-o", "--shim", "--module", "--config"])("%s with no name at all", async (option) => {
    const { status, stderr } = await runScript("build_iso", ["--loader", "stub", option, ""]);
    expect(stderr).toMatch(/must name a file|a file has an empty name/);
    expect(status).toBe(2);
  });
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
    ["options of too many letters", ["--options", "x".repeat(131_001)], /at most 131000 .* 131001/],
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
        writeFileSync(join(directory, present), "something");
        const { status, stderr } = await refused([], { LIMINE_DIR: directory });
        expect(stderr).toContain(`${directory}/${missing} is not there`);
        expect(status).toBe(3);
      }
    }));

  it.each(["Limine 7.13.3 (x86-64, UEFI)", "Limine 5.20230830.0"])(
    "a LIMINE_DIR with an old release, %s",
    (text) =>
      withDirectory(async (directory) => {
        writeFileSync(join(directory, "BOOTX64.EFI"), `\0\xff${text}\0`);
        writeFileSync(join(directory, "limine-uefi-cd.bin"), "something");
        const { status, stderr } = await refused([], { LIMINE_DIR: directory });
        expect(stderr).toMatch(/ has Limine [57], and 8 or newer is needed; scripts.get_limine/);
        expect(status).toBe(3);
      }),
  );

  it("a LIMINE_DIR with an empty file of Limine, by its name", () =>
    withDirectory(async (directory) => {
      writeFileSync(join(directory, "BOOTX64.EFI"), "something");
      writeFileSync(join(directory, "limine-uefi-cd.bin"), "");
      const { status, stderr } = await refused([], { LIMINE_DIR: directory });
      expect(stderr).toContain(`${directory}/limine-uefi-cd.bin is empty`);
      expect(status).toBe(3);
    }));

  it.each(["--module", "--shim", "--config"])("a directory for %s", async (option) => {
    const { status, stderr } = await refused([option, "/usr"]);
    expect(stderr).toContain("/usr is no file");
    expect(status).toBe(3);
  });

  it("to go on when xorriso fails, and shows what it said", () =>
    withDirectory(async (bin) => {
      const xorriso = "#!/bin/sh\necho no space left >&2\nexit 5\n";
      writeFileSync(join(bin, "xorriso"), xorriso, { mode: 0o755 });
      const { status, stderr } = await refused([], { PATH: `${bin}:${process.env["PATH"]}` });
      expect(stderr).toContain("no space left");
      expect(status).toBe(1);
    }));
});

describe("build_iso.sh does not write over", () => {
  it.each(["--module", "--shim", "--config"])("the file that %s names", (option) =>
    withDirectory(async (work) => {
      const input = join(work, "input");
      writeFileSync(input, "/SlopOS\n");
      symlinkSync(input, join(work, "link"));
      for (const name of ["input", "link"]) {
        const args = ["--loader", "stub", option, input, "-o", join(work, name)];
        const { status, stderr } = await runScript("build_iso", args);
        expect(stderr).toContain(`-o ${input} is what the ISO is made from`);
        expect(status).toBe(2);
        expect(readFileSync(input, "utf8")).toBe("/SlopOS\n");
      }
    }),
  );

  it("the program, or what it is given", () =>
    withDirectory(async (work) => {
      const input = join(work, "input");
      writeFileSync(input, "mine");
      for (const given of [
        ["--program", input],
        ["--program", "/bin/true", "--file", `${input}=/a`],
        ["--program", "/bin/true", "--input", input],
      ]) {
        const args = ["--loader", "stub", ...given, "-o", input];
        const { status, stderr } = await runScript("build_iso", args);
        expect(stderr).toContain(`-o ${input} is what the ISO is made from`);
        expect(status).toBe(2);
        expect(readFileSync(input, "utf8")).toBe("mine");
      }
    }));

  it("a device or a pipe", () =>
    withDirectory(async (work) => {
      const pipe = join(work, "pipe");
      execFileSync("mkfifo", [pipe]);
      for (const output of [pipe, "/dev/full"]) {
        const { status, stderr } = await runScript("build_iso", ["--loader", "stub", "-o", output]);
        expect(stderr).toContain(`${output} is a device or a pipe`);
        expect(status).toBe(2);
        expect(lstatSync(output).isFile()).toBe(false);
      }
    }));

  it("a link, but what it names", () =>
    withDirectory(async (work) => {
      symlinkSync("target.iso", join(work, "link.iso"));
      const args = ["--loader", "stub", "-o", join(work, "link.iso")];
      expect(await runScript("build_iso", args)).toMatchObject({ status: 0 });
      expect(lstatSync(join(work, "link.iso")).isSymbolicLink()).toBe(true);
      expect(lstatSync(join(work, "target.iso")).size).toBeGreaterThan(1e6);
    }));
});

it("build_iso.sh removes what a run that was killed left beside the ISO, and no other's", () =>
  withDirectory(async (work) => {
    const [dead, alive] = [".slopos-iso.deaded", ".slopos-iso.alived"];
    for (const name of [dead, alive, ".slopos-iso.other-file"]) writeFileSync(join(work, name), "");
    const line = 'exec 8>"$WORK/.slopos-iso.alived" && flock 8 && exec "$0" "$@"';
    const args = ["--loader", "stub", "-o", join(work, "a.iso")];
    const outcome = await runScript("build_iso", args, { env: { WORK: work }, line });
    expect(outcome).toMatchObject({ status: 0 });
    expect(readdirSync(work).sort()).toEqual([alive, ".slopos-iso.other-file", "a.iso"]);
  }));

describe("build_iso.sh says that a file is not verified", () => {
  const CONFIG = readFileSync(join(ROOT, "iso/limine.conf"), "utf8");
  const PATHS = [
    ["kernel_path", "/boot/shim.elf"],
    ["module_path", "/boot/kernel.wasm"],
  ] as const;

  /** What build_iso.sh says of `config`, without its last line. */
  const notes = (config: string, ...args: string[]) =>
    withDirectory(async (work) => {
      const file = join(work, "limine.conf");
      writeFileSync(file, config);
      const all = ["--loader", "stub", "--config", file, "-o", join(work, "a.iso"), ...args];
      const { status, stderr } = await runScript("build_iso", all);
      expect(status, stderr).toBe(0);
      return stderr.trim().split("\n").slice(0, -1);
    });

  it("for each path without a hash, and for no other", async () => {
    expect(await notes(CONFIG)).toEqual([]);
    expect(await notes(CONFIG, "--module", "none")).toEqual([]);
    expect(await notes(CONFIG.replaceAll(/#@\w+@/g, ""))).toEqual(
      PATHS.map(([, path]): unknown =>
        expect.stringMatching(`names no hash for .*${path}: .* not verify`),
      ),
    );
    for (const [key, path] of PATHS) {
      const one = CONFIG.replace(new RegExp(`(${key}: .*)#@\\w+@`), "$1");
      expect(await notes(one)).toEqual([expect.stringContaining(`boot():${path}: the loader`)]);
    }
    const newer = CONFIG.replace("kernel_path", "path").replace("#@SHIM_HASH@", "#1234");
    expect(await notes(newer)).toEqual([
      expect.stringContaining("/boot/shim.elf#1234: the loader"),
    ]);
  });
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
