/**
 * The colours of the style sheet, read for drawing on a canvas.
 */

import { OWNERS, type OwnerId } from "./owner.ts";

export interface Palette {
  readonly owners: Readonly<Record<OwnerId, string>>;
  /** Stroke of patterns over an owner's colour. */
  readonly stroke: string;
  readonly background: string;
  readonly text: string;
  /** Text on an owner's colour. */
  readonly textOnOwner: string;
  readonly faint: string;
  readonly accent: string;
  /** From an allocated cell to the largest free block. */
  readonly heat: readonly string[];
  readonly font: string;
}

/** Steps of the heat map's scale. */
export const HEAT_STEPS = 7;

/** The palette in force at `element`; it changes with the colour scheme. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    owners: Object.fromEntries(
      OWNERS.map(({ id }) => [id, value(`--owner-${id.replaceAll("_", "-")}`)]),
    ) as Record<OwnerId, string>,
    stroke: value("--pattern-stroke"),
    background: value("--surface"),
    text: value("--text"),
    textOnOwner: value("--text-on-owner"),
    faint: value("--border"),
    accent: value("--accent"),
    heat: Array.from({ length: HEAT_STEPS }, (_, step) => value(`--heat-${step}`)),
    font: style.fontFamily,
  };
}
