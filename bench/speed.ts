/**
 * Measures speed: checks and times the allocators, in V8 and elsewhere, and sums the samples up.
 */

import { type Allocator, REFERENCE } from "./allocators.ts";
import { HOST_TITLES, type HostName, hostAllocators, startHost } from "./hosts.ts";
import {
  type Contender,
  measure,
  type Plan,
  type Series,
} from "../tools/judge/workloads/measure.ts";
import { type SpeedResult } from "./results.ts";
import { selfCheck } from "./self_check.ts";
import { ratios, summarise } from "../tools/judge/workloads/statistics.ts";
import { V8Instance } from "./v8_engine.ts";

/** The results of the samples that `engine` took of `allocators`. */
export function speedResults(
  engine: string,
  allocators: readonly Pick<Allocator, "id" | "frames">[],
  series: readonly Series[],
): SpeedResult[] {
  return series.map(({ measure: id, allocator: name, samples }) => {
    const reference = series.find((other) => other.measure === id && other.allocator === REFERENCE);
    const ratio = reference && name !== REFERENCE && summarise(ratios(samples, reference.samples));
    return {
      engine,
      measure: id,
      allocator: name,
      frames: allocators.find((candidate) => candidate.id === name)!.frames,
      time: summarise(samples),
      ...(ratio && { ratio }),
    };
  });
}

/** Measures `allocators` in this process; `modules` names the file of each module. */
export async function measureInV8(
  allocators: readonly Allocator[],
  plan: Plan,
  modules: ReadonlyMap<string, string>,
  note: (text: string) => void,
): Promise<SpeedResult[]> {
  const contenders: Contender[] = allocators.map((allocator) => {
    const instance = new V8Instance(modules.get(allocator.module)!);
    if (allocator.checked) selfCheck(allocator, instance);
    return { allocator, instance };
  });
  return speedResults("V8", allocators, await measure(contenders, plan, note));
}

/** Measures in programs of their own; whatever happens, they end with this. */
export async function measureInHost(
  engine: HostName,
  plan: Plan,
  modules: ReadonlyMap<string, string>,
  note: (text: string) => void,
): Promise<SpeedResult[]> {
  const contenders: Contender[] = [];
  try {
    for (const allocator of hostAllocators(engine)) {
      contenders.push({ allocator, instance: startHost(engine, allocator, modules) });
    }
    const allocators = contenders.map(({ allocator }) => allocator);
    return speedResults(HOST_TITLES[engine], allocators, await measure(contenders, plan, note));
  } finally {
    for (const { instance } of contenders) instance.close();
  }
}
