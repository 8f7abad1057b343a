/**
 * What a screen shows: QEMU's picture of it, read with the font and compared with the serial log.
 */

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ABI_VERSION } from "../../abi/version.ts";
import { assemble } from "../support/wat.ts";
import { type Boot, type BootOptions, boot } from "./boot.ts";
import { describeLimine, type Loader } from "./loaders.ts";
import { BLACK, readScreen, type Screen } from "./screen_reader.ts";
import { withDirectory } from "./scripts.ts";

interface SeenBoot extends Boot {
  readonly screen: Screen;
}

/** Boots and reads the screen at the end. */
async function see(loader: Loader, { run = [], ...options }: BootOptions = {}): Promise<SeenBoot> {
  return withDirectory(async (work) => {
    const file = join(work, "a screen.png");
    const result = await boot(loader, { ...options, run: ["60", "--screen", file, ...run] });
    return { ...result, screen: readScreen(file) };
  });
}

/** The log from the shim's first line on, in lines as a screen of so many columns shows them. */
function wrapped({ log }: Boot, columns: number): string[] {
  const lines = log.text.trimEnd().split("\n");
  const first = lines.findIndex((line) => /^PANIC: |\] boot: SlopOS \d/.test(line));
  expect(first, log.text).toBeGreaterThanOrEqual(0);
  return lines
    .slice(first)
    .flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""])
    .map((line) => line.trimEnd());
}

/** The screen shows the end of the log, and nothing else; the cursor waits after it. */
function expectLog(result: SeenBoot): void {
  const { screen } = result;
  const lines = wrapped(result, screen.rows[0]!.length);
  const shown = lines.slice(-(screen.rows.length - 1));
  expect(screen.lines.slice(0, shown.length)).toEqual(shown);
  const rest = screen.lines.slice(shown.length);
  expect(rest).toEqual(rest.map(() => ""));
  const cursor = screen.rows[shown.length]![0]!;
  expect(cursor.background).not.toBe(BLACK);
  const others = screen.rows.flat().filter((cell) => cell !== cursor);
  expect(new Set(others.map(({ background }) => background))).toEqual(new Set([BLACK]));
}

/** The last line says how it ended and what to do. */
function expectEnd({ screen }: SeenBoot, how: string, status: number): void {
  const line = `shim: ${how}, switch it off or press a key to restart: status=${status}`;
  expect(screen.lines.filter((text) => text !== "").at(-1)).toMatch(
    new RegExp(`^\\[ *\\d+\\.\\d{6}\\] ${line}$`),
  );
}

const SIZES = [
  [640, 480],
  [1280, 800],
  [1920, 1080],
  [3840, 2160],
] as const;

/** Devices whose framebuffer OVMF hands on, and that are not what QEMU has by default. */
const DEVICES = ["ramfb", "virtio-vga", "bochs-display"];

describe("under the stub the screen shows the log", () => {
  it.each(SIZES)("at %i by %i", async (width, height) => {
    const device = `VGA,vgamem_mb=64,refresh_rate=30000,xres=${width},yres=${height}`;
    const result = await see("stub", { run: ["--video", device] });
    expect(result.status, result.log.text).toBe(0);
    expect(result.screen).toMatchObject({ width, height });
    expectLog(result);
    expectEnd(result, "success", 0);
  });

  it.each(DEVICES)("of %s", async (device) => {
    const result = await see("stub", { run: ["--video", device] });
    expect(result.status, result.log.text).toBe(0);
    expectLog(result);
  });

  it("of the kernel as machine code", async () => {
    const result = await see("stub", { engine: "aot" });
    expect(result.status, result.log.text).toBe(0);
    expectLog(result);
    expectEnd(result, "success", 0);
  });
});

describeLimine((limine) => {
  it("the screen shows the log", async () => {
    const result = await see(limine);
    expect(result.status, result.log.text).toBe(0);
    expectLog(result);
    expectEnd(result, "success", 0);
  });

  it.skipIf(!existsSync(join(limine.directory, "limine-bios-cd.bin")))(
    "the screen shows the log under BIOS as well",
    async () => {
      const result = await see(limine, { run: ["--bios"] });
      expect(result.status, result.log.text).toBe(0);
      expectLog(result);
    },
  );
});

describe("the screen shows why a boot failed:", () => {
  it("a panic before there is a kernel", async () => {
    const result = await see("stub", { iso: ["--module", "none"] });
    expect(result.status).toBe(1);
    expect(result.screen.lines[0]).toMatch(/^PANIC: shim: no wasm module/);
    expectLog(result);
    expectEnd(result, "failure", 17);
  });

  it("an exception", async () => {
    const result = await see("stub", { iso: ["--options", "crash=null"] });
    expect(result.status).toBe(1);
    expect(result.screen.lines.join("")).toMatch(/PANIC: cpu: page fault vector=14 /);
    expectLog(result);
    expectEnd(result, "failure", 19);
  });

  it("a trap, with its backtrace", async () => {
    const result = await see("stub", { iso: ["--options", "crash=trap"] });
    expect(result.screen.lines.join("\n")).toMatch(/PANIC: wasm: .*\n +at .*kernel_main/);
    expectLog(result);
  });
});

/** Boots a kernel that does nothing but write `text`. */
async function seeText(text: string): Promise<Screen> {
  return withDirectory(async (work) => {
    const bytes = [...Buffer.from(text)];
    const data = bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
    const source = `(module
      (import "shim" "console_write" (func $write (param i32 i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "${data}")
      (func (export "abi_version") (result i32) (i32.const ${ABI_VERSION}))
      (func (export "kernel_main") (param i64 i32) (result i32)
        (call $write (i32.const 0) (i32.const ${bytes.length}))
        (i32.const 0)))`;
    writeFileSync(join(work, "text.wat"), source);
    const module = join(work, "text.wasm");
    execFileSync("wat2wasm", ["-o", module, join(work, "text.wat")]);
    return (await see("stub", { iso: ["--module", module] })).screen;
  });
}

describe("a program's text", () => {
  it("has its colours, its places, and letters beyond ASCII", async () => {
    const { lines, rows } = await seeText(
      "\x1b[2J\x1b[H\x1b[31mred \x1b[1;32mlight green\x1b[0m plain \x1b[30;46mblack on cyan\x1b[m\n" +
        "größe │ ┌─┐ ½ 漢\n\x1b]0;a title\x07\x1b[?1049h\ttab\n12345\b\b\b\x1b[7mx\x1b[27my\n" +
        "\x1b[10;20Hthere\x1b[2D\x1b[Kno\n\x1b[97;40m ",
    );
    expect(lines.slice(0, 4)).toEqual([
      "red light green plain black on cyan",
      "größe │ ┌─┐ ½ □",
      "        tab",
      "12xy5",
    ]);
    expect(lines[9]).toBe(`${" ".repeat(19)}theno`);
    const cell = (character: string, foreground: string, background: string) => ({
      character,
      foreground,
      background,
    });
    expect(rows[0]![0]).toEqual(cell("r", "aa0000", BLACK));
    expect(rows[0]![4]).toEqual(cell("l", "55ff55", BLACK));
    expect(rows[0]![16]).toEqual(cell("p", "aaaaaa", BLACK));
    expect(rows[0]![22]).toEqual(cell("b", BLACK, "00aaaa"));
    expect(rows[3]![2]).toEqual(cell("x", BLACK, "aaaaaa"));
    expect(rows[3]![3]).toEqual(cell("y", "aaaaaa", BLACK));
    // What a program leaves does not colour what comes after it.
    const last = lines.findIndex((line) => line.includes("switch it off"));
    expect(rows[last]![0]).toEqual(cell("[", "aaaaaa", BLACK));
  });
});

/** A program that leaves a line unfinished, in black on black. */
const COLOURFUL = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\12\\00\\00\\00")
  (data (i32.const 16) "\\1b[32mgreen\\1b[30;40m")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`;

describe("a WASI program", () => {
  it("has its colours, which end with it", () =>
    withDirectory(async (work) => {
      const program = join(work, "colourful.wasm");
      writeFileSync(program, assemble(COLOURFUL));
      const result = await see("stub", { iso: ["--program", program] });
      expect(result.status, result.log.text).toBe(0);
      const { lines, rows } = result.screen;
      const at = lines.indexOf("green");
      expect(rows[at]![0]).toEqual({ character: "g", foreground: "00aa00", background: BLACK });
      expect(lines[at + 1]).toMatch(/program: ended: status=0/);
      expect(rows[at + 1]![0]).toMatchObject({ foreground: "aaaaaa", background: BLACK });
      expectLog(result);
    }));
});

/** The text in a picture; empty if it shows anything that is none. */
function textIn(file: string): string {
  try {
    return readScreen(file).lines.join("\n");
  } catch {
    return "";
  }
}

describe("the console is", () => {
  it("the serial port alone with console=serial", async () => {
    await withDirectory(async (work) => {
      const file = join(work, "screen.png");
      const { status, log } = await boot("stub", {
        iso: ["--options", "console=serial"],
        run: ["60", "--screen", file],
      });
      expect(status, log.text).toBe(0);
      log.line("boot", "SlopOS Kernel Started!");
      // What the firmware has left there, a logo perhaps, is all that is shown.
      expect(textIn(file)).not.toContain("SlopOS");
    });
  });

  it("the screen alone with console=screen", async () => {
    const { status, log, screen } = await see("stub", { iso: ["--options", "console=screen"] });
    expect(status).toBe(1);
    expect(log.lines).toEqual([]);
    expect(screen.lines.join("\n")).toMatch(/\] boot: SlopOS Kernel Started!\n/);
  });

  it("the serial port with console=screen on a machine without a screen", async () => {
    const { status, log } = await boot("stub", {
      iso: ["--options", "console=screen"],
      run: ["60", "--video", "none"],
    });
    expect(status, log.text).toBe(0);
    log.line("boot", "SlopOS Kernel Started!");
  });
});
