/**
 * The library on the kernel under test: it says what the kernel says, and refuses what wasm would take for
 * something else. test/package runs it as it is packed.
 */

import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  BootError,
  bootKernel,
  KernelError,
  type RunningKernel,
  SimulationError,
  syntheticMap,
} from "../../library/index.ts";
import { kernelBytes, kernelModule } from "../support/kernel_module.ts";
import { ROOT } from "../support/markdown.ts";
import { recordedMap } from "../support/memmaps.ts";

const FRAME = 4096n;
const MAP = syntheticMap("64M");

/** The code of the KernelError that `call` throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(KernelError);
    expect((error as KernelError).message).toContain((error as KernelError).code);
    return (error as KernelError).code;
  }
  return "none";
}

/** Addresses of blocks of `order`, until there are no more. */
function exhaust(kernel: RunningKernel, order: number): bigint[] {
  const addresses: bigint[] = [];
  for (let next = kernel.allocate(order); next !== null; next = kernel.allocate(order)) {
    addresses.push(next);
  }
  return addresses;
}

describe("bootKernel", () => {
  test.each<[string, () => WebAssembly.Module | BufferSource | URL | undefined]>([
    ["its own kernel", () => undefined],
    ["a module", () => kernelModule()],
    ["the bytes of one", () => kernelBytes()],
    ["a file", () => pathToFileURL(join(ROOT, "builddir/kernel.wasm"))],
  ])("boots %s, the same every time", async (_, source) => {
    const lines: string[] = [];
    const kernel = await bootKernel(MAP, {
      kernel: source(),
      onLine: (line) => void lines.push(line),
    });
    expect(kernel.log.at(-1)).toMatch(/boot: SlopOS Kernel Started!$/);
    expect(lines).toEqual(kernel.log);
    expect(kernel.log).toEqual((await bootKernel(MAP)).log);
  });

  test("hands on the command line", async () => {
    const kernel = await bootKernel(MAP, { options: "log=error" });
    expect(kernel.log).toHaveLength(1);
    expect(kernel.memoryMap.length).toBeGreaterThan(MAP.entries.length);
  });

  test("throws a BootError with the kernel's last words", async () => {
    const small = recordedMap("limine-pr288-sanitiser-synthetic");
    const error: unknown = await bootKernel(small).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BootError);
    const { code, log, message } = error as BootError;
    expect(log.at(-1)).toMatch(/^PANIC: /);
    expect(log.at(-1)).toContain(`name=${code}`);
    expect(message).toContain(log.at(-1));
  });

  test("throws a BootError for a trap", async () => {
    const booting = bootKernel(MAP, { options: "crash=trap" });
    await expect(booting).rejects.toMatchObject({ name: "BootError", code: "TRAP" });
  });

  test("throws what was wrong with a kernel that is none", async () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    await expect(bootKernel(MAP, { kernel: empty })).rejects.toBeInstanceOf(SimulationError);
    const nowhere = pathToFileURL(join(ROOT, "builddir/none.wasm"));
    await expect(bootKernel(MAP, { kernel: nowhere })).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a running kernel", () => {
  test("allocates every free frame once, and takes it back", async () => {
    const kernel = await bootKernel(MAP);
    const before = kernel.stats();
    const frames = exhaust(kernel, 0);
    expect(frames).toHaveLength(before.free);
    expect(new Set(frames).size).toBe(frames.length);
    const runs = kernel.runs();
    const strays = frames.filter(
      (frame) =>
        frame % FRAME !== 0n ||
        !runs.some(({ base, length }) => frame >= base && frame + FRAME <= base + length),
    );
    expect(strays).toEqual([]);
    expect(kernel.stats()).toMatchObject({ free: 0, allocated: before.managed, largestOrder: -1 });
    for (const frame of frames) kernel.free(frame);
    expect(kernel.stats()).toMatchObject({ free: before.free, allocated: before.allocated });
  });

  test("keeps to the zone that is asked for", async () => {
    for (const [below, limit] of [
      ["16MiB", 2n ** 24n],
      ["4GiB", 2n ** 32n],
    ] as const) {
      const kernel = await bootKernel(syntheticMap("8G"));
      for (let count = 0; count < 8; ++count) {
        const address = kernel.allocate(8, { below, zero: true });
        if (address === null) break;
        expect(address + (FRAME << 8n)).toBeLessThanOrEqual(limit);
      }
      expect(kernel.allocate(0)).toBeGreaterThanOrEqual(2n ** 32n);
    }
  });

  test("tells blocks, owners and reservations", async () => {
    const kernel = await bootKernel(MAP);
    const frame = kernel.allocate()!;
    expect(kernel.block(frame + 5n)).toEqual({ base: frame, length: FRAME, state: "allocated" });
    kernel.retain(frame);
    kernel.free(frame);
    expect(kernel.block(frame).state).toBe("allocated");
    kernel.free(frame);
    expect(kernel.block(frame).state).toBe("free");
    kernel.reserve(frame, FRAME);
    expect(kernel.block(frame).state).toBe("unmanaged");
    expect(kernel.reservations()).toContainEqual({ base: frame, length: FRAME, reason: "caller" });
    expect(kernel.reservations().map(({ reason }) => reason)).toContain("kernel_image");
    expect(() => kernel.block(2n ** 44n)).toThrow(RangeError);
  });

  test("refuses what is wrong by name, and does nothing", async () => {
    const kernel = await bootKernel(MAP);
    const block = kernel.allocate(3)!;
    const before = kernel.stats();
    expect(refusal(() => kernel.free(block, 2))).toBe("ORDER_MISMATCH");
    expect(refusal(() => kernel.free(block + FRAME, 3))).toBe("INVALID_ADDRESS");
    expect(refusal(() => kernel.retain(block))).toBe("ORDER_MISMATCH");
    expect(refusal(() => kernel.reserve(block, FRAME))).toBe("BUSY");
    for (const order of [19, 256, 2 ** 32, -1, 0.5, NaN]) {
      expect(
        refusal(() => kernel.allocate(order)),
        `${order}`,
      ).toBe("INVALID_ORDER");
      expect(
        refusal(() => kernel.free(block, order)),
        `${order}`,
      ).toBe("INVALID_ORDER");
    }
    for (const address of [-1n, 2n ** 64n, block + 2n ** 64n]) {
      expect(
        refusal(() => kernel.free(address, 3)),
        `${address}`,
      ).toBe("INVALID_ADDRESS");
      expect(refusal(() => kernel.retain(address))).toBe("INVALID_ADDRESS");
      expect(refusal(() => kernel.reserve(address, 1n))).toBe("INVALID_ADDRESS");
      expect(refusal(() => kernel.reserve(0n, address))).toBe("INVALID_ADDRESS");
    }
    expect(kernel.stats()).toEqual(before);
    kernel.free(block, 3);
    expect(refusal(() => kernel.free(block, 3))).toBe("NOT_ALLOCATED");
  });
});
