/**
 * The boot matrix of Limine, which needs 112 MiB; without `SLOPOS_MATRIX=full` what test/boot
 * leaves out.
 */

import { describe } from "vitest";
import { hasLimine } from "../boot/scripts.ts";
import { allCells, describeMatrix, isFull } from "./matrix.ts";

const SHORT = [{ mebibytes: 3072, cpu: "qemu64" }];

describe.skipIf(!hasLimine())("Limine", () => {
  describeMatrix("limine", isFull ? allCells(128) : SHORT);
});
