/** The boot matrix of the stub loader; without `SLOPOS_MATRIX=full` what test/boot leaves out. */

import { ENGINES } from "../boot/engines.ts";
import { allCells, describeMatrix, isFull } from "./matrix.ts";

const SHORT = [
  { mebibytes: 64, cpu: "max" },
  { mebibytes: 8192, cpu: "qemu64" },
];

for (const engine of ENGINES) describeMatrix("stub", engine, isFull ? allCells(64) : SHORT);
