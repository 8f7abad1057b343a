/**
 * The boot matrix: a loader on machines of many sizes with old and new processors, each boot's log
 * compared with what QEMU says that the machine has.
 */

import { describe, expect, test } from "vitest";
import { boot } from "../boot/boot.ts";
import { type Engine } from "../boot/engines.ts";
import { type Loader } from "../boot/loaders.ts";
import { expectFigures, expectNoWarning, expectRam } from "./logged_memory.ts";
import { canBack, qemuRam } from "./qemu_ram.ts";

/** A machine. */
export interface Cell {
  readonly mebibytes: number;
  readonly cpu: string;
}

/** Sizes that every computer can emulate. */
const SIZES = [128, 512, 3072, 4096, 8192];
const PROCESSORS = ["max", "qemu64"];

/** Sizes on a sparse file. TCG's processors have 40 address bits unless told otherwise. */
const LARGE: readonly Cell[] = [
  { mebibytes: 2 ** 16, cpu: "max" },
  { mebibytes: 2 ** 20, cpu: "max,phys-bits=46" },
];

/** Seconds until a machine must have ended; firmware clears the tables of 1 TiB for half a minute. */
const SECONDS = 120;
const LARGE_SECONDS = 480;

/** All machines of the matrix for a loader that needs no more than `smallest`. */
export function allCells(smallest: number): Cell[] {
  const sizes = [...new Set([smallest, ...SIZES])];
  const usual = sizes.flatMap((mebibytes) => PROCESSORS.map((cpu) => ({ mebibytes, cpu })));
  return [...usual, ...LARGE];
}

/** True if the whole matrix is asked for: `npm run test:matrix`. */
export const isFull = process.env["SLOPOS_MATRIX"] === "full";

/** Declares the boots with `loader` on `cells`, where `engine` runs the kernel. */
export function describeMatrix(loader: Loader, engine: Engine, cells: readonly Cell[]): void {
  describe(`by ${engine}, the log agrees with QEMU about`, () => {
    for (const { mebibytes, cpu } of cells) {
      const isLarge = mebibytes > Math.max(...SIZES);
      const seconds = isLarge ? LARGE_SECONDS : SECONDS;
      const declare = test.skipIf(isLarge && !canBack(mebibytes));
      declare(`${mebibytes} MB, processor ${cpu}`, { timeout: (seconds + 60) * 1000 }, async () => {
        const { status, log } = await boot(loader, {
          engine,
          iso: ["--options", "log=debug"],
          run: [`${seconds}`, "--memory", `${mebibytes}`, "--cpu", cpu],
        });
        expect(status, log.text).toBe(0);
        log.line("boot", "SlopOS Kernel Started!");
        expectNoWarning(log);
        expectRam(log, await qemuRam(mebibytes, cpu));
        expectFigures(log);
      });
    }
  });
}
