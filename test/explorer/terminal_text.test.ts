/** What a program says, as the page shows it: styles are followed, other sequences never seen. */

import { expect, test } from "vitest";
import { indexedColour, isLight, TerminalText } from "../../explorer/src/program/terminal_text.ts";
import { Random } from "../../tools/trace/random.ts";

/** The lines that come of `pieces`, which are all said on one stream, as plain text. */
function plain(...pieces: readonly string[]): string[] {
  const terminal = new TerminalText();
  for (const piece of pieces) terminal.add(1, piece);
  return terminal.lines.map((line) => line.map(({ text }) => text).join(""));
}

test.each([
  ["lines", ["one\ntwo"], ["one", "two"]],
  ["a newline at the end", ["one\n"], ["one", ""]],
  ["carriage return and newline", ["one\r\ntwo\r", "\n"], ["one", "two", ""]],
  ["a line that is written over", ["10 %\r20 %", "\r", "30 %\n"], ["30 %", ""]],
  ["tabs stay, other controls go", ["a\tb\x07\x08\x7f\x00\x84c"], ["a\tbc"]],
  ["colours", ["\x1b[1;31mred\x1b[0m \x1b[mplain"], ["red plain"]],
  ["cursor, screen and modes", ["\x1b[2J\x1b[1;1Hat\x1b[?25l home\x1b[K"], ["at home"]],
  ["the shorter form", ["\x9b32mgreen"], ["green"]],
  ["titles and links", ["\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"], ["alink"]],
  ["character sets and keypads", ["\x1b(Ba\x1b=b\x1b7c"], ["abc"]],
  ["a sequence in pieces", ["a\x1b", "[3", "1", "mb"], ["ab"]],
  ["a title in pieces", ["a\x1b]0;ti", "tle\x1b", "\\b"], ["ab"]],
  ["one that never ends", ["a\x1b[31"], ["a"]],
])("%s", (_, pieces, lines) => {
  expect(plain(...pieces)).toEqual(lines);
});

test("runs have the style that was chosen for them", () => {
  const terminal = new TerminalText();
  terminal.add(1, "a\x1b[1;4;38;5;196;48;2;1;2;3mb\x1b[7mc\x1b[22;24;27;39;49md");
  const [plainStyle, b, c, d] = terminal.lines[0]!.map(({ style }) => style);
  const red = "rgb(255 0 0)";
  const styled = { colour: red, background: "rgb(1 2 3)", bold: true, underlined: true };
  expect(b).toEqual({ ...styled, inverse: false });
  expect(c).toEqual({ ...styled, inverse: true });
  expect(d).toEqual(plainStyle);
});

// The levels of xterm's 256 colours as its 256colres.pl writes them.
test.each([
  [16, "rgb(0 0 0)"],
  [21, "rgb(0 0 255)"],
  [67, "rgb(95 135 175)"],
  [231, "rgb(255 255 255)"],
  [232, "rgb(8 8 8)"],
  [255, "rgb(238 238 238)"],
  [256, ""],
])("colour %i", (index, colour) => {
  expect(indexedColour(index)).toBe(colour);
});

test("light backgrounds are told from dark ones", () => {
  const light = [
    "#ffffff",
    indexedColour(2),
    indexedColour(7),
    indexedColour(226),
    "rgb(255 230 200)",
  ];
  const dark = ["", "#10151b", indexedColour(0), indexedColour(17), "rgb(90 0 120)"];
  expect(light.map(isLight)).toEqual(light.map(() => true));
  expect(dark.map(isLight)).toEqual(dark.map(() => false));
});

test("errors keep apart from the rest", () => {
  const terminal = new TerminalText();
  terminal.add(1, "out ");
  terminal.add(2, "err");
  expect(terminal.lines[0]!.map(({ text, stream }) => [text, stream])).toEqual([
    ["out ", 1],
    ["err", 2],
  ]);
});

test("the last lines are kept, and nothing of a line whose beginning is missing", () => {
  const terminal = new TerminalText();
  for (let line = 0; line < 1500; ++line) terminal.add(1, `${line}\n`);
  expect(terminal.lines.length).toBe(1000);
  expect(terminal.lines[0]![0]!.text).toBe("501");
  expect(terminal.dropped).toBe(501);
  terminal.cut();
  terminal.add(1, "1mrest of it");
  terminal.add(1, " and\nwhole");
  expect(terminal.lines.map((line) => line.map(({ text }) => text))).toEqual([["whole"]]);
});

test("however the same bytes are cut, they come to the same", () => {
  const random = new Random(5);
  const parts = [
    "x",
    "\n",
    "\r",
    "\x1b[1m",
    "\x1b[0m",
    "\x1b]0;t\x07",
    "\t",
    "\x1b[4;38;5;9m",
    "é",
  ];
  for (let round = 0; round < 500; ++round) {
    const text = Array.from({ length: 12 }, () => parts[random.below(parts.length)]).join("");
    const whole = new TerminalText();
    whole.add(1, text);
    const cut = new TerminalText();
    for (let at = 0; at < text.length;) {
      const end = at + 1 + random.below(4);
      cut.add(1, text.slice(at, end));
      at = end;
    }
    expect(cut.lines).toEqual(whole.lines);
  }
});
