import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseScript, ScriptError } from "../../tools/trace/script.ts";
import { draws } from "../support/seeds.ts";

describe("a script of operations", () => {
  it("is read line by line", () => {
    const script = `
      # a comment
      alloc a order=3 flags=zero,below_4g   # another
      alloc b
      retain b\r
      free b
      free b
      free a order=2
      free a
      alloc a flags=below_16m order=0
      free 0x200000 order=9
      retain 0x3000
      reserve 0x400000 bytes=2M
      reserve 0x800000 bytes=0x1000
    `;
    expect(parseScript(script)).toEqual([
      { kind: "alloc", name: "a", order: 3, flags: 5 },
      { kind: "alloc", name: "b", order: 0, flags: 0 },
      { kind: "retain", target: { name: "b" } },
      { kind: "free", target: { name: "b" }, order: null },
      { kind: "free", target: { name: "b" }, order: null },
      { kind: "free", target: { name: "a" }, order: 2 },
      { kind: "free", target: { name: "a" }, order: null },
      { kind: "alloc", name: "a", order: 0, flags: 2 },
      { kind: "free", target: { address: 0x200000n }, order: 9 },
      { kind: "retain", target: { address: 0x3000n } },
      { kind: "reserve", address: 0x400000n, bytes: 0x200000n },
      { kind: "reserve", address: 0x800000n, bytes: 0x1000n },
    ]);
  });

  it("may hold nothing", () => {
    expect(parseScript("\n# nothing\n")).toEqual([]);
  });

  it.each([
    ["alloc", 'line 1: "alloc" needs a name or an address'],
    ["\ndance a", 'line 2: unknown operation "dance"; there are alloc, free, retain, reserve'],
    ["alloc 1a", 'line 1: "1a" is no name: letters, digits and _'],
    ["alloc a order", 'line 1: "order" is not of the form key=value'],
    ["alloc a order=x", 'line 1: "x" is no order'],
    ["alloc a size=4", 'line 1: "alloc" has no "size="'],
    ["alloc a flags=high", 'line 1: unknown flag "high"; there are zero, below_16m, below_4g'],
    ["alloc a flags=toString", /^line 1: unknown flag "toString"/],
    ["alloc a\nalloc a", 'line 2: "a" has a block already'],
    ["alloc a\nretain a\nfree a\nalloc a", 'line 4: "a" has a block already'],
    ["alloc a order=1\nfree a order=0\nalloc a", 'line 3: "a" has a block already'],
    ["free a", 'line 1: nothing was allocated as "a"'],
    ["retain a", 'line 1: nothing was allocated as "a"'],
    ["retain 0x1000 order=1", 'line 1: "retain" has no "order="'],
    ["reserve a bytes=1", 'line 1: "a" is no address; write it as 0x200000'],
    ["reserve 0x1000", /^line 1: reserve needs bytes=/],
    ["reserve 0x1000 bytes=many", /^line 1: reserve needs bytes=/],
    ["reserve 0x1000 bytes=99999999999T", /^line 1: reserve needs bytes=/],
  ])("%j is refused", (script, message) => {
    expect(() => parseScript(script)).toThrow(ScriptError);
    expect(() => parseScript(script)).toThrow(message);
  });

  it("is read or refused, whatever it is", () => {
    const words = fc.oneof(
      fc.constantFrom("alloc", "free", "retain", "reserve", "a", "b", "0x1000", "\n", "#"),
      fc.constantFrom("order=", "order=1", "flags=zero", "bytes=4K", "=", "__proto__"),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (script) => {
        try {
          parseScript(script.join(" "));
        } catch (error) {
          expect(error).toBeInstanceOf(ScriptError);
          expect((error as Error).message).toMatch(/^line \d+: /);
        }
      }),
      draws(7031, 2000),
    );
  });
});
