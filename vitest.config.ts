import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest_first.ts";
import { nodeOnlyPath } from "./test/support/node_only_path.ts";

/** For groups that need Node and its packages only, and are held to it. */
const env = { PATH: nodeOnlyPath() };

/** Workers of the groups that come first: vitest would leave one processor idle, even one of two. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/**
 * Groups that can be run apart (`vitest run --project unit`). Tests in `native` call clang and wabt,
 * those in `boot` and `matrix` start QEMU, those in `explorer` Chromium: each takes seconds of a whole
 * core, so few run at once and their time limits are long. The others need Node alone.
 * `worlds` and `matrix` do a part of their work unless an environment variable asks for all of it;
 * `npm run test:worlds` and `npm run test:matrix` do.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          env,
          maxWorkers,
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "property",
          env,
          maxWorkers,
          include: ["test/property/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "cli",
          env,
          maxWorkers,
          include: ["test/cli/**/*.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "programs",
          maxWorkers,
          include: ["test/programs/**/*.test.ts"],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "worlds",
          env,
          maxWorkers,
          include: ["test/worlds/**/*.test.ts"],
          testTimeout: 600_000,
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          // After the quick groups, as those that boot.
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "native",
          maxWorkers,
          include: ["test/native/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "explorer",
          include: ["test/explorer/**/*.test.ts"],
          globalSetup: "test/explorer/built_page.ts",
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "boot",
          include: ["test/boot/**/*.test.ts"],
          testTimeout: 90_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          // After the quick groups, so that they do not compete for the processor.
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "matrix",
          include: ["test/matrix/**/*.test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
