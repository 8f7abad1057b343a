/**
 * The numbers in a line of a memory map as kernels print it, and what each of them is.
 *
 * A number is told by its label (`base: 0x1000`, `length=0x51000`, `end 0x52000`), or else by its
 * place: the first is the base; the second the end if a dash, an arrow or dots lead to it, and
 * otherwise the length.
 */

import { parseSize } from "./size.ts";

/** The numbers of one line, as far as it has them. */
export interface LineNumbers {
  readonly base: bigint;
  readonly length?: bigint;
  /** The second address of a range, the line does not say of which kind. */
  readonly end?: bigint;
  /** True if the length is given in KiB or larger, and so perhaps rounded. */
  readonly rounded: boolean;
  /** The line without its numbers. */
  readonly words: string;
}

/** How numbers without `0x` are to be read. */
export type Radix = 10 | 16;

const LABELS: Readonly<Record<string, "base" | "length" | "end">> = {
  base: "base",
  start: "base",
  addr: "base",
  address: "base",
  from: "base",
  begin: "base",
  phys: "base",
  length: "length",
  len: "length",
  size: "length",
  bytes: "length",
  end: "end",
  top: "end",
  limit: "end",
  to: "end",
};

// A label or nothing, a number, a unit or nothing. Numbers that are neither labelled nor marked as
// hexadecimal must be as long as an address.
const NUMBER =
  /(?:\b([a-z]{2,7})\b *[:=]? *)?(?<![\w.])(0x[0-9a-f]{1,16}|[0-9a-f]{1,16})(?: ?([KMGT]i?B|B|bytes))?(?![\w.]|:\d)/gi;
const SHORTEST_ADDRESS = 8;

const LEADS_TO_END = /^[^\w+]*(?:-|\.\.|→|–)[^\w+]*$/;

interface Token {
  readonly label: "base" | "length" | "end" | undefined;
  readonly digits: string;
  readonly unit: string | undefined;
  readonly at: number;
  readonly end: number;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const [whole, word, digits, unit] = match;
    const key = word?.toLowerCase() ?? "";
    const label = Object.hasOwn(LABELS, key) ? LABELS[key] : undefined;
    const marked = /^0x/i.test(digits!) || digits!.length >= SHORTEST_ADDRESS;
    if (!label && !marked) continue;
    // What stands before an unlabelled number is not part of it.
    const at = label ? match.index : match.index + whole.lastIndexOf(digits!);
    tokens.push({ label, digits: digits!, unit, at, end: match.index + whole.length });
  }
  return tokens;
}

/**
 * True if a number of `text` without `0x` can only be hexadecimal: it has letters, or is filled with
 * zeroes.
 */
export function hasBareHex(text: string): boolean {
  return tokensOf(text).some(
    ({ digits, unit }) => unit === undefined && /^(?!0x)(?:0\d|.*[a-f])/i.test(digits),
  );
}

function valueOf({ digits, unit }: Token, radix: Radix): bigint {
  if (unit !== undefined && !/^0x/i.test(digits)) return parseSize(`${digits}${unit}`) ?? 0n;
  if (/^0x/i.test(digits) || radix === 16) return BigInt(`0x${digits.replace(/^0x/i, "")}`);
  return /^\d+$/.test(digits) ? BigInt(digits) : 0n;
}

/** The numbers of `text`; null if it lacks a base, or both length and end. */
export function lineNumbers(text: string, radix: Radix): LineNumbers | null {
  const tokens = tokensOf(text);
  let base: bigint | undefined;
  let length: bigint | undefined;
  let end: bigint | undefined;
  let rounded = false;
  tokens.forEach((token, index) => {
    const between = text.slice(tokens[index - 1]?.end ?? 0, token.at);
    const role = token.label ?? roleByPlace(base, end, between);
    const value = valueOf(token, radix);
    if (role === "base") base ??= value;
    else if (role === "end") end ??= value;
    else if (length === undefined) {
      length = value;
      rounded = token.unit !== undefined && !/^b/i.test(token.unit);
    }
  });
  if (base === undefined || (length === undefined && end === undefined)) return null;
  // Where the end is known, a rounded length adds nothing.
  if (end !== undefined && rounded) length = undefined;
  return {
    base,
    ...(length === undefined ? {} : { length }),
    ...(end === undefined ? {} : { end }),
    rounded: rounded && end === undefined,
    words: tokens.reduceRight(
      (rest, { at, end: past }) => rest.slice(0, at) + " " + rest.slice(past),
      text,
    ),
  };
}

/** What an unlabelled number is that follows `between`. */
function roleByPlace(
  base: bigint | undefined,
  end: bigint | undefined,
  between: string,
): "base" | "length" | "end" {
  if (base === undefined) return "base";
  return end === undefined && LEADS_TO_END.test(between) ? "end" : "length";
}
