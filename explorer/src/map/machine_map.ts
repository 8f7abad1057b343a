/**
 * What the map shows of a plan: the pieces of physical memory as they stood after a step of
 * bring-up, and which of them that step is about. Everything comes from the kernel's answers; what
 * is decided here is only what is painted over what.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type StepId, stepIndex, STEPS } from "../bring_up/steps.ts";
import { type Plan, type PlanEntry, type PlanRange } from "../../../tools/plan/plan.ts";
import { inWords, type OwnerId, ownerOfReason, ownerOfType } from "./owner.ts";
import { flatten, type Piece, type Span } from "./piece.ts";

/** Addresses from here on are cut off: no x86-64 machine has them. */
const PHYSICAL_LIMIT = 2 ** 52;

/** Of overlapping entries the stricter is painted last; the kernel has the same order. */
const STRICTNESS = [
  "usable",
  "bootloader_reclaimable",
  "acpi_reclaimable",
  "acpi_nvs",
  "framebuffer",
  "kernel_and_modules",
  "reserved",
  "bad",
];

export interface MachineMap {
  /** In address order, without gaps, from 0 to the end of the map. */
  readonly pieces: readonly Piece[];
  /** What the chosen step is about; empty if no step is chosen or it touches no memory. */
  readonly focus: readonly Span[];
}

/** `range` as a span below the limit. */
export function spanOf({ base, length }: PlanRange): Span {
  const start = BigInt(base);
  const end = start + BigInt(length);
  const clamp = (value: bigint) => Math.min(Number(value), PHYSICAL_LIMIT);
  return { base: clamp(start), end: clamp(end) };
}

function piece(range: PlanRange, owner: OwnerId, detail: string): Piece {
  return { ...spanOf(range), owner, detail: inWords(detail) };
}

function typedPieces(entries: readonly PlanEntry[]): Piece[] {
  const rank = ({ type }: PlanEntry) => {
    const place = STRICTNESS.indexOf(type);
    return place < 0 ? STRICTNESS.indexOf("reserved") : place;
  };
  return [...entries]
    .sort((a, b) => rank(a) - rank(b))
    .map((entry) => piece(entry, ownerOfType(entry.type), entry.type));
}

/** Reasons of reservations in frames that the early allocator hands out for `copy`. */
const COPY_REASONS = ["map_copy", "page_tables"];

/** The step that first shows a reservation. */
function reservedAt(reason: string): StepId {
  if (COPY_REASONS.includes(reason)) return "copy";
  return ownerOfReason(reason) === "carved" ? "carve" : "look";
}

/** Parts of `spans` that lie in one of `within`; both sorted and disjoint. */
export function intersect(spans: readonly Span[], within: readonly Span[]): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const span of spans) {
    while (at < within.length && within[at]!.end <= span.base) ++at;
    for (let next = at; next < within.length && within[next]!.base < span.end; ++next) {
      found.push({
        base: Math.max(span.base, within[next]!.base),
        end: Math.min(span.end, within[next]!.end),
      });
    }
  }
  return found;
}

/** Sorted spans with those that touch made one. */
function merged(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.base - b.base)) {
    const last = found.at(-1);
    if (last && last.end >= span.base) {
      found[found.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    } else {
      found.push(span);
    }
  }
  return found;
}

/** All that a plan and the page tables say about memory, as spans. */
export class PlanMap {
  /** End of the highest entry. */
  readonly end: number;
  readonly #plan: Plan;
  /** Managed runs that were the loader's, and those that were not. */
  readonly #reclaimed: readonly Span[];
  readonly #handedOff: readonly Span[];
  readonly #tables: readonly Span[];
  /** The sanitised map; before sanitising, and if the kernel's log lacks it, the map as told. */
  readonly #regions: readonly PlanEntry[];

  /** @param tables physical addresses of the page tables in use */
  constructor(plan: Plan, tables: readonly number[]) {
    this.#plan = plan;
    this.end = plan.told.reduce((end, entry) => Math.max(end, spanOf(entry).end), FRAME_BYTES);
    const regions = plan.boot.regions.map(({ kind, ...range }) => ({ ...range, type: kind }));
    this.#regions = regions.length > 0 ? regions : plan.told;
    const runs = plan.runs.map(spanOf);
    const ofType = (wanted: boolean) =>
      flatten(typedPieces(this.#regions), this.end).filter(
        ({ owner }) => (owner === "reclaimable") === wanted,
      );
    this.#reclaimed = intersect(runs, ofType(true));
    this.#handedOff = intersect(runs, ofType(false));
    this.#tables = merged(tables.map((base) => ({ base, end: base + FRAME_BYTES })));
  }

  /** The map after `step`; after bring-up, without a focus, for null. */
  at(step: StepId | null): MachineMap {
    const until = stepIndex(step ?? "ready");
    const shows = (first: StepId) => stepIndex(first) <= until;
    const layers = typedPieces(shows("sanitise") ? this.#regions : this.#plan.told);
    const paint = (spans: readonly Span[], owner: OwnerId, detail: string) => {
      for (const span of spans) layers.push({ ...span, owner, detail });
    };
    if (shows("handoff")) paint(this.#handedOff, "managed", "usable");
    if (shows("reclaim")) paint(this.#reclaimed, "reclaimed", "bootloader reclaimable");
    for (const range of this.#reservations()) {
      if (!shows(reservedAt(range.kind))) continue;
      layers.push(piece(range, ownerOfReason(range.kind), range.kind));
    }
    if (shows("paging")) paint(this.#tables, "page_tables", "page tables");
    return {
      pieces: flatten(layers, this.end),
      focus: step ? merged(this.#focus(step)) : [],
    };
  }

  /** Every owner that the map shows at some step. */
  owners(): ReadonlySet<OwnerId> {
    return new Set(STEPS.flatMap(({ id }) => this.at(id).pieces.map(({ owner }) => owner)));
  }

  #reservations() {
    const { reservations, boot } = this.#plan;
    return reservations.length > 0 ? reservations : boot.reservations;
  }

  /** What `step` is about. */
  #focus(step: StepId): Span[] {
    const reserved = (first: StepId) =>
      this.#reservations()
        .filter(({ kind }) => reservedAt(kind) === first)
        .map(spanOf);
    switch (step) {
      case "look":
        return this.#plan.told.map(spanOf);
      case "copy":
        return reserved("copy");
      case "sanitise":
        return this.#plan.boot.changes.map(spanOf);
      case "plan":
      case "ready":
        return [];
      case "carve":
        return reserved("carve");
      case "handoff":
        return [...this.#handedOff];
      case "paging":
        return [...this.#tables];
      case "reclaim":
        return [...this.#reclaimed];
    }
  }
}
