/**
 * Draws the Mandelbrot set on the terminal, two points to a character, in 256 colours.
 *
 *     npx slopos run programs/picture.ts
 *     npx slopos run programs/picture.ts 100 30
 */

const LIMIT = 200;

/** Steps until the point escapes; `LIMIT` if it does not. */
function steps(real: f64, imaginary: f64): i32 {
  let x: f64 = 0;
  let y: f64 = 0;
  for (let step = 0; step < LIMIT; ++step) {
    const next = x * x - y * y + real;
    y = 2 * x * y + imaginary;
    x = next;
    if (x * x + y * y > 4) return step;
  }
  return LIMIT;
}

/** The colour for so many steps, of xterm's 256. */
function colour(count: i32): i32 {
  if (count == LIMIT) return 16;
  return 17 + ((count * 7) % 215);
}

const words = process.argv;
const columns = words.length > 1 ? i32(parseInt(words[1])) : 72;
const rows = words.length > 2 ? i32(parseInt(words[2])) : 24;

for (let row = 0; row < rows; ++row) {
  let line = "";
  for (let column = 0; column < columns; ++column) {
    const real = -2.2 + (3.2 * f64(column)) / f64(columns);
    const upper = -1.2 + (2.4 * f64(2 * row)) / f64(2 * rows);
    const lower = -1.2 + (2.4 * f64(2 * row + 1)) / f64(2 * rows);
    // A half block: the upper point is its colour, the lower one its background.
    line += `\x1b[38;5;${colour(steps(real, upper))};48;5;${colour(steps(real, lower))}m\u2580`;
  }
  console.log(`${line}\x1b[0m`);
}
