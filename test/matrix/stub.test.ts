/** The boot matrix of the stub loader; without `SLOPOS_MATRIX=full` what test/boot leaves out. */

import { allCells, describeMatrix, isFull } from "./matrix.ts";

const SHORT = [
  { mebibytes: 64, cpu: "max" },
  { mebibytes: 8192, cpu: "qemu64" },
];

describeMatrix("stub", isFull ? allCells(64) : SHORT);
