import { defineConfig } from "vitest/config";

/**
 * Three groups that can be run apart (`vitest run --project unit`). Boot tests start QEMU: each
 * takes seconds of a whole core, so few run at once and their time limits are long.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
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
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
