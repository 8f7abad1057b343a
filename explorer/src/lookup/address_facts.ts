/**
 * What the plan says of one physical address: which of the firmware's entries speak of it, and which
 * lines of the kernel's log.
 */

import { type Plan, type PlanEntry } from "../../../tools/plan/plan.ts";

/** Ranges in the kernel's log: the end is the last byte. */
const LOGGED_RANGE = /0x([0-9a-f]+)-0x([0-9a-f]+)/g;

/** Entries of the map as it was read that hold `address`; more than one where they overlap. */
export function entriesAt({ input }: Pick<Plan, "input">, address: number): PlanEntry[] {
  const wanted = BigInt(address);
  return input.entries.filter(({ base, length }) => {
    const offset = wanted - BigInt(base);
    return offset >= 0n && offset < BigInt(length);
  });
}

/** Lines of the log that name a range with `address` in it. */
export function linesAt({ log }: Pick<Plan, "log">, address: number): string[] {
  const wanted = BigInt(address);
  return log.filter((line) =>
    [...line.matchAll(LOGGED_RANGE)].some(
      ([, first, last]) => BigInt(`0x${first}`) <= wanted && wanted <= BigInt(`0x${last}`),
    ),
  );
}
