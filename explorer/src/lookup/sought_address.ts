/**
 * What a person may look up: a physical address, a virtual one, or the number of a frame.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { parseAddress } from "../address_text.ts";

/** First number that is no physical address of an x86-64 machine. */
const PHYSICAL_LIMIT = 1n << 52n;

export type SoughtAddress =
  | { readonly kind: "physical"; readonly address: number }
  | { readonly kind: "virtual"; readonly address: bigint };

/** What `text` means: "frame 512", or an address, by its size. Null for anything else. */
export function soughtAddress(text: string): SoughtAddress | null {
  const frame = /^\s*frame\s+(\S+)\s*$/i.exec(text)?.[1];
  const number = parseAddress(frame ?? text);
  if (number === null) return null;
  const address = frame === undefined ? number : number * BigInt(FRAME_BYTES);
  if (address < PHYSICAL_LIMIT) return { kind: "physical", address: Number(address) };
  return frame === undefined ? { kind: "virtual", address } : null;
}
