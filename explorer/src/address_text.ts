/**
 * Addresses as a person types them.
 */

/** Hexadecimal digits, with `0x` or without, `_` anywhere between them; null for anything else. */
export function parseAddress(text: string): bigint | null {
  const digits = /^\s*(?:0x)?([0-9a-f][0-9a-f_]*)\s*$/i.exec(text)?.[1]?.replaceAll("_", "");
  return digits !== undefined && digits.length <= 16 ? BigInt(`0x${digits}`) : null;
}
