/** Why a boot failed, for a person who does not know the kernel's error codes. */

import { type BootFailure } from "../../../tools/log/log_summary.ts";

const REASONS: Readonly<Record<string, string>> = {
  EMPTY_MEMORY_MAP: "The memory map has no entries: the kernel cannot know where memory is.",
  NO_USABLE_MEMORY: "No entry of the map leaves a whole frame of 4 KiB that could be used.",
  OUT_OF_FRAMES: "There is too little usable memory: the kernel's own tables find no place in it.",
  STORAGE_EXHAUSTED: "A table that the kernel had planned turned out too small for this map.",
  LINEAR_MEMORY: "The kernel's own memory could not grow onto the frames chosen for it.",
  UNSUPPORTED: "This machine lacks something that the kernel needs.",
  INVARIANT: "The kernel found that its own figures contradict each other.",
  SELF_TEST: "The memory did not keep what was written to it.",
};

/** One or two sentences; the log's line tells more. */
export function failureInWords({ name, code }: BootFailure): string {
  if (code === null) return "The kernel stopped at a trap.";
  return REASONS[name] ?? "The kernel ended the boot with an error.";
}
