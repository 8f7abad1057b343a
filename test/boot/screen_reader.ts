/** Reads a picture of the screen: cell by cell, by comparing pixels with the font. */

import { readFileSync } from "node:fs";
import { readPng } from "../support/png.ts";
import { fontFor } from "./screen_font.ts";

export interface Cell {
  /** What is shown; "□" for the box that stands for characters that the font lacks. */
  readonly character: string;
  /** Colours as six hexadecimal digits; the foreground of an empty cell cannot be seen. */
  readonly foreground: string;
  readonly background: string;
}

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly (readonly Cell[])[];
  /** The rows as text, without spaces at their ends. */
  readonly lines: readonly string[];
}

export const BLACK = "000000";

const BOX = "□";

/** A hollow rectangle, whatever its size: the rows of its bits as strings. */
function isBox(rows: readonly string[]): boolean {
  const drawn = rows.filter((row) => row.includes("1"));
  const edges = /^(0+)(1{3,})(0+)$/;
  const sides = /^0+1+0+1+0+$/;
  return (
    drawn.length > 4 &&
    edges.test(drawn[0]!) &&
    drawn.at(-1) === drawn[0] &&
    drawn.filter((row) => sides.test(row)).length >= drawn.length - 4 &&
    drawn.every((row) => edges.test(row) || sides.test(row))
  );
}

function hexOf(bits: string): string {
  return bits.replaceAll(/.{4}/g, (digit) => Number.parseInt(digit, 2).toString(16));
}

function inverse(bits: string): string {
  return bits.replaceAll(/./g, (bit) => (bit === "1" ? "0" : "1"));
}

/** Reads the picture in `file`; throws where something is no character of the font. */
export function readScreen(file: string): Screen {
  const { width, height, pixels } = readPng(readFileSync(file));
  const font = fontFor(width, height);
  const colourAt = (x: number, y: number) =>
    Buffer.from(pixels.buffer, (y * width + x) * 3, 3).toString("hex");

  /** The character of a cell's bits; undefined if it is none. */
  const characterOf = (bits: string): string | undefined => {
    const characters = font.characters.get(hexOf(bits));
    if (characters) return [...characters].sort()[0];
    const rows = bits.match(new RegExp(`.{${font.width}}`, "g")) ?? [];
    return isBox(rows) ? BOX : undefined;
  };

  const readCell = (column: number, row: number): Cell => {
    const [left, top] = [column * font.width, row * font.height];
    const first = colourAt(left, top);
    let other = first;
    let bits = "";
    for (let y = top; y < top + font.height; y++) {
      for (let x = left; x < left + font.width; x++) {
        const colour = colourAt(x, y);
        if (colour !== first) {
          if (other !== first && colour !== other) throw new Error(`a third colour at ${x}, ${y}`);
          other = colour;
        }
        bits += colour === first ? "0" : "1";
      }
    }
    const character = characterOf(bits);
    if (character) return { character, foreground: other, background: first };
    const lit = characterOf(inverse(bits));
    if (lit) return { character: lit, foreground: first, background: other };
    throw new Error(`no character in column ${column} of row ${row}`);
  };

  const rows = Array.from({ length: Math.floor(height / font.height) }, (_, row) =>
    Array.from({ length: Math.floor(width / font.width) }, (_, column) => readCell(column, row)),
  );
  const lines = rows.map((row) =>
    row
      .map(({ character }) => character)
      .join("")
      .trimEnd(),
  );
  return { width, height, rows, lines };
}
