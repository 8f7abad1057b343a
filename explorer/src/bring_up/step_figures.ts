/**
 * What a step of bring-up did, in a few figures: the kernel's own, from its log.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Plan } from "../../../tools/plan/plan.ts";
import { capitalised, formatBytes, formatCount, formatMicroseconds } from "../format.ts";
import { inWords } from "../map/owner.ts";
import { type StepId } from "./steps.ts";

export interface StepFigure {
  readonly name: string;
  readonly value: string;
}

function frames(name: string, count: number): StepFigure {
  return { name, value: `${formatCount(count)} (${formatBytes(count * FRAME_BYTES)})` };
}

function count(name: string, value: number): StepFigure {
  return { name, value: formatCount(value) };
}

function bytes(name: string, value: number): StepFigure {
  return { name, value: formatBytes(value) };
}

function sizeOf(
  ranges: readonly { readonly kind: string; readonly length: string }[],
  kind: string,
) {
  return ranges
    .filter((range) => range.kind === kind)
    .reduce((sum, { length }) => sum + Number(length), 0);
}

/** The figures of `step`; none if its lines are not in the log. */
export function stepFigures(plan: Plan, step: StepId): StepFigure[] {
  const { boot } = plan;
  switch (step) {
    case "look":
      return [count("Entries", boot.entries.length)];
    case "copy":
      return [bytes("Copy of the map", sizeOf(boot.reservations, "map_copy"))].filter(
        () => boot.reservations.length > 0,
      );
    case "sanitise":
      return sanitiseFigures(plan);
    case "plan":
      return boot.storage_plan
        ? [
            count("Entries", boot.storage_plan.entries),
            count("Usable regions", boot.storage_plan.conventional),
            count("Slots for free runs", boot.storage_plan.free_slots),
            count("Slots for reserved regions", boot.storage_plan.reserved_slots),
            bytes("Allocator tables", boot.storage_plan.table_bytes),
          ]
        : [];
    case "carve":
      return boot.carved.map(({ kind, length }) =>
        bytes(capitalised(inWords(kind)), Number(length)),
      );
    case "handoff":
      return handoffFigures(plan);
    case "paging":
      return boot.paging
        ? [
            { name: "Root table", value: boot.paging.root },
            count("Page tables", boot.paging.tables),
          ]
        : [];
    case "reclaim":
      return boot.reclaimed ? [frames("Frames reclaimed", boot.reclaimed.frames)] : [];
    case "ready":
      return readyFigures(plan);
  }
}

function sanitiseFigures({ boot }: Plan): StepFigure[] {
  const { sanitised, totals } = boot;
  const figures: StepFigure[] = [];
  if (sanitised) {
    figures.push(
      count("Regions", sanitised.regions),
      count("Entries dropped", sanitised.dropped),
      count("Entries clipped", sanitised.clipped),
      count("Entries grown", sanitised.grown),
      frames("Claimed twice", sanitised.overlapping),
    );
  }
  if (totals) {
    figures.push(
      frames("Usable frames", totals.usable),
      frames("Reclaimable frames", totals.reclaimable),
      frames("All other frames", totals.reserved),
    );
  }
  return figures;
}

function handoffFigures({ boot }: Plan): StepFigure[] {
  const { handoff, match, buddy_alloc: buddy } = boot;
  const figures: StepFigure[] = [];
  if (match) figures.push(frames("Frames managed", match.managed), frames("Free", match.free));
  if (handoff) {
    figures.push(
      count("Free runs", handoff.free_runs),
      count("Reserved regions", handoff.reserved),
      { name: "Since the first look", value: formatMicroseconds(handoff.elapsed_us) },
    );
  }
  if (buddy) {
    figures.push(bytes("Largest free block", FRAME_BYTES * 2 ** buddy.largest_free_order));
  }
  return figures;
}

function readyFigures({ boot }: Plan): StepFigure[] {
  const { ready, self_test: selfTest } = boot;
  const figures: StepFigure[] = [];
  if (selfTest) figures.push(count("Checks passed", selfTest.checks));
  if (ready) {
    figures.push(
      frames("Managed", ready.managed),
      frames("Free", ready.free),
      bytes("Metadata", ready.metadata_bytes),
      bytes("Linear memory", ready.linear_bytes),
      { name: "Bring-up took", value: formatMicroseconds(ready.elapsed_us) },
    );
  }
  return figures;
}
