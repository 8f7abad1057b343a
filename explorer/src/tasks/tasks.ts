/**
 * Tasks for a visitor: a question, where to look, and how the page knows that it is answered. What is
 * checked is what the page shows: the chosen piece and step, the walk, the allocators' figures.
 */

import { type MachineChoice } from "../app/choice.ts";
import { type PageState } from "../app/page_state.ts";
import { entriesAt } from "../lookup/address_facts.ts";
import { type AddressWalk, type AllocatorReport } from "../machine/protocol.ts";
import { type Piece } from "../map/piece.ts";
import { type Plan } from "../../../tools/plan/plan.ts";
import { LARGE_PAGE_ORDER } from "../../../tools/trace/random_load.ts";

/** What the page shows, as far as tasks ask about it. */
export interface Situation {
  readonly plan: Plan;
  readonly step: PageState["step"];
  readonly tab: PageState["tab"];
  /** The chosen piece of the map; null for none. */
  readonly piece: Piece | null;
  readonly report: AllocatorReport | null;
  /** The walk of the address on the tab for page tables; null before there is one. */
  readonly walk: AddressWalk | null;
}

export interface Task {
  /** In links. */
  readonly id: string;
  readonly question: string;
  /** Where to look and what to press. */
  readonly hint: string;
  /** Said once it is solved. */
  readonly answer: string;
  /** The step of the tour that goes into it. */
  readonly tour: number;
  /** What the page is brought to when the task begins. */
  readonly start: Partial<PageState>;
  readonly isSolved: (situation: Situation) => boolean;
}

/** A small machine two of whose entries claim the same megabyte. */
const OVERLAPPING: MachineChoice = {
  kind: "text",
  text: JSON.stringify({
    source: "a machine whose firmware contradicts itself",
    entries: [
      { base: "0x0", length: "0x9f000", type: "usable" },
      { base: "0x100000", length: "0x7f00000", type: "usable" },
      { base: "0x3000000", length: "0x100000", type: "reserved" },
      { base: "0x8000000", length: "0x100000", type: "acpi_nvs" },
    ],
  }),
};

const SMALL: MachineChoice = { kind: "bundled", name: "limine-ovmf-128m" };

const ALLOCATORS = { tab: "allocators", choice: SMALL } as const;

/** Operations of a load after which memory counts as used. */
const SOME_OPERATIONS = 1000;

const freeFrames = ({ freeByOrder }: AllocatorReport, from: number) =>
  freeByOrder.reduce((sum, blocks, order) => sum + (order < from ? 0 : blocks * 2 ** order), 0);

export const TASKS: readonly Task[] = [
  {
    id: "frame-zero",
    question: "Why is frame 0 not managed?",
    hint: "Choose step 3, Sanitise, and then the piece at address 0 on the map. Read the log below.",
    answer:
      "The kernel never uses frame 0, whatever the firmware says, so that an address of 0 can mean " +
      "“none” and is never mapped: reason=frame_zero.",
    tour: 3,
    start: { tab: "bring-up", choice: SMALL, step: null },
    isSolved: ({ step, piece }) => step === "sanitise" && piece?.base === 0,
  },
  {
    id: "overlap",
    question: "Two entries of this memory map claim the same memory. Which memory is it?",
    hint: "Compare the map after step 1 and after step 3, and choose the piece in question.",
    answer:
      "It is usable and reserved at once. Where entries disagree the stricter one wins: the kernel " +
      "leaves it alone.",
    tour: 3,
    start: { tab: "bring-up", choice: OVERLAPPING, step: "look" },
    isSolved: ({ plan, piece }) => piece !== null && entriesAt(plan, piece.base).length > 1,
  },
  {
    id: "loader",
    question: "Which memory was the boot loader's and belongs to the allocators in the end?",
    hint: "Step 8 marks it; choose a piece of it on the map.",
    answer:
      "Once the kernel stands on its own page tables and stack it needs nothing of the loader's: the " +
      "memory joins the allocators.",
    tour: 9,
    start: { tab: "bring-up", choice: SMALL, step: null },
    isSolved: ({ piece }) => piece?.owner === "reclaimed",
  },
  {
    id: "tables",
    question: "Where do the page tables lie?",
    hint: "Step 7 makes the kernel's own; choose one of their pieces on the map.",
    answer:
      "Page tables are frames like any other: the allocators gave them, and count them as taken.",
    tour: 8,
    start: { tab: "bring-up", choice: SMALL, step: null },
    isSolved: ({ piece }) => piece?.owner === "page_tables",
  },
  {
    id: "code",
    question: "Which mapped memory may be executed?",
    hint: "On the tab for page tables, walk addresses until the rights have an x.",
    answer:
      "Only the text of the image, and it cannot be written. No page is writable and executable at " +
      "once: whoever writes data cannot make code of it.",
    tour: 8,
    start: { tab: "page-tables", choice: SMALL, virtual: 0x100000n },
    isSolved: ({ tab, walk }) => tab === "page-tables" && walk?.page?.executable === true,
  },
  {
    id: "null",
    question: "What happens to a program that follows a null pointer?",
    hint: "Walk address 0.",
    answer:
      "The processor raises a page fault: nothing maps frame 0, so the mistake cannot go unseen.",
    tour: 8,
    start: { tab: "page-tables", choice: SMALL, virtual: 0x100000n },
    isSolved: ({ tab, walk }) => tab === "page-tables" && walk?.virtual === 0n && walk.fault !== "",
  },
  {
    id: "no-large",
    question: "Make the blocks of 2 MiB run out, while a tenth of memory is still free.",
    hint: "A load of mostly small blocks at 85 % does it after some 100,000 operations.",
    answer:
      "There is free memory, but no two megabytes of it together: that is fragmentation. With single " +
      "frames it does not happen here: the allocator fills what is nearly full first.",
    tour: 7,
    start: ALLOCATORS,
    isSolved: ({ report }) =>
      report !== null &&
      freeFrames(report, LARGE_PAGE_ORDER) === 0 &&
      report.totals.free >= report.totals.managed / 10,
  },
  {
    id: "merge",
    question: "Bring the large blocks back after a load has split them.",
    hint: "Run 10,000 operations, and then free all. Watch the table of block sizes.",
    answer:
      "Each block that is freed merges with its buddy, if that is free too, and the two with theirs: " +
      "nothing stays split.",
    tour: 9,
    start: ALLOCATORS,
    isSolved: ({ report }) =>
      report !== null && report.ownBlocks === 0 && report.frees >= SOME_OPERATIONS,
  },
];
