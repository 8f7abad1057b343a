/**
 * What one allocation or free did to the free blocks: which order was split or put together, told from
 * the blocks before and after.
 */

import { formatAddress, formatOrder } from "../format.ts";
import { type LastOperation } from "../machine/protocol.ts";

/** By how many each order's free blocks changed. */
export function blockChange(before: readonly number[], after: readonly number[]): number[] {
  return after.map((blocks, order) => blocks - (before[order] ?? 0));
}

/** Orders whose free blocks became more, or fewer, largest first. */
function ordersWhere(change: readonly number[], isWanted: (by: number) => boolean): number[] {
  return change.flatMap((by, order) => (isWanted(by) ? [order] : [])).reverse();
}

const named = (orders: readonly number[]) => orders.map((order) => formatOrder(order)).join(", ");

/** `last` in words, and what it did by `change`. */
export function describeChange(last: LastOperation, change: readonly number[]): string {
  const { kind, order, address } = last;
  const what = `${formatOrder(order)} (order ${order})`;
  if (address === 0) return `Refused: no free block of ${what}.`;
  const more = ordersWhere(change, (by) => by > 0);
  const fewer = ordersWhere(change, (by) => by < 0);
  if (kind === "allocate") {
    const done = `Allocated ${what} at ${formatAddress(address)}.`;
    if (more.length === 0) return `${done} A free block had just that size.`;
    return `${done} A free block of ${named(fewer)} was split; free halves are left: ${named(more)}.`;
  }
  const done = `Freed ${what} at ${formatAddress(address)}.`;
  if (fewer.length === 0) return `${done} Its buddy is in use: nothing merges.`;
  return `${done} It merged with free buddies of ${named([...fewer].reverse())} to one block of ${named(more)}.`;
}
