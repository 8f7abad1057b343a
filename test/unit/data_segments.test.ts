/**
 * Joining a module's data segments: the memory that V8 instantiates is the same before and after.
 */

import { describe, expect, test } from "vitest";
import { joinDataSegments } from "../../scripts/wasm/data_segments.ts";
import { leb128, sections } from "../../scripts/wasm/wasm_binary.ts";
import { kernelBytes } from "../support/kernel_module.ts";

const DATA = 11;
const DATA_COUNT = 12;

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** (memory (export "m") 2) */
const MEMORY = [...[0x05, 0x03, 0x01, 0x00, 0x02], ...[0x07, 0x05, 0x01, 0x01, 0x6d, 0x02, 0x00]];

/** (data (i32.const offset) content), the offset as signed LEB128 in `offset`. */
const segment = (offset: number[], content: number[]) => [
  ...[0x00, 0x41, ...offset, 0x0b],
  ...leb128(content.length),
  ...content,
];

/** A module with a memory of two pages and these segments. */
function moduleWith(...segments: number[][]): Uint8Array<ArrayBuffer> {
  const content = [...leb128(segments.length), ...segments.flat()];
  return Uint8Array.from([...PREAMBLE, ...MEMORY, DATA, ...leb128(content.length), ...content]);
}

function memoryOf(module: Uint8Array<ArrayBuffer>): Uint8Array {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  return new Uint8Array((exports.m as WebAssembly.Memory).buffer);
}

/** The number at the start of section `id`; null where there is no such section. */
function countIn(module: Uint8Array, id: number): number | null {
  const found = sections(module).find((section) => section.id === id);
  return found ? module[found.contents]! : null;
}

describe("after joining", () => {
  test.each([
    ["one segment", [segment([0x08], [1, 2, 3])]],
    ["a gap", [segment([0x08], [1, 2]), segment([0x80, 0x08], [3])]],
    ["descending order", [segment([0x80, 0x08], [3]), segment([0x08], [1, 2])]],
    ["an overlap: the later one holds", [segment([0x08], [1, 2, 3]), segment([0x09], [4])]],
    [
      "offsets at the borders of their encoding",
      [
        segment([0x3f], [1]),
        segment([0xc0, 0x00], [2]),
        segment([0xff, 0x3f], [3]),
        segment([0x80, 0xc0, 0x00], [4]),
      ],
    ],
    ["a start that needs one byte more as a signed number", [segment([0xc0, 0x00], [7])]],
    ["an empty segment", [segment([0x10], []), segment([0x20], [5])]],
    ["the end of memory", [segment([0x00], [1]), segment([0xff, 0xff, 0x07], [9])]],
  ])("%s: memory is the same, and comes from one segment", (_, segments) => {
    const module = moduleWith(...segments);
    const joined = joinDataSegments(module);
    expect(memoryOf(joined)).toEqual(memoryOf(module));
    expect(countIn(joined, DATA)).toBe(1);
  });

  test("the kernel has one", () => {
    expect(countIn(kernelBytes(), DATA)).toBe(1);
    expect(countIn(kernelBytes(), DATA_COUNT)).toBe(1);
    expect(joinDataSegments(kernelBytes())).toEqual(kernelBytes());
  });
});

test("a module without segments stays as it is", () => {
  const without = Uint8Array.from([...PREAMBLE, ...MEMORY]);
  expect([...joinDataSegments(without)]).toEqual([...without]);
  expect([...joinDataSegments(moduleWith())]).toEqual([...moduleWith()]);
});

test.each([
  ["passive", [0x01, 0x01, 0x07]],
  ["of a named memory", [0x02, 0x00, 0x41, 0x00, 0x0b, 0x01, 0x07]],
  ["at a global's value", [0x00, 0x23, 0x00, 0x0b, 0x01, 0x07]],
  ["at a negative offset, which is one above 2 GiB", [0x00, 0x41, 0x40, 0x0b, 0x01, 0x07]],
  ["at a sum", [0x00, 0x41, 0x01, 0x41, 0x01, 0x6a, 0x0b, 0x01, 0x07]],
])("a segment that is %s is refused", (_, bytes) => {
  expect(() => joinDataSegments(moduleWith(bytes))).toThrow(/data segment/);
});
