/**
 * The order of test files: those that take longest first, so that none of them runs by itself at the
 * end of its group while the other processors have nothing to do. vitest's own order, which a fresh
 * clone has no times for, begins with the largest files; those are not the slowest.
 */

import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take half a minute or more, the longest first; unit/longest_first checks the names. */
export const LONGEST: readonly string[] = [
  "test/boot/stub.test.ts",
  "test/boot/program.test.ts",
  "test/boot/screen.test.ts",
  "test/worlds/small_worlds.test.ts",
  "test/package/package.test.ts",
  "test/matrix/traps.test.ts",
  "test/explorer/accessibility.test.ts",
  "test/native/host_fuzz.test.ts",
  "test/native/judge_faults.test.ts",
  "test/native/judge_command.test.ts",
  "test/native/judge_measuring.test.ts",
  "test/boot/node_packages.test.ts",
  "test/boot/paging.test.ts",
  "test/explorer/brought_maps.test.ts",
  "test/explorer/allocators.test.ts",
  "test/boot/integrity.test.ts",
  "test/boot/same_log.test.ts",
];

/** Where a file comes; all that are not listed come after those that are. */
function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((file) => moduleId.replaceAll("\\", "/").endsWith(`/${file}`));
  return index < 0 ? LONGEST.length : index;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
