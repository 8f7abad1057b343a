/**
 * Measures an allocator beside its competitors, in a worker that is watched: what takes too long is
 * left out, and said to be.
 */

import { readFileSync } from "node:fs";
import { recordedRuns } from "./workloads/recorded_runs.ts";
import { WORKLOADS } from "./workloads/workloads.ts";
import { type MemoryMapFile } from "../../sim/memory_map.ts";
import { formatBytes } from "../formats/size.ts";
import { type Stand, type TaskName, type Tasks } from "./messages.ts";
import { measuringModule, type ModuleName } from "./modules.ts";
import { MAPS_PLACE } from "./places.ts";
import {
  type Competitor,
  type Cost,
  type Effort,
  FLOOR,
  JUDGED,
  type Packing,
  REFERENCE,
  type SeededMemory,
  type Speed,
} from "./performance.ts";
import { EndlessError, WatchedWorker } from "./watched_worker.ts";

/** All that was measured. */
export interface Measurements {
  /** Frames of the workloads and of the load drop; 0 if the allocator is too slow for any. */
  readonly frames: number;
  readonly speed: readonly Speed[];
  readonly packing: readonly Packing[];
  readonly cost: readonly Cost[];
  /** What could not be measured, in words. */
  readonly leftOut: readonly string[];
}

/** The competitors of the one that is judged: titles for tables. */
const COMPETITORS: readonly (readonly [id: ModuleName, title: string])[] = [
  ["kernel", "this kernel"],
  [REFERENCE, "list buddy"],
  ["bitmap", "bitmap"],
  [FLOOR, "nothing"],
];

/** Titles by id, in the order of tables; the one that is judged comes first. */
export const TITLES: ReadonlyMap<string, string> = new Map([[JUDGED, "yours"], ...COMPETITORS]);

/** The machine whose map is entered, of those in the folder of recorded maps. */
const MAP = "limine-ovmf-4g";

function stand(): Stand {
  const competitors = COMPETITORS.map(([id, title]): Competitor => ({
    id,
    title,
    module: measuringModule(id),
  }));
  return { loops: measuringModule("loops"), competitors };
}

/** Memory that is entered: plain sizes, and the map of a machine. */
function seededMemory({ sizes }: Effort): SeededMemory[] {
  const path = new URL(`${MAP}.json`, MAPS_PLACE);
  const runs = recordedRuns(JSON.parse(readFileSync(path, "utf8")) as MemoryMapFile);
  const frames = runs.reduce((sum, { count }) => sum + count, 0);
  return [
    ...sizes.map((size) => ({ title: formatBytes(size * 4096), frames: size, runs: null })),
    { title: "4 GiB, a machine's map", frames, runs },
  ];
}

/** Measures `module`; `note` is told what is going on. */
export async function measureAll(
  module: WebAssembly.Module,
  effort: Effort,
  note: (text: string) => void,
): Promise<Measurements> {
  const worker = new WatchedWorker(module, stand());
  const leftOut: string[] = [];
  /** The answer; null, and a line about `what`, if it takes too long or traps. */
  async function attempt<T extends TaskName>(
    what: string,
    task: T,
    given: Tasks[T]["given"],
  ): Promise<Tasks[T]["answer"] | null> {
    try {
      return await worker.ask(task, given, effort.callLimit);
    } catch (error) {
      const reason =
        error instanceof EndlessError
          ? `a call took more than ${effort.callLimit / 1000} s`
          : (error as Error).message;
      leftOut.push(`${what}: ${reason}`);
      return null;
    }
  }
  try {
    note("how much memory it can be measured with");
    const frames = (await attempt("speed", "frames", effort)) ?? 0;
    if (!frames) return { frames, speed: [], packing: [], cost: [], leftOut };
    const speed: Speed[] = [];
    for (const { measures } of WORKLOADS) {
      const ids = measures.map(({ id }) => id);
      note(`speed: ${ids.join(", ")}`);
      speed.push(...((await attempt(ids.join(", "), "speed", { ids, frames, effort })) ?? []));
    }
    const packing: Packing[] = [];
    const cost: Cost[] = [];
    for (const [id, title] of TITLES) {
      if (id === FLOOR) continue;
      note(`packing and cost: ${title}`);
      packing.push(...((await attempt(`packing, ${title}`, "packing", { id, frames })) ?? []));
      for (const memory of seededMemory(effort)) {
        const found = await attempt(`cost, ${title}, ${memory.title}`, "cost", { id, memory });
        if (found) cost.push(found);
      }
    }
    return { frames, speed, packing, cost, leftOut };
  } finally {
    await worker.close();
  }
}
