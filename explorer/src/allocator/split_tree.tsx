/**
 * What one allocation split, or one free put together, as a tree: a row for each order from the whole
 * block down to the one that was asked for, the way down lit, the other halves beside it.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatAddress, formatOrder } from "../format.ts";
import { type LastOperation } from "../machine/protocol.ts";

/** A half of a block in a row of the tree. */
interface Half {
  readonly address: number;
  /** True for the half that the way leads through. */
  readonly isLit: boolean;
}

export interface SplitTree {
  /** The order of the whole block; the one of the operation if nothing was split or merged. */
  readonly top: number;
  readonly address: number;
  /** From the order below the top to the operation's: the lower half, the upper half. */
  readonly rows: readonly { readonly order: number; readonly halves: readonly [Half, Half] }[];
}

/**
 * The tree of `last`, whose effect on the free blocks of each order is `change`; null if that is not what
 * one split or merge does.
 */
export function splitTree(last: LastOperation, change: readonly number[]): SplitTree | null {
  const { kind, order, address } = last;
  if (address === 0) return null;
  // A free does to the counts the opposite of what an allocation does.
  const sign = kind === "allocate" ? 1 : -1;
  const top = change.findIndex((by) => by * sign < 0);
  const isOne =
    top >= order &&
    change.every((by, at) => by * sign === (at === top ? -1 : Number(at >= order && at < top)));
  if (!isOne) return null;
  const bytes = (of: number) => FRAME_BYTES * 2 ** of;
  const base = address - (address % bytes(top));
  const rows = Array.from({ length: top - order }, (_, row) => {
    const at = top - 1 - row;
    const pair = address - (address % bytes(at + 1));
    const isUpper = address - pair >= bytes(at);
    const halves = [
      { address: pair, isLit: !isUpper },
      { address: pair + bytes(at), isLit: isUpper },
    ] as const;
    return { order: at, halves };
  });
  return { top, address: base, rows };
}

/** What the lit block of a row is. */
function litText(kind: LastOperation["kind"], isLast: boolean, isTop: boolean): string {
  if (kind === "allocate") return isLast ? "allocated" : "split";
  if (isLast) return "freed";
  return isTop ? "one free block" : "merged";
}

export interface SplitTreeViewProps {
  readonly last: LastOperation;
  readonly change: readonly number[];
}

export function SplitTreeView({ last, change }: SplitTreeViewProps) {
  const tree = splitTree(last, change);
  // A block of just that size is a tree of nothing.
  if (!tree?.rows.length) return null;
  const { top, address, rows } = tree;
  const other = last.kind === "allocate" ? "stays free" : "was free";
  return (
    <figure class="split-tree">
      <figcaption>
        {last.kind === "allocate" ? "The block that was split" : "The buddies that merged"}
      </figcaption>
      <ol aria-label="Orders, the largest first">
        <li>
          <span class="split-order">{formatOrder(top)}</span>
          <span class="split-block lit">
            <code>{formatAddress(address)}</code> {litText(last.kind, false, true)}
          </span>
        </li>
        {rows.map(({ order, halves }, row) => (
          <li key={order}>
            <span class="split-order">{formatOrder(order)}</span>
            {halves.map(({ address: half, isLit }) => (
              <span key={half} class={isLit ? "split-block lit" : "split-block"}>
                <code>{formatAddress(half)}</code>{" "}
                {isLit ? litText(last.kind, row === rows.length - 1, false) : other}
              </span>
            ))}
          </li>
        ))}
      </ol>
    </figure>
  );
}
