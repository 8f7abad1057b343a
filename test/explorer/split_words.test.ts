/** A line of arguments, taken apart as a shell does. */

import { expect, test } from "vitest";
import { splitWords } from "../../explorer/src/program/split_words.ts";

test.each([
  ["", []],
  ["  one   two ", ["one", "two"]],
  [`'one word' "and another"`, ["one word", "and another"]],
  [`a"b c"'d e'f`, ["ab cd ef"]],
  [`NAME="two words" B=`, ["NAME=two words", "B="]],
  [`"" ''`, ["", ""]],
  [`one\\ word \\"quoted\\"`, ["one word", `"quoted"`]],
  [`"in \\"quotes\\"" 'it\\'`, [`in "quotes"`, "it\\"]],
  [`"not closed`, ["not closed"]],
  ["ends with \\", ["ends", "with", "\\"]],
])("%j", (line, words) => {
  expect(splitWords(line)).toEqual(words);
});
