import { describe, expect, test } from "vitest";
import { imports, leb128, ModuleError, sections } from "../../scripts/wasm/wasm_binary.ts";
import { KERNEL_FUNCTIONS } from "../../sim/kernel.ts";
import { kernelBytes } from "../support/kernel_module.ts";
import {
  exports,
  GLOBAL_PREFIX,
  globals,
  memoryLimits,
  withExportedGlobals,
  withMaximumPages,
} from "../support/module_parts.ts";

/** (module (import "env" "f" (func)) (memory 2) (export "memory" (memory 0))) */
const SMALL = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x02, 0x09, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x01, 0x66, 0x00, 0x00],
  ...[0x05, 0x03, 0x01, 0x00, 0x02],
  ...[0x07, 0x0a, 0x01, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00],
]);

/** How many single-page grows the module's memory accepts, at most 8. */
function growsOf(module: Uint8Array<ArrayBuffer>): number {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), {
    env: { f: () => undefined },
  });
  const memory = instance.exports.memory as WebAssembly.Memory;
  let grows = 0;
  try {
    while (grows < 8) {
      memory.grow(1);
      ++grows;
    }
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
  }
  return grows;
}

describe("the outline of a module", () => {
  test("sections, imports, exports and limits", () => {
    expect(sections(SMALL).map(({ id }) => id)).toEqual([1, 2, 5, 7]);
    expect(sections(SMALL).at(-1)!.end).toBe(SMALL.length);
    expect(imports(SMALL)).toEqual([{ module: "env", name: "f", kind: "func" }]);
    expect(exports(SMALL)).toEqual([{ name: "memory", kind: "memory" }]);
    expect(memoryLimits(SMALL)).toEqual({ minimum: 2, maximum: null });
  });

  test("agrees with the engine about the kernel", () => {
    const bytes = kernelBytes();
    const module = new WebAssembly.Module(bytes);
    const engine = WebAssembly.Module;
    expect(imports(bytes).map(({ name }) => name)).toEqual(
      engine.imports(module).map(({ name }) => name),
    );
    expect(exports(bytes).map(({ name }) => name)).toEqual(
      engine.exports(module).map(({ name }) => name),
    );
    expect(exports(bytes).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["memory", ...KERNEL_FUNCTIONS]),
    );
  });

  test("what is no module or ends too early is refused with the place", () => {
    expect(() => sections(Uint8Array.of(1, 2, 3))).toThrow(/no magic number/);
    expect(() => sections(Uint8Array.of(1, 2, 3))).toThrow(ModuleError);
    for (let length = 8; length < SMALL.length; ++length) {
      const borders = [8, ...sections(SMALL).map(({ end }) => end)];
      const cut = SMALL.slice(0, length);
      if (borders.includes(length)) expect(() => sections(cut)).not.toThrow();
      else expect(() => sections(cut), `${length}`).toThrow(/ends too early at byte \d+/);
    }
    const long = SMALL.slice();
    long.set([0xff, 0xff, 0xff, 0xff, 0x7f], 9);
    expect(() => sections(long)).toThrow(/exceeds 32 bits at byte 9/);
  });
});

describe("rewriting the maximum of memory", () => {
  test("the engine grows up to it and no further", () => {
    expect(growsOf(SMALL)).toBe(8);
    for (const grows of [0, 1, 3]) {
      const limited = withMaximumPages(SMALL, 2 + grows);
      expect(memoryLimits(limited)).toEqual({ minimum: 2, maximum: 2 + grows });
      expect(growsOf(limited)).toBe(grows);
    }
  });

  test("numbers of several bytes keep the module whole", () => {
    expect(leb128(0)).toEqual([0]);
    expect(leb128(127)).toEqual([0x7f]);
    expect(leb128(128)).toEqual([0x80, 0x01]);
    expect(leb128(65535)).toEqual([0xff, 0xff, 0x03]);
    const limited = withMaximumPages(SMALL, 65535);
    expect(WebAssembly.validate(limited)).toBe(true);
    expect(exports(limited)).toEqual(exports(SMALL));
    const twice = withMaximumPages(limited, 5);
    expect(memoryLimits(twice)).toEqual({ minimum: 2, maximum: 5 });
  });

  test("below the minimum and without memory it is refused", () => {
    expect(() => withMaximumPages(SMALL, 1)).toThrow(/starts with 2 pages, not 1/);
    expect(() => withMaximumPages(SMALL.slice(0, 8), 1)).toThrow(/defines no memory/);
  });
});

describe("exporting globals", () => {
  /**
   * (module (import "e" "g" (global i32)) (memory 1)
   *   (global (mut i32) (global.get 0)) (global i64 (i64.const -300)) (global (mut f64) (f64.const 1))
   *   (export "m" (memory 0)))
   */
  const GLOBALS = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x02, 0x08, 0x01, 0x01, 0x65, 0x01, 0x67, 0x03, 0x7f, 0x00],
    ...[0x05, 0x03, 0x01, 0x00, 0x01],
    ...[0x06, 0x18, 0x03, 0x7f, 0x01, 0x23, 0x00, 0x0b, 0x7e, 0x00, 0x42, 0xd4, 0x7d, 0x0b],
    ...[0x7c, 0x01, 0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f, 0x0b],
    ...[0x07, 0x05, 0x01, 0x01, 0x6d, 0x02, 0x00],
  ]);

  test("the mutable ones can be read and written, the others stay hidden", () => {
    expect(globals(GLOBALS)).toEqual([
      { index: 1, mutable: true },
      { index: 2, mutable: false },
      { index: 3, mutable: true },
    ]);
    const module = new WebAssembly.Module(withExportedGlobals(GLOBALS));
    const { exports: found } = new WebAssembly.Instance(module, { e: { g: 7 } });
    expect(Object.keys(found)).toEqual(["m", "global 1", "global 3"]);
    const [first, third] = ["global 1", "global 3"].map((name) => found[name]);
    expect(first).toMatchObject({ value: 7 });
    expect(third).toMatchObject({ value: 1 });
    (first as WebAssembly.Global).value = 8;
    expect(first).toMatchObject({ value: 8 });
  });

  test("the kernel keeps all it exports, and every mutable global besides", () => {
    const bytes = kernelBytes();
    const exporting = withExportedGlobals(bytes);
    expect(WebAssembly.validate(exporting)).toBe(true);
    const whole = exports(exporting);
    expect(whole.slice(0, exports(bytes).length)).toEqual(exports(bytes));
    const mutable = globals(bytes).filter((global) => global.mutable);
    expect(mutable.length).toBeGreaterThan(0);
    expect(whole.slice(exports(bytes).length)).toEqual(
      mutable.map(({ index }) => ({ name: `${GLOBAL_PREFIX}${index}`, kind: "global" })),
    );
  });

  test("what is no constant, or a module without exports, is refused", () => {
    const broken = GLOBALS.slice();
    broken[GLOBALS.indexOf(0x23)] = 0x20;
    expect(() => globals(broken)).toThrow(/opcode 32 in a constant at byte 28/);
    expect(() => withExportedGlobals(SMALL.slice(0, 8))).toThrow(/exports nothing/);
  });
});
