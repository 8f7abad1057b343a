/**
 * Addresses as a person types them: which number is meant follows from how it is written.
 */

import { parseSize } from "../../tools/formats/size.ts";

const U64_LIMIT = 1n << 64n;

/** What a form says where an address cannot be read. */
export const ADDRESS_FORMS = "Write an address as 0x100000, 1048576 or 3 GiB.";

/** Hexadecimal: `0x` before it, a letter in it, or zeros in front, as logs write addresses. */
const HEXADECIMAL = /^(?:0x[0-9a-f]+|[0-9a-f]*[a-f][0-9a-f]*|0[0-9a-f]+)$/i;

/** The number in `text`, below 2^64; `_` may stand between digits. Null for anything else. */
export function parseAddress(text: string): bigint | null {
  const trimmed = text.trim();
  const digits = /^[0-9a-fx_]+$/i.test(trimmed) ? trimmed.replaceAll("_", "") : trimmed;
  const value = HEXADECIMAL.test(digits)
    ? BigInt(`0x${digits.replace(/^0x/i, "")}`)
    : parseSize(digits);
  return value !== null && value < U64_LIMIT ? value : null;
}
