/**
 * What a program says, as a terminal would show it: lines of runs of one style each. Of the escape
 * sequences (ECMA-48) those that set colours and style are followed; all others are dropped, so that
 * none is ever shown.
 */

/** Text of one style on one stream. */
export interface TextRun {
  readonly text: string;
  /** 1 for what is said, 2 for errors. */
  readonly stream: number;
  readonly style: TextStyle;
}

/** CSS colours; "" for the terminal's own. */
export interface TextStyle {
  readonly colour: string;
  readonly background: string;
  readonly bold: boolean;
  readonly underlined: boolean;
  readonly inverse: boolean;
}

const PLAIN: TextStyle = {
  colour: "",
  background: "",
  bold: false,
  underlined: false,
  inverse: false,
};

/** Lines that are kept; of more, the last. */
const MOST_LINES = 1000;

/** Characters of a line that are kept. */
const LONGEST_LINE = 10_000;

/** The first sixteen colours, as dark terminals have them. */
const BASIC = [
  "#5b6673 #f07178 #7fd962 #e6b450 #6cb6ff #d2a6ff #95e6cb #c7cdd6",
  "#8b97a5 #ff8f95 #a5e88b #ffd173 #96ccff #e2c4ff #b5f2dd #ffffff",
].flatMap((row) => row.split(" "));

/** Levels of the cube of 6 x 6 x 6 colours that xterm has after those. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

function rgb(red: number, green: number, blue: number): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** True if dark text is read better than light text on `colour`, of a `TextStyle`; false for none. */
export function isLight(colour: string): boolean {
  const parts = colour.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  // Luma of ITU-R BT.601, 0 to 255.
  return 0.299 * red + 0.587 * green + 0.114 * blue > 128;
}

/** Colour `index` of xterm's 256. */
export function indexedColour(index: number): string {
  if (index < 16) return BASIC[index] ?? "";
  if (index > 255) return "";
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return rgb(grey, grey, grey);
  }
  const cube = index - 16;
  return rgb(LEVELS[Math.floor(cube / 36)]!, LEVELS[Math.floor(cube / 6) % 6]!, LEVELS[cube % 6]!);
}

/** The colour after 38 or 48, and how many numbers it takes. */
function extendedColour(numbers: readonly number[]): [colour: string, taken: number] {
  const [kind, first = 0, second = 0, third = 0] = numbers;
  if (kind === 5) return [indexedColour(first), 2];
  return kind === 2 ? [rgb(first, second, third), 4] : ["", 1];
}

/** `style` after the sequence "select graphic rendition" with `numbers`. */
function restyled(style: TextStyle, numbers: readonly number[]): TextStyle {
  let next = style;
  for (let at = 0; at < numbers.length; ++at) {
    const code = numbers[at]!;
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 4) next = { ...next, underlined: true };
    else if (code === 7) next = { ...next, inverse: true };
    else if (code === 22) next = { ...next, bold: false };
    else if (code === 24) next = { ...next, underlined: false };
    else if (code === 27) next = { ...next, inverse: false };
    else if (code === 39) next = { ...next, colour: "" };
    else if (code === 49) next = { ...next, background: "" };
    else if (code >= 30 && code <= 37) next = { ...next, colour: BASIC[code - 30]! };
    else if (code >= 40 && code <= 47) next = { ...next, background: BASIC[code - 40]! };
    else if (code >= 90 && code <= 97) next = { ...next, colour: BASIC[code - 82]! };
    else if (code >= 100 && code <= 107) next = { ...next, background: BASIC[code - 92]! };
    else if (code === 38 || code === 48) {
      const [colour, taken] = extendedColour(numbers.slice(at + 1));
      next = { ...next, [code === 38 ? "colour" : "background"]: colour };
      at += taken;
    }
  }
  return next;
}

/**
 * One control sequence, one string of commands, one shorter sequence, a control of either set, or plain
 * text.
 */
const TOKEN =
  // eslint-disable-next-line no-control-regex
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x1f\x7f-\x9f]|[^\x00-\x1f\x7f-\x9f]+/g;

/** The first character of plain text and of a tab. */
// eslint-disable-next-line no-control-regex
const SHOWN = /^[^\x00-\x08\x0a-\x1f\x7f-\x9f]/;

/** What may be the beginning of a sequence whose rest is still to come. */
// eslint-disable-next-line no-control-regex
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?$/;

/** Characters of a sequence that is waited for; one that is longer is none. */
const LONGEST_SEQUENCE = 4096;

export class TerminalText {
  /** The lines so far, the one that is being written last. */
  readonly lines: TextRun[][] = [[]];
  /** Lines that are not kept any more, as far as that is known. */
  dropped = 0;
  #style = PLAIN;
  /** Characters of the last line. */
  #length = 0;
  /** The beginning of a sequence, by stream. */
  readonly #rest = ["", "", ""];
  /** True if the last thing was a carriage return. */
  #isReturned = false;
  #isCut = false;

  /** Takes `text`, which was said on `stream`. */
  add(stream: number, text: string): void {
    const from = this.#isCut ? text.indexOf("\n") + 1 : 0;
    if (this.#isCut && from === 0) return;
    this.#isCut = false;
    const whole = this.#rest[stream]! + text.slice(from);
    const at = UNFINISHED.exec(whole)?.index ?? whole.length;
    const waits = whole.length - at <= LONGEST_SEQUENCE;
    this.#rest[stream] = waits ? whole.slice(at) : "";
    for (const match of whole.slice(0, at).matchAll(TOKEN)) {
      const [token, parameters, final] = match;
      if (final === "m") {
        this.#style = restyled(this.#style, (parameters ?? "").split(/[;:]/).map(Number));
      } else if (token === "\n") this.#newLine();
      else if (token === "\r") this.#isReturned = true;
      else if (SHOWN.test(token)) this.#append(stream, token);
    }
  }

  /** What is added next does not begin where the last ended: all before its first whole line is dropped. */
  cut(): void {
    this.dropped += this.lines.splice(0).length;
    this.lines.push([]);
    this.#length = 0;
    this.#isReturned = false;
    this.#style = PLAIN;
    this.#rest.fill("");
    this.#isCut = true;
  }

  #append(stream: number, text: string): void {
    // What comes after a return takes the line's place; before a newline a return means nothing.
    if (this.#isReturned) {
      this.lines[this.lines.length - 1] = [];
      this.#length = 0;
      this.#isReturned = false;
    }
    const shown = text.slice(0, Math.max(0, LONGEST_LINE - this.#length));
    if (shown === "") return;
    this.#length += shown.length;
    const line = this.lines.at(-1)!;
    const last = line.at(-1);
    if (last?.style === this.#style && last.stream === stream) {
      line[line.length - 1] = { ...last, text: last.text + shown };
    } else {
      line.push({ text: shown, stream, style: this.#style });
    }
  }

  #newLine(): void {
    this.lines.push([]);
    this.#length = 0;
    this.#isReturned = false;
    if (this.lines.length <= MOST_LINES) return;
    this.lines.shift();
    ++this.dropped;
  }
}
