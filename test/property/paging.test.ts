/**
 * The kernel's address space on memory maps that no firmware should report: still exactly the
 * mappings that the design names.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { hostileMemoryMap } from "../support/arbitraries.ts";
import {
  expectExactly,
  expectLargePages,
  expectNoWritableCode,
  expectTableAccounts,
  pageKernel,
} from "../support/paged_kernel.ts";
import { mappingAt } from "../support/page_walker.ts";
import { draws } from "../support/seeds.ts";

const SEED = 10_2026;
const MIB = 1n << 20n;

/** Memory enough to boot, at odd addresses that the windows of hostile maps do not reach. */
const ENOUGH: readonly MemoryMapEntry[] = [
  { base: 0x17_7fff_f123n, length: 8n * MIB, type: MemoryType.USABLE },
];

test("hostile memory maps are mapped as the rules say", () => {
  fc.assert(
    fc.property(
      hostileMemoryMap({ always: ENOUGH }),
      fc.boolean(),
      fc.constantFrom("auto", "unlisted"),
      (memoryMap, pages1G, placement) => {
        const cpu = { nx: true, pages1G };
        const paged = pageKernel(memoryMap, { cpu, placement, options: "selftest=off" });
        expectExactly(paged);
        expectNoWritableCode(paged);
        expectLargePages(paged, cpu);
        expectTableAccounts(paged);
        expect(mappingAt(paged.walk, 0n)).toBeUndefined();
      },
    ),
    draws(SEED, 300),
  );
});
