/**
 * What the kernel said of an address at a moment of a program's run, and where it was mapped then.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatVirtual } from "../format.ts";
import { blockText, FactList } from "../lookup/fact_list.tsx";
import { physicalOf, runsOver } from "../machine/mapped_runs.ts";
import { spanOf } from "../map/machine_map.ts";
import { type Span } from "../map/piece.ts";
import { MappingList } from "../map/piece_mappings.tsx";
import { blockAt } from "./packed_blocks.ts";
import { type RunMoment } from "./use_program_map.ts";

function whenInWords({ name, moment }: RunMoment): string {
  return `after ${moment.time.toFixed(1)} ms of ${name}, as the map shows it`;
}

/** Where `virtual` led at the moment; an error, for a person, if that was nowhere. */
export function followAt(at: RunMoment, virtual: bigint): number {
  const { machine, moment } = at;
  const physical = physicalOf([...machine.mapped, ...moment.mapped], virtual);
  if (physical === null) {
    throw new Error(`${formatVirtual(virtual)} leads nowhere ${whenInWords(at)}.`);
  }
  return physical;
}

/** Mappings that are listed: what is known of an address stands below them. */
const MOST_MAPPINGS = 4;

/** Who has the block around `address`, and which block that is. */
function blockInWords({ machine, moment }: RunMoment, address: number): string {
  const runs = machine.plan.runs.map(spanOf);
  const block = blockAt(runs, moment.blocks, address);
  if (!block) return "not managed";
  const lent = moment.spans.find(({ base, end }) => base <= address && address < end);
  const owner = lent ? `on loan to the program: ${lent.detail}` : "allocated by the kernel";
  return blockText(block.isFree ? "free" : owner, block.base, block.end - block.base);
}

/** What leads to a piece of physical memory at a moment. */
export function MomentMappings({ at, piece }: { readonly at: RunMoment; readonly piece: Span }) {
  const { base, end } = piece;
  const { machine, moment } = at;
  const own = runsOver(moment.mapped, base, end).map((run) => ({
    ...run,
    kind: `the program's ${run.detail}`,
  }));
  const runs = [...own, ...runsOver(machine.mapped, base, end)];
  return <MappingList runs={runs} most={MOST_MAPPINGS} />;
}

export function MomentFacts({ at, address }: { readonly at: RunMoment; readonly address: number }) {
  const base = Math.floor(address / FRAME_BYTES) * FRAME_BYTES;
  return (
    <FactList
      plan={at.machine.plan}
      address={address}
      when={whenInWords(at)}
      block={blockInWords(at, address)}
    >
      <MomentMappings at={at} piece={{ base, end: base + FRAME_BYTES }} />
    </FactList>
  );
}
