/**
 * Bring-up as a sequence of steps, told from the kernel's log: which lines belong to which step,
 * when it began, and what it did in figures. The order is that of `src/mm/memory_init.ts`.
 */

import { type LogLine, parseLogLine } from "../../../tools/log/boot_log.ts";
import { type Plan } from "../../../tools/plan/plan.ts";

export type StepId =
  "look" | "copy" | "sanitise" | "plan" | "carve" | "handoff" | "paging" | "reclaim" | "ready";

export interface StepKind {
  readonly id: StepId;
  readonly title: string;
  /** What the step does, for a person who sees it for the first time. */
  readonly story: string;
  /** The step of the tour that goes into it. */
  readonly tour: number;
}

/** In the order of bring-up. */
export const STEPS: readonly StepKind[] = [
  {
    id: "look",
    title: "Look",
    story:
      "The kernel reads what the firmware reports: which ranges of physical memory there are and " +
      "who keeps them. The loader has taken its share already: the image, its own tables.",
    tour: 1,
  },
  {
    id: "copy",
    title: "Copy",
    story:
      "An early allocator hands out frames from the top of the largest usable range. The first " +
      "hold page tables for the kernel's own memory and a copy of the map; from here on the " +
      "firmware's list is not read again.",
    tour: 2,
  },
  {
    id: "sanitise",
    title: "Sanitise",
    story:
      "Entries may overlap, be unsorted or end inside a frame. What comes out is sorted, disjoint " +
      "and made of whole frames; where entries disagree the stricter one wins.",
    tour: 3,
  },
  {
    id: "plan",
    title: "Plan",
    story:
      "From the sanitised map the kernel works out how large its tables must be. They follow " +
      "usable memory, not the address span.",
    tour: 4,
  },
  {
    id: "carve",
    title: "Carve",
    story:
      "The tables get frames of their own, next to the copy of the map, which nobody else will be given.",
    tour: 5,
  },
  {
    id: "handoff",
    title: "Hand off",
    story:
      "Everything usable that is not reserved goes to the runtime allocator, which owns every " +
      "frame exactly once from now on.",
    tour: 6,
  },
  {
    id: "paging",
    title: "Page",
    story:
      "New page tables, made of frames from the allocator, replace the loader's. Nothing is " +
      "writable and executable at once, and frame 0 is not mapped.",
    tour: 8,
  },
  {
    id: "reclaim",
    title: "Reclaim",
    story: "Nothing of the boot loader's is needed any more: its memory joins the allocator.",
    tour: 9,
  },
  {
    id: "ready",
    title: "Ready",
    story:
      "The allocators test themselves on real frames, all totals are compared, and the kernel " +
      "reports what it manages.",
    tour: 9,
  },
];

/** The place of a step in the order of bring-up. */
export function stepIndex(id: StepId): number {
  return STEPS.findIndex((step) => step.id === id);
}

export interface Step extends StepKind {
  /** Microseconds on the machine's clock when the step's first line was logged; null without one. */
  readonly time: number | null;
  /** Its lines of the log, whole. */
  readonly lines: readonly string[];
  /** False if the boot ended before it. */
  readonly reached: boolean;
  /** True if the boot ended in it. */
  readonly failed: boolean;
}

/** Which step a line ends up in, by tag and the beginning of its message; the first match counts. */
const LINE_STEPS: readonly (readonly [tag: string, beginning: string, step: StepId])[] = [
  ["boot", "SlopOS Kernel Started", "ready"],
  ["boot", "SlopOS", "look"],
  ["memmap", "0x", "look"],
  ["memmap", "", "sanitise"],
  ["mm", "runtime storage plan", "plan"],
  ["mm", "usable memory that the loader", "plan"],
  ["mm", "carved", "carve"],
  ["mm", "reserved", "handoff"],
  ["mm", "runtime allocator initialized", "handoff"],
  ["page_alloc", "", "handoff"],
  ["buddy_alloc", "", "handoff"],
  ["mm", "totals match", "handoff"],
  ["paging", "", "paging"],
  ["mm", "managed memory that the loader", "paging"],
  ["mm", "reclaimed", "reclaim"],
  ["mm", "bootloader memory left out", "reclaim"],
  ["mm", "", "ready"],
];

/** What a failed boot says it was doing, and the step that does it. */
const FAILURE_STEPS: readonly (readonly [beginning: string, step: StepId])[] = [
  ["the loader's memory map is empty", "look"],
  ["no entry has", "look"],
  ["cannot reserve the boot regions", "copy"],
  ["the loader maps no usable frame", "copy"],
  ["cannot open the linear-memory window", "copy"],
  ["no storage for the copy", "copy"],
  ["no storage for the sanitised", "sanitise"],
  ["no entry leaves", "plan"],
  ["no storage for the lists", "carve"],
  ["no storage for the allocators", "carve"],
  ["the runtime allocator", "handoff"],
  ["the allocators count", "handoff"],
  ["no frame for the top-level", "paging"],
  ["cannot build the kernel's page tables", "paging"],
  ["cannot reclaim", "reclaim"],
];

/** The step that `line` tells of; `current` if it tells of none. */
function stepOf(line: LogLine | null, current: StepId): StepId {
  if (!line) return current;
  if (line.level === "panic") {
    const known = FAILURE_STEPS.find(([beginning]) => line.message.startsWith(beginning));
    return known?.[1] ?? current;
  }
  const known = LINE_STEPS.find(
    ([tag, beginning]) => line.tag === tag && line.message.startsWith(beginning),
  );
  return known?.[2] ?? current;
}

/** The steps of a boot. */
export function stepsOf(plan: Plan): Step[] {
  const lines = new Map<StepId, string[]>(STEPS.map(({ id }) => [id, []]));
  const times = new Map<StepId, number>();
  let current: StepId = "look";
  let last = 0;
  for (const text of plan.log) {
    const line = parseLogLine(text);
    current = stepOf(line, current);
    last = Math.max(last, stepIndex(current));
    lines.get(current)!.push(text);
    const time = line?.time_us ?? null;
    if (time !== null && !times.has(current)) times.set(current, time);
  }
  return STEPS.map((step, index) => ({
    ...step,
    time: times.get(step.id) ?? null,
    lines: lines.get(step.id)!,
    reached: index <= last,
    failed: plan.failure !== null && index === last,
  }));
}
