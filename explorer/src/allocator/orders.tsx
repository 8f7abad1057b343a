/**
 * Free blocks by order, as the kernel keeps them, with the share of free memory that each has.
 */

import { formatCount, formatOrder, formatShare } from "../format.ts";
import { heatStep } from "./heat.ts";

export function Orders({ freeByOrder }: { readonly freeByOrder: readonly number[] }) {
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
          <tr key={order} class={blocks ? "" : "empty"}>
            <th scope="row">{order}</th>
            <td>{formatOrder(order)}</td>
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
