/**
 * THIRD-PARTY.txt of the build names what the executables contain of others, found here in their
 * symbols and in the commands of the build, and has the licence of each.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./scripts.ts";

const TEXT = readFileSync(join(ROOT, "builddir/THIRD-PARTY.txt"), "utf8");

/** The parts: the title, where it is, and the licence. */
const PARTS = TEXT.split(/^={78}\n(?=.*\nin )/m)
  .slice(1)
  .map((part) => {
    const [, name = "", where = "", licence = ""] =
      /^(.*)\nin (.*)\n=+\n\n([^]*)$/.exec(part) ?? [];
    return { name: name.split(" ")[0]!, where, licence };
  });

/** Packages of which nothing gets into what they make. */
const TOOLS = ["clang", "lld", "meson", "ninja-build"];

const STT_FILE = 4;

/** What the linker calls the files that it optimised as one. */
const OPTIMISED_AS_ONE = "ld-temp.o";

/** The source files that were compiled for an executable, by the commands of the build. */
function compiledFor(file: string): string[] {
  const path = join(ROOT, "builddir/compile_commands.json");
  const commands = JSON.parse(readFileSync(path, "utf8")) as { file: string; output: string }[];
  return commands
    .filter(({ output }) => output.startsWith(`${file}.p/`))
    .map((command) => basename(command.file));
}

/** The source files that are named in an executable's symbols (System V ABI, chapter 4). */
function namedIn(file: string): string[] {
  const bytes = readFileSync(join(ROOT, "builddir", file));
  const u32 = (at: number) => bytes.readUInt32LE(at);
  const u64 = (at: number) => Number(bytes.readBigUInt64LE(at));
  const sections = u64(0x28);
  const section = (index: number) => sections + 64 * index;
  const [symbols] = Array.from({ length: bytes.readUInt16LE(0x3c) }, (_, index) =>
    section(index),
  ).filter((at) => u32(at + 4) === 2); // SHT_SYMTAB
  const names = u64(section(u32(symbols! + 40)) + 24);
  const [start, size] = [u64(symbols! + 24), u64(symbols! + 32)];
  return Array.from({ length: size / 24 }, (_, index) => start + 24 * index)
    .filter((at) => (bytes[at + 4]! & 15) === STT_FILE)
    .map((at) => names + u32(at))
    .map((at) => bytes.toString("latin1", at, bytes.indexOf(0, at)));
}

/** The names of the C sources below `folder`. */
function sourceNames(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.[cS]$/.test(path))
    .map((path) => basename(path));
}

describe("the build's THIRD-PARTY.txt", () => {
  it.each(PARTS)("has the licence of $name", ({ where, licence }) => {
    expect(where).toMatch(/kernel\.wasm|\.elf|BOOTX64\.EFI/);
    expect(licence).toMatch(/Permission is hereby granted|Apache License|Redistribution and use/);
  });

  it("names what comes from other projects, and in which executables it is", () => {
    const places = Object.fromEntries(PARTS.map(({ name, where }) => [name, where] as const));
    expect(places).toMatchObject({
      assemblyscript: expect.stringContaining("kernel.wasm") as string,
      wasm3: expect.stringContaining("shim.elf and shim-aot.elf") as string,
      "fonts-spleen": expect.stringContaining("shim.elf and shim-aot.elf") as string,
      "musl-dev": expect.stringContaining("shim.elf and shim-aot.elf") as string,
      wabt: expect.stringContaining("shim-aot.elf") as string,
      "gnu-efi": expect.stringContaining("BOOTX64.EFI") as string,
    });
  });

  it("names each system package that the build takes from, and does not just run", () => {
    const script = readFileSync(join(ROOT, "scripts/setup.sh"), "utf8");
    const [, listed = ""] = /^readonly build_PACKAGES="\\\n([^"]*)"$/m.exec(script) ?? [];
    const packages = listed.split("\n").map((line) => line.split(" ")[0]!);
    expect(packages).toEqual(expect.arrayContaining(TOOLS));
    expect(PARTS.map(({ name }) => name)).toEqual(
      expect.arrayContaining(packages.filter((name) => !TOOLS.includes(name))),
    );
  });

  it.each([
    ["shim.elf", [...sourceNames("node_modules/wasm3/cpp"), "spleen.c"]],
    ["shim-aot.elf", [...sourceNames("node_modules/wasm3/cpp"), "spleen.c", "translated.c"]],
  ])("knows all that %s was compiled from", (file, others) => {
    const named = namedIn(file).filter((name) => name !== OPTIMISED_AS_ONE);
    expect(named).toContain("main.c");
    const sources = [...named, ...compiledFor(file)];
    const own = sourceNames("shim");
    const foreign = sources.filter((name) => !own.includes(name));
    expect(foreign).not.toEqual([]);
    expect(foreign.filter((name) => !others.includes(name))).toEqual([]);
  });
});
