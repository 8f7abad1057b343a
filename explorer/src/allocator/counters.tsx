/**
 * The counts of frames and the equations that they must satisfy, all taken between two operations.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatBytes, formatCount } from "../format.ts";
import { type AllocatorReport } from "../machine/protocol.ts";

export function Counters({ report }: { readonly report: AllocatorReport }) {
  const { totals, ownFrames, kernelFrames, discrepancies } = report;
  return (
    <div class="counters">
      <table>
        <caption class="visually-hidden">Frames by state</caption>
        <tbody>
          <Row name="Managed" frames={totals.managed} />
          <Row name="Free" frames={totals.free} />
          <Row name="Allocated" frames={totals.allocated} />
          <Row name="… by the kernel" frames={kernelFrames} />
          <Row name="… by you" frames={ownFrames} />
        </tbody>
      </table>
      <p class={discrepancies.length ? "verdict failure" : "verdict ok"} data-testid="verdict">
        {discrepancies.length
          ? `✗ ${discrepancies.join("; ")}`
          : "✓ Everything adds up: managed = free + allocated = sum of all blocks"}
      </p>
      <dl class="figures">
        <Figure name="Operations" value={report.operations} />
        <Figure name="Allocations" value={report.allocations} />
        <Figure name="Frees" value={report.frees} />
        <Figure name="Refused" value={report.refused} />
        <Figure name="Blocks held" value={report.ownBlocks} />
      </dl>
    </div>
  );
}

function Row({ name, frames }: { readonly name: string; readonly frames: number }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{formatCount(frames)}</td>
      <td class="number">{formatBytes(frames * FRAME_BYTES)}</td>
    </tr>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{formatCount(value)}</dd>
    </div>
  );
}
