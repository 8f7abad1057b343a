/**
 * Hostile kernel modules on the real shim, one of each kind; test/fuzz tries thousands on the host.
 * All end with a message and a failing status, well within their time.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KERNELS } from "../fuzz/kernels.mjs";
import { boot } from "./boot.ts";
import { withDirectory } from "./scripts.ts";

describe("under the stub, a kernel", () => {
  it.each([
    ["that imports what ABI 2 does not have", /^PANIC: shim: .*shim\.launch/],
    ["whose kernel_main takes its arguments the other way round", /^PANIC: shim: .*signature/],
    ["with 4 GiB of memory", /^PANIC: shim: .*memory/],
    ["with more imports than memory", /^PANIC: shim: .*more functions than/],
    ["whose start function traps", /^PANIC: wasm: .*unreachable/],
    // wasm3 compiles blocks by recursion: the page below the boot stack is what stops it.
    ["of 50000 blocks inside each other", /^PANIC: cpu: (page fault|double fault) /],
  ])("%s", (what, panic) =>
    withDirectory(async (work) => {
      const kernel = KERNELS.find(([name]) => name === what);
      expect(kernel).toBeDefined();
      const module = join(work, "kernel.wasm");
      writeFileSync(module, kernel![1]);
      const { status, log } = await boot("stub", { iso: ["--module", module] });
      expect(log.panic, log.text).toMatch(panic);
      expect(status).toBe(1);
    }),
  );
});
