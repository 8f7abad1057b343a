/**
 * The blocks inside the chosen cell of the heat map; one's own can be freed.
 */

import { useEffect, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatAddress, formatBytes } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type BlockInfo } from "../machine/protocol.ts";

/** Blocks that are listed. */
const LIMIT = 24;
export interface CellBlocksProps {
  readonly client: MachineClient;
  readonly base: number;
  readonly bytes: number;
  /** Anything that changes when the blocks may have. */
  readonly version: unknown;
  readonly onEnter?: (() => void) | undefined;
}

export function CellBlocks({ client, base, bytes, version, onEnter }: CellBlocksProps) {
  const [blocks, setBlocks] = useState<readonly BlockInfo[]>([]);
  useEffect(() => {
    let current = true;
    // The machine may be replaced while the question is under way; then nobody asks any more.
    client.ask("blocks", { base, bytes, limit: LIMIT }).then(
      (found) => current && setBlocks(found),
      () => current && setBlocks([]),
    );
    return () => {
      current = false;
    };
  }, [client, base, bytes, version]);

  const free = (block: BlockInfo) =>
    void client.ask("free", { address: block.base, order: Math.log2(block.bytes / FRAME_BYTES) });
  return (
    <div class="cell-blocks">
      <h3>
        Blocks from <code>{formatAddress(base)}</code>
      </h3>
      <ul>
        {blocks.map((block) => (
          <li key={block.base}>
            <code>{formatAddress(block.base)}</code> {formatBytes(block.bytes)}{" "}
            {block.state === "free" ? "free" : block.own ? "yours" : "the kernel’s"}{" "}
            {block.own && (
              <button type="button" class="small" onClick={() => free(block)}>
                Free
              </button>
            )}
          </li>
        ))}
        {blocks.length === LIMIT && <li>… and more</li>}
      </ul>
      {onEnter && (
        <button type="button" onClick={onEnter}>
          Go inside
        </button>
      )}
    </div>
  );
}
