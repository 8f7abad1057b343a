/**
 * What scripts/run_qemu_ovmf.sh does for a picture of the screen. A stand-in plays QEMU and its monitor,
 * so that no machine needs to boot.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withDirectory } from "./scripts.ts";
import { STARTED, play } from "./stand_in.ts";

/** What the script takes for a whole PNG: its last chunk, a checksum after it. */
const PICTURE = "a picture IEND1234";

/** A machine that tells the exit device `end`, or nothing, and then does what its monitor hears. */
const machine = (end: string) =>
  String.raw`
for word in "$@"; do
  case $word in
    pipe,id=monitor,path=*) monitor=\${word#*path=} ;;
    file,id=end,path=*) end=\${word#*path=} ;;
  esac
done
exec 5<>"\${monitor//,,/,}.in"
echo '${STARTED}'
printf '${end}' >"\${end//,,/,}"
while read -r line <&5; do
  case $line in
    quit) exit 0 ;;
    screendump*) file=\${line#*\"} && printf '${PICTURE}' >"\${file%%\"*}" ;;
  esac
done`.replaceAll("\\${", "${");

describe("a machine whose screen is wanted", () => {
  it.each([
    ["passes when its kernel does", String.raw`\x10`, 0, ""],
    ["fails when its kernel does", String.raw`\x11`, 1, "the kernel reported failure"],
    ["is out of time, which has a picture too", "", 124, "did not end within 2 s"],
  ])("%s", (_, end, expected, message) =>
    withDirectory(async (work) => {
      const file = join(work, "a screen.png");
      const { status, stderr } = await play(machine(end), ["2", "--screen", file]);
      expect(status, stderr).toBe(expected);
      expect(stderr).toContain(message);
      expect(readFileSync(file, "utf8")).toBe(PICTURE);
    }),
  );

  it("that resets has none, which is said", () =>
    withDirectory(async (work) => {
      const file = join(work, "screen.png");
      const { status, stderr } = await play("exit 0", ["9", "--screen", file]);
      expect(status, stderr).toBe(1);
      expect(stderr).toContain("the machine reset");
      expect(stderr).toContain(`there is no picture of the screen in ${file}`);
      expect(existsSync(file)).toBe(false);
    }));

  it("has no device that would end it before", async () => {
    const { stdout } = await play("exit 99", ["--dry-run", "--screen", "screen.png"]);
    expect(stdout).not.toContain("isa-debug-exit");
    expect(stdout).toContain("iobase=0xf4");
  });

  it("is not started for a file that cannot be", () =>
    withDirectory(async (work) => {
      mkdirSync(join(work, "directory"));
      const directory = await play("exit 99", ["--screen", join(work, "directory")]);
      expect(directory.stderr).toMatch(/--screen must name a file, and .* is a directory/);
      expect(directory.status).toBe(2);
      const nowhere = await play("exit 99", ["--screen", join(work, "nowhere/screen.png")]);
      expect(nowhere.stderr).toMatch(/the directory of .* is not there/);
      expect(nowhere.status).toBe(3);
    }));
});

describe("the display", () => {
  it("is the one that --video names, none, or what QEMU has by itself", async () => {
    const options = async (...args: string[]) =>
      (await play("exit 99", ["--dry-run", ...args])).stdout;
    expect(await options()).not.toContain("-vga");
    expect(await options("--video", "ramfb")).toContain("-vga none -device ramfb");
    expect(await options("--video", "none")).toMatch(/-vga none -(?!device (ramfb|VGA))/);
    expect(await options()).toContain("-display none");
    expect(await options("--display")).not.toContain("-display none");
  });
});
