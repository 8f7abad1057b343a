/**
 * Sequences of requests as text, a line each, for `--ops`:
 *
 *     # words after # are for people
 *     frames 8               starts over with frames 0 to 7
 *     map 1+159 256+768      starts over with a map: runs, each by its first frame and its length
 *     alloc a order=3        8 frames, from now on called a
 *     alloc b                1 frame
 *     free a                 frees it as it was allocated
 *     free a order=2         with a wrong order
 *     free a+4 order=0       a frame within it
 *     free 9 order=1         a frame by its number
 */

import { type Run } from "./contract.ts";
import { type Step } from "./steps.ts";

/** A script that cannot be read; the message names the line. */
export class ScriptError extends Error {
  override name = "ScriptError";
}

/** Largest number of a script, but for orders. */
const LARGEST = 2 ** 32 - 1;

/** Frames that the list of owners has room for. */
const LARGEST_FRAMES = 2 ** 24;

/** The name of block `number`: a to z, then a1 and so on. */
function nameOf(number: number): string {
  const letter = String.fromCharCode("a".charCodeAt(0) + (number % 26));
  return number < 26 ? letter : `${letter}${Math.floor(number / 26)}`;
}

function stepText(step: Step): string {
  switch (step.kind) {
    case "init": {
      const { isMap, runs } = step.world;
      const text = runs.map(({ start, count }) => `${start}+${count}`).join(" ");
      return isMap ? `map ${text}` : `frames ${runs[0]!.count}`;
    }
    case "alloc":
      return `alloc ${nameOf(step.block)}${step.order ? ` order=${step.order}` : ""}`;
    case "free": {
      const { block, offset, order } = step;
      const what = block === null ? `${offset}` : nameOf(block) + (offset ? `+${offset}` : "");
      return `free ${what}${order === null ? "" : ` order=${order}`}`;
    }
  }
}

/** `steps` as text; each line ends with a newline. */
export function formatScript(steps: readonly Step[]): string {
  return steps.map((step) => `${stepText(step)}\n`).join("");
}

/** Reads the lines of a script one by one. */
class Reader {
  readonly steps: Step[] = [];
  readonly #line: number[] = [];
  #blocks = new Map<string, number>();
  #count = 0;

  line(text: string, line: number): void {
    this.#line[0] = line;
    const [kind, ...words] = text.replace(/#.*$/, "").split(/\s+/).filter(Boolean);
    if (kind === undefined) return;
    if (kind === "frames" || kind === "map") this.#init(kind, words);
    else if (!this.steps.length) this.#fail(`begin with "frames 64" or "map 1+63"`);
    else if (kind === "alloc") this.#alloc(words);
    else if (kind === "free") this.#free(words);
    else this.#fail(`unknown step "${kind}"; there are frames, map, alloc, free`);
  }

  #fail(reason: string): never {
    throw new ScriptError(`line ${this.#line[0]}: ${reason}`);
  }

  #number(text: string, least = 0, most = LARGEST): number {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    return this.#fail(`"${text}" is no number from ${least} to ${most}`);
  }

  #init(kind: string, words: readonly string[]): void {
    this.#blocks = new Map();
    this.#count = 0;
    if (kind === "frames") {
      if (words.length !== 1) this.#fail("frames takes one number");
      const count = this.#number(words[0]!, 1, LARGEST_FRAMES);
      this.steps.push({ kind: "init", world: { isMap: false, runs: [{ start: 0, count }] } });
      return;
    }
    const runs = words.map((word): Run => {
      const [start = "", count = ""] = word.split("+");
      return { start: this.#number(start), count: this.#number(count, 1) };
    });
    if (!runs.length) this.#fail("map takes runs, such as 1+159");
    runs.forEach(({ start, count }, index) => {
      const end = index ? runs[index - 1]!.start + runs[index - 1]!.count : -1;
      if (start <= end) this.#fail("the runs ascend, and there is a gap between them");
      if (start + count > LARGEST_FRAMES) this.#fail(`frames end at ${LARGEST_FRAMES}`);
    });
    this.steps.push({ kind: "init", world: { isMap: true, runs } });
  }

  /** The value of the one word of the form `order=`, null without one. */
  #order(words: readonly string[], most: number): number | null {
    const [word, ...rest] = words;
    if (rest.length) this.#fail(`"${rest[0]}" is too much`);
    if (word === undefined) return null;
    if (!word.startsWith("order=")) this.#fail(`"${word}" is not of the form order=3`);
    return this.#number(word.slice("order=".length), 0, most);
  }

  #alloc([name, ...rest]: readonly string[]): void {
    if (name === undefined || !/^[a-z_]\w{0,31}$/i.test(name)) {
      this.#fail(`alloc takes a name: letters, digits and _`);
    }
    const order = this.#order(rest, 9) ?? 0;
    const block = this.#count++;
    this.#blocks.set(name, block);
    this.steps.push({ kind: "alloc", block, order });
  }

  #free([what, ...rest]: readonly string[]): void {
    if (what === undefined) this.#fail("free takes a name or the number of a frame");
    const order = this.#order(rest, LARGEST);
    if (/^\d/.test(what)) {
      const offset = this.#number(what);
      this.steps.push({ kind: "free", block: null, offset, order: order ?? 0 });
      return;
    }
    const [name = "", offset = "0"] = what.split("+");
    const block = this.#blocks.get(name);
    if (block === undefined) return this.#fail(`nothing was allocated as "${name}"`);
    this.steps.push({ kind: "free", block, offset: this.#number(offset), order });
  }
}

/** The steps of a script; the first starts over. ScriptError if there is something in it that is none. */
export function parseScript(text: string): Step[] {
  const reader = new Reader();
  text.split(/\r\n|\n|\r/).forEach((line, index) => reader.line(line, index + 1));
  if (!reader.steps.length) throw new ScriptError("there is no step in it");
  return reader.steps;
}
