/**
 * The contract's numbers and names: what they are for good, that the shim's C sources agree with them,
 * and that shim and kernel name the same imports.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ErrorCode, errorName } from "../../abi/error_code.ts";
import { BlockState, FRAME_BYTES, FRAME_SHIFT, FrameFlag } from "../../abi/frame.ts";
import { BootRegion, CpuFeature } from "../../abi/machine.ts";
import { MemoryType, memoryTypeName } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { ConsoleInput, ProgramEnd, programEndName, ProgramRange } from "../../abi/program.ts";
import { Reason, reasonName } from "../../abi/reservation_reason.ts";
import { ABI_VERSION } from "../../abi/version.ts";
import { WASI_FUNCTIONS } from "../../abi/wasi.ts";
import { KERNEL_FUNCTIONS, PROGRAM_FUNCTIONS, WASI_EXPORTS } from "../../sim/kernel.ts";
import { CODE_NAMES } from "../support/booted_kernel.ts";
import { kernelBytes, kernelModule } from "../support/kernel_module.ts";
import { assembleInNode } from "../support/wat.ts";

/** Names and numbers of an enumeration, without the way back from number to name. */
function members(enumeration: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(enumeration).filter(
      (member): member is [string, number] => typeof member[1] === "number",
    ),
  );
}

/** `names` and their places. */
function numbered(names: string, first = 0): Record<string, number> {
  return Object.fromEntries(names.split(" ").map((name, index) => [name, first + index]));
}

describe("the contract", () => {
  test("numbers what it names as it always has", () => {
    expect(ABI_VERSION).toBe(2);
    expect(members(ErrorCode)).toEqual(numbered(CODE_NAMES.join(" ")));
    expect(members(BootRegion)).toEqual(
      numbered(
        "IMAGE_TEXT IMAGE_RODATA IMAGE_DATA LINEAR_MEMORY BOOT_STACK FRAMEBUFFER WASM_MODULE KINDS",
      ),
    );
    expect(members(CpuFeature)).toEqual({ NX: 1, PAGES_1G: 2 });
    expect(members(MemoryType)).toEqual(
      numbered(
        "USABLE RESERVED ACPI_RECLAIMABLE ACPI_NVS BAD BOOTLOADER_RECLAIMABLE " +
          "KERNEL_AND_MODULES FRAMEBUFFER RESERVED_MAPPED UNKNOWN",
      ),
    );
    expect(members(Reason)).toEqual(
      numbered(
        "KERNEL_IMAGE BOOT_STACK FIRST_LINEAR_MEMORY FRAMEBUFFER WASM_MODULE PAGE_TABLES " +
          "LINEAR_MEMORY MAP_COPY FREE_RUN_STORAGE RESERVED_REGION_STORAGE BUDDY_TABLES " +
          "PAGE_ALLOCATOR_TABLES CALLER BOOT_FILE",
        1,
      ),
    );
    expect(members(MmStat)).toEqual(
      numbered(
        "USABLE MANAGED FREE ALLOCATED CACHED BUDDY_TOTAL BUDDY_FREE RESERVED_REGIONS " +
          "METADATA_BYTES MANAGED_RUNS MAX_ORDER LARGEST_FREE_ORDER RECLAIMED LINEAR_BYTES PROGRAM",
      ),
    );
    expect(members(ProgramRange)).toEqual(numbered("MEMORY HEAP STACK KINDS"));
    expect(members(ProgramEnd)).toEqual(numbered("EXITED TRAPPED REFUSED"));
    expect(members(ConsoleInput)).toEqual({ NOTHING_YET: -1, ENDED: -2 });
    expect(members(FrameFlag)).toEqual({ ZERO: 1, BELOW_16M: 2, BELOW_4G: 4, ALL: 7 });
    expect(members(BlockState)).toEqual(numbered("UNMANAGED FREE ALLOCATED"));
    expect(FRAME_BYTES).toBe(4096);
    expect(2 ** FRAME_SHIFT).toBe(FRAME_BYTES);
  });

  test.each([
    ["error code", ErrorCode, (code: number) => errorName(code).toLowerCase()],
    ["memory type", MemoryType, memoryTypeName],
    ["reservation reason", Reason, reasonName],
    ["end of a program", ProgramEnd, programEndName],
  ] as [string, object, (number: number) => string][])(
    "names each %s as it is called",
    (_, enumeration, nameOf) => {
      for (const [name, number] of Object.entries(members(enumeration))) {
        expect(nameOf(number)).toBe(name.toLowerCase());
      }
    },
  );

  test.each([-1, 22, 255, 2 ** 31 - 1])("has no name for %i", (number) => {
    expect(errorName(number)).toBe("UNKNOWN");
    expect(memoryTypeName(number)).toBe("unknown");
  });
});

/** All of the shim's sources. */
const SHIM = (() => {
  const folder = fileURLToPath(new URL("../../shim", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /\.[ch]$/.test(file));
  return sources.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
})();

/** The enumerators of C's `enum <name>`, without `prefix`. */
function enumerators(name: string, prefix: string): Record<string, number> {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(SHIM)![1]!;
  const found: Record<string, number> = {};
  let next = 0;
  for (const [, enumerator, number] of body
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .matchAll(/(\w+)(?:\s*=\s*(\d+))?\s*(?:,|$)/gm)) {
    if (number) next = Number(number);
    expect(enumerator).toMatch(new RegExp(`^${prefix}`));
    found[enumerator!.slice(prefix.length)] = next++;
  }
  return found;
}

/** The values of C's macros that begin with `prefix`, without it. */
function macros(prefix: string): Record<string, number> {
  const pattern = new RegExp(`#define ${prefix}(\\w+) (\\d+)$`, "gm");
  return Object.fromEntries([...SHIM.matchAll(pattern)].map(([, name, n]) => [name!, Number(n)]));
}

describe("the shim", () => {
  test("ends with the contract's error codes and calls them by their names", () => {
    const codes = enumerators("error_code", "ERROR_");
    expect(Object.keys(codes).length).toBeGreaterThan(3);
    expect(members(ErrorCode)).toMatchObject(codes);
    const names = [...SHIM.matchAll(/case ERROR_(\w+):\s*return "(\w+)";/g)];
    expect(names.map(([, name]) => name).sort()).toEqual(Object.keys(codes).sort());
    for (const [, name, said] of names) expect(said).toBe(name);
  });

  test("numbers boot regions and processor features as the contract does", () => {
    expect(enumerators("boot_region_kind", "REGION_")).toEqual(members(BootRegion));
    expect(macros("CPU_FEATURE_")).toEqual(members(CpuFeature));
    expect(enumerators("program_range", "PROGRAM_")).toEqual(members(ProgramRange));
  });

  test("speaks the contract's version", () => {
    expect(macros("ABI_")).toEqual({ VERSION: ABI_VERSION });
  });

  test("serves what the kernel imports, each name by the function of that name", () => {
    const table = [...SHIM.matchAll(/\{"(\w+)", "\w\(\w*\)", import_(\w+)\}/g)];
    for (const [, name, served] of table) expect(served).toBe(name);
    const imports = WebAssembly.Module.imports(kernelModule());
    expect(imports.every(({ module, kind }) => module === "shim" && kind === "function")).toBe(
      true,
    );
    expect(table.map(([, name]) => name).sort()).toEqual(imports.map(({ name }) => name).sort());
  });
});

test("the kernel exports what the contract names, and its memory, and nothing else", () => {
  const names = WebAssembly.Module.exports(kernelModule()).map(({ name }) => name);
  expect(names.sort()).toEqual(
    ["memory", ...KERNEL_FUNCTIONS, ...PROGRAM_FUNCTIONS, ...WASI_EXPORTS].sort(),
  );
});

test("the kernel serves each function of WASI with the type that the contract gives it", () => {
  const kernel = new WebAssembly.Module(kernelBytes());
  // Linked directly, each import must have exactly the kernel's type.
  const { exports } = new WebAssembly.Instance(kernel, {
    shim: new Proxy({}, { get: () => () => 0n }),
  });
  const imports = WASI_FUNCTIONS.map((line) => {
    const [name, parameters, result] = line.split(" ");
    const letters = (text: string) => [...text].map((c) => (c === "i" ? "i32" : "i64")).join(" ");
    const results = result ? `(result ${letters(result)})` : "";
    return `(import "k" "wasi_${name}" (func (param ${letters(parameters!)}) ${results}))`;
  });
  const bytes = assembleInNode(`(module ${imports.join("\n")})`) as Uint8Array<ArrayBuffer>;
  expect(
    () => new WebAssembly.Instance(new WebAssembly.Module(bytes), { k: exports }),
  ).not.toThrow();
});
