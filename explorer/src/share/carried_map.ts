/**
 * How a map that somebody brought is carried on: its entries, packed into the page's address where they
 * fit, and kept by the browser's tab, so that a reload has it in any case.
 */

import { type Plan } from "../../../tools/plan/plan.ts";
import { packText } from "./packed_text.ts";

/** Characters of the longest packed map that goes into an address. */
const LONGEST_PACKED = 6000;

/** What the tab's storage calls maps: this and a number made from the map. */
const KEY = "slopos map ";

/** The map of `input` as a map file: what the page read, without the lines around it. */
export function mapText({ source, entries }: Plan["input"]): string {
  return JSON.stringify({ source, entries });
}

/** A number for `text`: FNV-1a, 32 bits (draft-eastlake-fnv). */
function numberOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; ++at) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}

/** Fields of the page's address. */
export interface CarriedMap {
  /** The packed map; null if it is too long. */
  readonly packed: string | null;
  /** The name under which this tab keeps it; null if the browser does not let it. */
  readonly kept: string | null;
}

let last: { readonly text: string; readonly carried: Promise<CarriedMap> } | null = null;

/** Packs the map file `text`, or keeps it; what was done for the last text is not done again. */
export function carry(text: string): Promise<CarriedMap> {
  if (last?.text !== text) last = { text, carried: packOrKeep(text) };
  return last.carried;
}

async function packOrKeep(text: string): Promise<CarriedMap> {
  const packed = await packText(text).catch(() => null);
  if (packed && packed.length <= LONGEST_PACKED) return { packed, kept: null };
  const name = numberOf(text);
  try {
    sessionStorage.setItem(KEY + name, text);
    return { packed: null, kept: name };
  } catch {
    return { packed: null, kept: null };
  }
}

/** The map file that this tab keeps as `name`; null if it does not. */
export function keptMap(name: string): string | null {
  try {
    return sessionStorage.getItem(KEY + name);
  } catch {
    return null;
  }
}
