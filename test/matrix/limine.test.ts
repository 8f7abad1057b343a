/**
 * The boot matrix of Limine, which needs 116 MiB; without `SLOPOS_MATRIX=full` what test/boot
 * leaves out.
 */

import { ENGINES } from "../boot/engines.ts";
import { describeLimine } from "../boot/loaders.ts";
import { allCells, describeMatrix, isFull } from "./matrix.ts";

const SHORT = [{ mebibytes: 3072, cpu: "qemu64" }];

describeLimine((limine) => {
  for (const engine of ENGINES) {
    describeMatrix(limine, engine, isFull ? allCells(128) : SHORT);
  }
});
