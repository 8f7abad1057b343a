/**
 * Which words of `slopos run` are its own and which are the program's.
 */

import { type Option } from "commander";

/** What every command has. */
const HELP = ["-h", "--help"];

/**
 * `words`, what follows `run`, with the command's options first, then `--`, the file and the program's
 * words. The command's options stand before the file and right after it, up to a `--` or to the first
 * word that is none of them; that `--` is nobody's. Words that have no file come back as they are.
 */
export function arrangeRunWords(words: readonly string[], options: readonly Option[]): string[] {
  const rest = [...words];
  const own: string[] = [];
  const takeOptions = () => {
    for (let word = rest[0]; word !== undefined; word = rest[0]) {
      const [name = ""] = word.split("=", 1);
      const option = options.find(({ long, short }) => long === name || short === name);
      if (!option && !HELP.includes(word)) return;
      own.push(...rest.splice(0, option?.required && !word.includes("=") ? 2 : 1));
    }
  };
  const takeDashes = () => {
    if (rest[0] === "--") rest.shift();
  };
  takeOptions();
  takeDashes();
  const file = rest.shift();
  if (file === undefined || file.startsWith("-")) return [...words];
  takeOptions();
  takeDashes();
  return [...own, "--", file, ...rest];
}
