/**
 * Free blocks by order, as the kernel keeps them, with the share of free memory that each has.
 */

import { formatCount, formatOrder, formatShare } from "../format.ts";
import { heatStep } from "./heat.ts";

export interface OrdersProps {
  readonly freeByOrder: readonly number[];
  /** By how many blocks each order changed with the last operation; null if there were more. */
  readonly change: readonly number[] | null;
}

export function Orders({ freeByOrder, change }: OrdersProps) {
  const frames = freeByOrder.map((blocks, order) => blocks * 2 ** order);
  const free = frames.reduce((sum, one) => sum + one, 0) || 1;
  return (
    <table class="orders">
      <caption>Free blocks by size</caption>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Block</th>
          <th scope="col" class="number">
            Free
          </th>
          <th scope="col" class="number" colSpan={2}>
            Share of free memory
          </th>
        </tr>
      </thead>
      <tbody>
        {freeByOrder.map((blocks, order) => (
          <tr key={order} class={rowClass(blocks, change?.[order] ?? 0)}>
            <th scope="row">{order}</th>
            <td>
              {formatOrder(order)}
              {change?.[order] ? <span class="change"> {signed(change[order])}</span> : ""}
            </td>
            <td class="number">{formatCount(blocks)}</td>
            <td class="number">{blocks ? formatShare(frames[order]! / free) : ""}</td>
            <td class="bar-cell">
              <span
                class="bar"
                style={{
                  width: `${(frames[order]! / free) * 100}%`,
                  background: `var(--heat-${heatStep(order)})`,
                }}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function rowClass(blocks: number, change: number): string {
  if (change) return "changed";
  return blocks ? "" : "empty";
}

/** A change with its sign: the minus as wide as the plus. */
function signed(change: number): string {
  return change > 0 ? `+${change}` : `−${-change}`;
}
