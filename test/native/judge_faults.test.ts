/**
 * The judge finds what is wrong with an allocator: mistakes as people make them, one planted in each
 * of otherwise right ones. What it finds is shrunk to a few requests that show it again.
 */

import { describe, expect, test } from "vitest";
import { readModule } from "../../tools/judge/contract.ts";
import { type Examination, replay } from "../../tools/judge/examination.ts";
import { formatScript, parseScript } from "../../tools/judge/script.ts";
import { type FaultKind } from "../../tools/judge/trial.ts";
import { WatchedWorker } from "../../tools/judge/watched_worker.ts";
import { compileEdited, examined, FIRST_FIT } from "../support/judged.ts";

const BUDDY = "bench/peers/list_buddy_pcp.c";

interface Planted {
  readonly what: string;
  readonly source: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
  /** The kinds of fault that it may be found by. */
  readonly kinds: readonly FaultKind[];
  /** Lines of the shortest script that shows it. */
  readonly lines: number;
}

function firstFit(what: string, kinds: FaultKind[], lines: number, ...edit: [string, string]) {
  return { what, source: FIRST_FIT, edits: [edit], kinds, lines };
}

const LOOP = "first + count <= frame_count; first += count";

const PLANTED: readonly Planted[] = [
  firstFit("no alignment", ["unaligned"], 3, LOOP, "first + count <= frame_count; first++"),
  firstFit(
    "no end of memory",
    ["outside", "memory"],
    3,
    LOOP,
    "first < frame_count; first += count",
  ),
  firstFit(
    "the last frame of a block left free",
    ["taken"],
    3,
    "mark_all(first, count, INSIDE);",
    "mark_all(first, count - (count > 1), INSIDE);",
  ),
  firstFit(
    "a frame lost by each free of a large block",
    ["refusal"],
    4,
    "mark_all(frame, 1u << order, FREE);",
    "mark_all(frame, (1u << order) - (order > 2), FREE);",
  ),
  firstFit(
    "the largest blocks never freed",
    ["refused free"],
    3,
    "order > LARGEST_ORDER ||",
    "order >= LARGEST_ORDER ||",
  ),
  firstFit(
    "a search without an end",
    ["endless"],
    3,
    LOOP,
    "first + count <= frame_count; first = (first + count) % frame_count",
  ),
  firstFit("a trap when memory is full", ["trap"], 3, "return NO_FRAME;", "__builtin_trap();"),
  firstFit("a table of a fixed size", ["memory"], 3, "memory_take(frames)", "memory_take(1000)"),
  firstFit(
    "a refused free that frees",
    ["taken", "refused free"],
    6,
    "marks[frame] != FIRST + order)\n        return false;",
    "marks[frame] == FREE)\n        return false;\n    if (marks[frame] != FIRST + order) {\n" +
      "        marks[frame] = FREE;\n        return false;\n    }",
  ),
  firstFit(
    "recursion without an end",
    ["trap"],
    2,
    "static bool all_free(uint32_t first, uint32_t count) {",
    "__attribute__((noinline)) static uint32_t sum(const uint32_t *of, uint32_t count) {\n" +
      "    volatile uint32_t more = of[0] + count;\n    return sum((uint32_t *)&more, more) + more;\n" +
      "}\nstatic bool all_free(uint32_t first, uint32_t count) {\n" +
      "    if (count == 2) return sum(&first, count);",
  ),
  firstFit(
    "a count of free blocks that forgets what is used",
    ["free blocks"],
    2,
    "bool allocator_free(",
    "uint32_t allocator_free_blocks(uint32_t order) { return order ? 0 : frame_count; }\n\n" +
      "bool allocator_free(",
  ),
  firstFit(
    "a map of which the gaps are handed out",
    ["outside"],
    2,
    "bool allocator_free(",
    "void allocator_init_map(const struct allocator_run *runs, uint32_t count) {\n" +
      "    allocator_init(runs[count - 1].start + runs[count - 1].count);\n}\n\nbool allocator_free(",
  ),
  {
    what: "a cache that outlives starting over",
    source: BUDDY,
    edits: [["list_init(&hot);\n    hot_count = 0;", "list_init(&hot);"]],
    kinds: ["outside", "trap", "taken", "unaligned"],
    lines: 5,
  },
  {
    what: "blocks that are held back when memory is short",
    source: BUDDY,
    edits: [["if (!page && hot_count) {", "if (!page && hot_count > 1) {"]],
    kinds: ["refusal"],
    lines: 7,
  },
];

/** The fault that comes of the sequence of `examination`'s first fault, printed and read again. */
async function replayed(bytes: Uint8Array<ArrayBuffer>, { faults }: Examination) {
  const worker = new WatchedWorker(readModule(bytes));
  try {
    return await replay(worker, parseScript(formatScript(faults[0]!.steps)));
  } finally {
    await worker.close();
  }
}

/** Milliseconds, on a machine that is busy with other tests. */
const TIMEOUT = 240_000;

describe("the judge finds", { timeout: TIMEOUT }, () => {
  test.each(PLANTED)("$what", async ({ source, edits, kinds, lines }) => {
    const bytes = compileEdited(source, edits);
    const examination = await examined(bytes);
    expect(examination.faults.length).toBeGreaterThan(0);
    const [first] = examination.faults;
    expect(kinds).toContain(first!.kind);
    expect(first!.repeats).toBe(true);
    expect(first!.steps.length).toBeLessThanOrEqual(lines);
    const { fault } = await replayed(bytes, examination);
    expect(fault).toEqual({ kind: first!.kind, message: first!.message });
  });
});

describe("the judge finds nothing wrong with", { timeout: TIMEOUT }, () => {
  const PEERS = ["bitmap", "descriptor_list", "list_buddy", "list_buddy_pcp", "run_table"];

  test.each(PEERS)("the benchmark's peer %s", async (peer) => {
    const { faults } = await examined(compileEdited(`bench/peers/${peer}.c`));
    expect(faults).toEqual([]);
  });

  test("the page to start from, which refuses every wrong free", async () => {
    const { faults, wrongFrees } = await examined(compileEdited(FIRST_FIT));
    expect(faults).toEqual([]);
    expect(wrongFrees.map(({ verdict }) => verdict)).toEqual(Array(8).fill("refused"));
  });
});
