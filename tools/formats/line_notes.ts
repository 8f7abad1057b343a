/**
 * Notes about lines of a text: as many as a person reads, and how many more there are.
 */

import { type TextLine } from "./text.ts";

/** Notes about single lines that are shown one by one. */
const SHOWN = 5;

/** Characters of a line that are quoted. */
const QUOTED = 60;

export class LineNotes {
  readonly #shown: string[] = [];
  #more = 0;

  /** Notes that `line` has `fault`; `part` is what is quoted of it. */
  add(line: TextLine, fault: string, part = line.text): void {
    if (this.#shown.length === SHOWN) {
      ++this.#more;
      return;
    }
    const text = part.trim();
    const quoted = text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
    this.#shown.push(`line ${line.number}: ${fault}: ${quoted}`);
  }

  /** The notes so far. */
  get notes(): string[] {
    return this.#more === 0
      ? [...this.#shown]
      : [...this.#shown, `${this.#more} more lines like these`];
  }
}
