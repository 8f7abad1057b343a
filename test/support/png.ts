/** Reads the PNG files that QEMU writes: 8 bits each of red, green and blue, not interlaced. */

import { inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel, row by row. */
  readonly pixels: Uint8Array;
}

const SIGNATURE = "\x89PNG\r\n\x1a\n";
const CHANNELS = 3;

/** The picture's chunks of one type, as one. */
function chunks(file: Buffer, type: string): Buffer {
  const found: Buffer[] = [];
  for (let at = SIGNATURE.length; at < file.length;) {
    const length = file.readUInt32BE(at);
    const data = at + 8;
    if (file.toString("latin1", at + 4, data) === type) {
      found.push(file.subarray(data, data + length));
    }
    at = data + length + 4;
  }
  return Buffer.concat(found);
}

/** The neighbour that the Paeth filter chooses (PNG specification, 9.4). */
function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(estimate - value));
  if (toLeft! <= toUp! && toLeft! <= toCorner!) return left;
  return toUp! <= toCorner! ? up : corner;
}

/** Reads `file`; throws if it is no such picture. */
export function readPng(file: Buffer): Picture {
  if (file.toString("latin1", 0, SIGNATURE.length) !== SIGNATURE) throw new Error("no PNG");
  const header = chunks(file, "IHDR");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header.toString("hex", 8) !== "0802000000") throw new Error("another kind of PNG");
  const filtered = inflateSync(chunks(file, "IDAT"));
  const stride = width * CHANNELS;
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= CHANNELS ? pixels[at - CHANNELS]! : 0;
      const up = y > 0 ? pixels[at - stride]! : 0;
      const corner = x >= CHANNELS && y > 0 ? pixels[at - stride - CHANNELS]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      if (predicted === undefined) throw new Error(`no filter ${filter}`);
      pixels[at] = filtered[y * (stride + 1) + 1 + x]! + predicted;
    }
  }
  return { width, height, pixels };
}
