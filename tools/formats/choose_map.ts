/**
 * Which of several maps in one text is read, and what is said about the others. A log of Linux may
 * hold the firmware's map and two digests of it, one of Xen its guest's as well; any may be cut.
 */

import { type Form, type FormReading } from "./form.ts";
import { type MapError } from "./map_input.ts";
import { formatBytes } from "./size.ts";
import { missingUsable, usableBytes } from "./usable.ts";

/** What reading one form came to. */
export interface Attempt {
  readonly form: Form;
  readonly reading: FormReading | null;
  readonly error: MapError | null;
}

/** A form that was found. */
export interface Found {
  readonly form: Form;
  readonly reading: FormReading;
}

function foundIn(attempts: readonly Attempt[]): Found[] {
  return attempts.flatMap(({ form, reading }) => (reading ? [{ form, reading }] : []));
}

/** Bytes of usable memory that `other` has and `map` does not mention. */
function missing(map: Found, other: Found): bigint {
  return missingUsable(map.reading.entries, other.reading.entries);
}

/**
 * The map to read: the first of the firmware's that is whole and lacks nothing which another one
 * of the firmware's has; if there is none, the one with the most usable memory. Null without any.
 */
export function bestReading(attempts: readonly Attempt[]): Found | null {
  const found = foundIn(attempts);
  const firmware = found.filter(({ reading }) => !reading.derived);
  const whole = firmware.find(
    (map) =>
      map.reading.complete !== false && firmware.every((other) => missing(map, other) === 0n),
  );
  if (whole) return whole;
  let best: Found | null = null;
  let most = -1n;
  for (const map of found) {
    const bytes = usableBytes(map.reading.entries);
    if (bytes > most) [best, most] = [map, bytes];
  }
  return best;
}

/**
 * Why `other` is not read, and `best` is; null if that goes without saying: what a system made of
 * the firmware's map has nothing to add.
 */
function reason(best: Found, other: Found): string | null {
  if (other.reading.complete === false) return "incomplete, left out";
  const more = missing(best, other);
  const beyond = more > 0n ? `, though it has ${formatBytes(more)} that the other lacks` : "";
  if (other.reading.derived) {
    return more > 0n ? `made from the firmware's map, left out${beyond}` : null;
  }
  const lacking = missing(other, best);
  return lacking > 0n
    ? `lacks ${formatBytes(lacking)} of usable memory, left out${beyond}`
    : `also in the text, left out${beyond}`;
}

/** Notes about the maps of `attempts` that are not `best`, and about those that cannot be read. */
export function leftOutNotes(best: Found, attempts: readonly Attempt[]): string[] {
  const others = foundIn(attempts).filter(({ form }) => form !== best.form);
  return [
    ...others.flatMap((other) => {
      const said = reason(best, other);
      return said === null ? [] : [`${other.form.name}: ${said}`];
    }),
    ...attempts.flatMap(({ form, error }) =>
      error ? [`${form.name}: cannot be read: ${error.message}`] : [],
    ),
  ];
}
