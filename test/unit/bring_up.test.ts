import { describe, expect, test } from "vitest";
import { bootKernel, expectAccounts, expectCleanEnd } from "../support/booted_kernel.ts";
import { recordedMaps } from "../support/memmaps.ts";

describe.each(recordedMaps())("on $name", ({ entries }) => {
  test("every frame is accounted for", () => {
    const booted = bootKernel({ memoryMap: entries });
    expectCleanEnd(booted);
    if (booted.status === 0) expectAccounts(booted);
  });
});
