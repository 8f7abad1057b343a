/**
 * Which machine is shown: one that comes with the page, a synthetic one of some size, or a memory map
 * that somebody brought.
 */

import { type MapSource } from "../machine/protocol.ts";
import { BUNDLED } from "./bundled.ts";

export type MachineChoice =
  | { readonly kind: "bundled"; readonly name: string }
  | { readonly kind: "size"; readonly bytes: number }
  | { readonly kind: "text"; readonly text: string }
  /** A map that another tab kept: nothing is left of it but its name. */
  | { readonly kind: "lost"; readonly name: string };

export const FIRST_CHOICE: MachineChoice = { kind: "bundled", name: BUNDLED[0]!.name };

/** Sizes of synthetic machines: powers of two from 16 MiB to 16 TiB. */
export const SMALLEST_SIZE = 24;
export const LARGEST_SIZE = 44;

/** What the worker is to open; an error, for a person, if there is nothing. */
export async function sourceOf(choice: MachineChoice): Promise<MapSource> {
  if (choice.kind === "size" || choice.kind === "text") return choice;
  const machine = BUNDLED.find(({ name }) => choice.kind === "bundled" && name === choice.name);
  if (!machine) throw new Error(whyNoSource(choice));
  const response = await fetch(machine.address);
  if (!response.ok) throw new Error(`The map of “${machine.label}” is missing beside this page.`);
  return { kind: "text", text: await response.text() };
}

/** What the page calls a machine that comes with it; empty for others. */
export function nameOf(choice: MachineChoice): string {
  const bundled = choice.kind === "bundled" && BUNDLED.find(({ name }) => name === choice.name);
  return bundled ? bundled.label : "";
}

/** Why there is no source for `choice`. */
function whyNoSource(choice: MachineChoice): string {
  return choice.kind === "lost"
    ? "The memory map of this link was too long to be in it; it was kept by the tab in which it was " +
        "brought, and this is another. Paste or drop the log again."
    : "This page does not come with a machine of that name; choose another.";
}

/** True if both choose the same machine. */
export function isSameChoice(one: MachineChoice, other: MachineChoice): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
