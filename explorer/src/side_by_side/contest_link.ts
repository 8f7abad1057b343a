/**
 * A contest in a link: memory in MiB, mix, percent, requests a second, seed, requests; separated by dots.
 */

import { ORDER_MIXES } from "../../../tools/trace/random_load.ts";
import { type ContestChoice } from "./contest_protocol.ts";

/** Machines for it, MiB; the first one is the machine in view. */
export const MEMORIES = [0, 512, 1024, 4096, 16384] as const;

/** As the project's benchmark has it. */
export const FIRST_CONTEST: ContestChoice = {
  memory: 4096,
  mix: "geometric",
  keep: 0.5,
  speed: 1_000_000,
  seed: 1,
  requests: 0,
};

export function contestText(choice: ContestChoice): string {
  const { memory, mix, keep, speed, seed, requests } = choice;
  return [memory, mix, Math.round(keep * 100), speed, seed, requests].join(".");
}

/** The contest that `text` tells; the first one if it tells none. */
export function contestOf(text: string): ContestChoice {
  const [, memory, mix, ...numbers] =
    /^(\d{1,5})\.([a-z]+)\.(\d{1,2})\.(\d{1,7})\.(\d{1,9})\.(\d{1,9})$/.exec(text) ?? [];
  const [keep = 0, speed = 0, seed = 0, requests = 0] = numbers.map(Number);
  const knownMemory = MEMORIES.find((one) => String(one) === memory);
  const knownMix = ORDER_MIXES.find((one) => one === mix);
  if (knownMemory === undefined || !knownMix || keep < 5 || keep > 90 || speed < 1) {
    return FIRST_CONTEST;
  }
  return { memory: knownMemory, mix: knownMix, keep: keep / 100, speed, seed, requests };
}
