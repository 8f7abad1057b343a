/**
 * Which physical addresses of a QEMU machine are RAM, asked of QEMU itself before anything runs on
 * it: no firmware, no loader and no kernel of ours has a part in the answer.
 */

import { execFileSync } from "node:child_process";
import { ftruncateSync, mkdtempSync, openSync, closeSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDirectory } from "../boot/scripts.ts";
import { type FrameRange, framesTouched, union } from "../support/frame_ranges.ts";

const MEBIBYTE = 2 ** 20;

/** What a guest of any size writes to, with a margin. */
const DISK_BYTES = 2 ** 30;

/** A line of the monitor: `  0000000000100000-0000000007ffffff (prio 0, ram): ram @…`. */
const RAM_LINE = /^ +([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, ram\): ram\b/gm;

/**
 * The RAM of a machine of `mebibytes` with processor `cpu`, as runs of frames.
 *
 * QEMU is stopped before the first instruction. Its RAM is a sparse file, so that it has any size.
 */
export async function qemuRam(mebibytes: number, cpu: string): Promise<FrameRange[]> {
  return withDirectory((work) => {
    const file = join(work, "ram").replaceAll(",", ",,");
    const backend = `memory-backend-file,id=ram,size=${mebibytes}M,share=on,mem-path=${file}`;
    const output = execFileSync(
      "qemu-system-x86_64",
      [
        ...["-M", "q35,accel=tcg", "-cpu", cpu, "-m", `${mebibytes}M`],
        ...["-object", backend, "-machine", "memory-backend=ram"],
        ...["-S", "-nic", "none", "-display", "none", "-serial", "none", "-monitor", "stdio"],
      ],
      { input: "info mtree -f\nquit\n", encoding: "utf8", timeout: 30_000 },
    ).replaceAll("\r", "");
    // One view for each set of address spaces; the processor's is called after the system bus.
    const view = output
      .split("FlatView #")
      .find((text) => /Root memory region: system$/m.test(text));
    const runs = [...(view ?? "").matchAll(RAM_LINE)].map(([, first = "", last = ""]) => {
      const base = BigInt(`0x${first}`);
      return framesTouched(base, BigInt(`0x${last}`) + 1n - base);
    });
    return Promise.resolve(union(runs));
  });
}

/** True if this machine can back a guest of `mebibytes` by a sparse file. */
export function canBack(mebibytes: number): boolean {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < DISK_BYTES) return false;
  const work = mkdtempSync(join(tmpdir(), "slopos-sparse-"));
  try {
    const file = openSync(join(work, "ram"), "w");
    try {
      ftruncateSync(file, mebibytes * MEBIBYTE);
      return true;
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // No file of that size on this file system.
  } finally {
    rmSync(work, { recursive: true });
  }
}
