/**
 * The boot matrix of Limine, which needs 112 MiB; without `SLOPOS_MATRIX=full` what test/boot
 * leaves out.
 */

import { describe } from "vitest";
import { ENGINES, hasLimine } from "../boot/scripts.ts";
import { allCells, describeMatrix, isFull } from "./matrix.ts";

const SHORT = [{ mebibytes: 3072, cpu: "qemu64" }];

describe.skipIf(!hasLimine())("Limine", () => {
  for (const engine of ENGINES) {
    describeMatrix("limine", engine, isFull ? allCells(128) : SHORT);
  }
});
