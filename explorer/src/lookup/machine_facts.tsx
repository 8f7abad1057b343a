/**
 * What the machine in view says of an address, as it stands when it is asked.
 */

import { useEffect, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Plan } from "../../../tools/plan/plan.ts";
import { formatVirtual } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type BlockInfo } from "../machine/protocol.ts";
import { PieceMappings } from "../map/piece_mappings.tsx";
import { blockText, FactList } from "./fact_list.tsx";

/** Where `virtual` leads on the machine; an error, for a person, if that is nowhere. */
export async function followOn(client: MachineClient, virtual: bigint): Promise<number> {
  const { page, fault } = await client.ask("walk", { virtual });
  if (!page) throw new Error(`${formatVirtual(virtual)} leads nowhere: ${fault}.`);
  return page.physical;
}

export interface MachineFactsProps {
  readonly client: MachineClient;
  readonly plan: Plan;
  readonly address: number;
  readonly onWalk: (virtual: bigint) => void;
}

export function MachineFacts({ client, plan, address, onWalk }: MachineFactsProps) {
  const [block, setBlock] = useState<BlockInfo | null>(null);
  const base = Math.floor(address / FRAME_BYTES) * FRAME_BYTES;
  useEffect(() => {
    let current = true;
    setBlock(null);
    client.ask("blocks", { base, bytes: FRAME_BYTES, limit: 1 }).then(
      ([first]) => current && setBlock(first ?? null),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [client, plan, base]);
  return (
    <FactList {...{ plan, address }} block={blockInWords(block)}>
      <PieceMappings
        {...{ client, onWalk }}
        machine={plan}
        piece={{ base, end: base + FRAME_BYTES }}
      />
    </FactList>
  );
}

function blockInWords(block: BlockInfo | null): string {
  if (!block) return "not managed";
  const { base, bytes, state, own } = block;
  const owner = own ? "allocated by you" : "allocated by the kernel";
  return blockText(state === "free" ? "free" : owner, base, bytes);
}
