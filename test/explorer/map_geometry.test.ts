/**
 * The geometry of the map: what is painted over what, where addresses lie, zooming and panning.
 * Judged byte for byte by plain loops.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Axis, type ScaleKind } from "../../explorer/src/map/axis.ts";
import { bytesByOwner, flatten, type Piece, pieceAt } from "../../explorer/src/map/piece.ts";
import { ticksOf } from "../../explorer/src/map/ticks.ts";
import { follow, frame, pan, zoom } from "../../explorer/src/map/view_window.ts";
import { intersect } from "../../explorer/src/map/machine_map.ts";

const OWNERS = ["managed", "reserved", "carved", "image"] as const;

const SCALES: readonly ScaleKind[] = ["linear", "log", "pieces"];

/** Pieces in a small space, so that they overlap and touch. */
const smallPieces = fc.array(
  fc
    .record({ base: fc.nat(30), length: fc.nat(12), owner: fc.constantFrom(...OWNERS) })
    .map(({ base, length, owner }): Piece => ({ base, end: base + length, owner, detail: "" })),
  { maxLength: 12 },
);

/** Maps as machines have them: up to 16 TiB, with holes. */
const machinePieces = fc
  .array(
    fc.record({
      gap: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 40 }).map((bits) => 2 ** bits),
      ),
      length: fc.integer({ min: 12, max: 40 }).map((bits) => 2 ** bits),
      owner: fc.constantFrom(...OWNERS),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((parts) => {
    let at = 0;
    const pieces = parts.map(({ gap, length, owner }): Piece => {
      const base = at + Math.ceil(gap / 4096) * 4096;
      at = base + length;
      return { base, end: at, owner, detail: "" };
    });
    return flatten(pieces, at);
  });

const anyAxis = fc
  .record({ pieces: machinePieces, kind: fc.constantFrom(...SCALES), short: fc.boolean() })
  .map(({ pieces, kind, short }) => ({
    axis: new Axis(pieces, kind, short),
    pieces,
    end: pieces.at(-1)!.end,
  }));

describe("pieces", () => {
  test("the last one painted shows, byte for byte, and nothing is left out", () => {
    fc.assert(
      fc.property(smallPieces, fc.integer({ min: 1, max: 40 }), (pieces, end) => {
        const flat = flatten(pieces, end);
        expect(flat[0]!.base).toBe(0);
        expect(flat.at(-1)!.end).toBe(end);
        for (let at = 0; at < end; ++at) {
          const expected = pieces.findLast((piece) => piece.base <= at && at < piece.end);
          expect(flat[pieceAt(flat, at)]!.owner).toBe(expected?.owner ?? "hole");
        }
        for (const [index, piece] of flat.entries()) {
          expect(piece.base).toBeLessThan(piece.end);
          if (index > 0) expect(flat[index - 1]!.end).toBe(piece.base);
          if (index > 0) expect(flat[index - 1]!.owner).not.toBe(piece.owner);
        }
        expect([...bytesByOwner(flat).values()].reduce((sum, bytes) => sum + bytes)).toBe(end);
      }),
    );
  });

  test("intersections of sorted spans are those of their bytes", () => {
    const sorted = smallPieces.map((pieces) =>
      flatten(pieces, 42).filter(({ owner }) => owner !== "hole"),
    );
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const found = intersect(a, b);
        for (let at = 0; at < 42; ++at) {
          const inside = (spans: readonly { base: number; end: number }[]) =>
            spans.some(({ base, end }) => base <= at && at < end);
          expect(inside(found)).toBe(inside(a) && inside(b));
        }
      }),
    );
  });
});

describe("the axis", () => {
  test("positions grow with addresses, from 0 to 1, and lead back", () => {
    fc.assert(
      fc.property(anyAxis, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (map, shares) => {
        const { axis, end } = map;
        expect(axis.position(0)).toBe(0);
        expect(axis.position(end)).toBeCloseTo(1, 9);
        const addresses = shares.map((share) => Math.floor(share * end)).sort((a, b) => a - b);
        let last = 0;
        for (const address of addresses) {
          const position = axis.position(address);
          expect(position).toBeGreaterThanOrEqual(last - 1e-12);
          last = position;
          expect(axis.position(axis.address(position))).toBeCloseTo(position, 9);
        }
      }),
    );
  });

  test("shortened holes take a quarter of the map at most, all together", () => {
    fc.assert(
      fc.property(machinePieces, fc.constantFrom(...SCALES), (pieces, kind) => {
        const axis = new Axis(pieces, kind, true);
        const holes = pieces
          .filter(({ owner }) => owner === "hole")
          .reduce((sum, { base, end }) => sum + axis.position(end) - axis.position(base), 0);
        expect(holes).toBeLessThanOrEqual(0.25 + 1e-9);
      }),
    );
  });

  test.each(SCALES)("a map with thousands of holes is still mostly memory (%s)", (kind) => {
    const entries = Array.from({ length: 5000 }, (_, index): Piece => {
      const base = (index + 1) * 2 ** 24;
      return { base, end: base + 2 ** 16, owner: "managed", detail: "" };
    });
    const pieces = flatten(entries, 5001 * 2 ** 24);
    const axis = new Axis(pieces, kind, true);
    const memory = entries.reduce(
      (sum, { base, end }) => sum + axis.position(end) - axis.position(base),
      0,
    );
    expect(memory).toBeGreaterThan(0.75);
  });

  test("by piece, one frame of a terabyte is seen", () => {
    const pieces = flatten(
      [
        { base: 0, end: 4096, owner: "image", detail: "" },
        { base: 4096, end: 2 ** 40, owner: "managed", detail: "" },
        { base: 2 ** 40, end: 2 ** 40 + 8192, owner: "carved", detail: "" },
      ],
      2 ** 40 + 8192,
    );
    const axis = new Axis(pieces, "pieces", false);
    for (const { base, end } of pieces) {
      expect(axis.position(end) - axis.position(base)).toBeGreaterThan(0.03);
    }
  });

  test("ticks lie in the view, in order, and keep their distance", () => {
    fc.assert(
      fc.property(anyAxis, fc.double({ min: 0, max: 0.9, noNaN: true }), ({ axis, end }, share) => {
        const view = { base: Math.floor(end * share), end };
        const ticks = ticksOf(axis, view, 0.07);
        for (const [index, { at }] of ticks.entries()) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(1);
          if (index > 0) expect(at - ticks[index - 1]!.at).toBeGreaterThanOrEqual(0.07 - 1e-9);
        }
        expect(ticks.length).toBeLessThanOrEqual(16);
      }),
    );
  });
});

describe("the view", () => {
  const inMap = { min: 0, max: 1, noNaN: true } as const;

  test("zooming and panning stay inside the map", () => {
    const moves = fc.array(
      fc.record({
        kind: fc.constantFrom("zoom", "pan"),
        amount: fc.double({ min: -3, max: 3, noNaN: true }),
        at: fc.double(inMap),
      }),
    );
    fc.assert(
      fc.property(anyAxis, moves, ({ axis, end }, steps) => {
        let view = { base: 0, end };
        for (const { kind, amount, at } of steps) {
          view = kind === "zoom" ? zoom(axis, view, 2 ** amount, at) : pan(axis, view, amount);
          expect(view.base).toBeGreaterThanOrEqual(0);
          expect(view.end).toBeLessThanOrEqual(end);
          expect(view.base).toBeLessThan(view.end);
        }
      }),
    );
  });

  test("framing and following a piece bring it into view", () => {
    fc.assert(
      fc.property(anyAxis, fc.nat(), ({ axis, pieces, end }, choice) => {
        const piece = pieces[choice % pieces.length]!;
        const middle = (piece.base + piece.end) / 2;
        const framed = frame(axis, piece, { base: 0, end });
        expect(framed.base).toBeLessThanOrEqual(middle);
        expect(framed.end).toBeGreaterThanOrEqual(middle);
        const narrow = zoom(axis, { base: 0, end }, 8, 0);
        const followed = follow(axis, narrow, piece);
        const at = (axis.position(piece.base) + axis.position(piece.end)) / 2;
        expect(axis.position(followed.base)).toBeLessThanOrEqual(at + 1e-9);
        expect(axis.position(followed.end)).toBeGreaterThanOrEqual(at - 1e-9);
      }),
    );
  });

  test("the opposite move leads back where nothing was in the way", () => {
    const pieces = flatten([{ base: 0, end: 2 ** 34, owner: "managed", detail: "" }], 2 ** 34);
    const axis = new Axis(pieces, "linear", true);
    const view = { base: 2 ** 33, end: 2 ** 33 + 2 ** 30 };
    const there = pan(axis, zoom(axis, view, 2, 0.52), 0.3);
    const back = zoom(axis, pan(axis, there, -0.3), 0.5, 0.52);
    expect(back.base).toBeCloseTo(view.base, -2);
    expect(back.end).toBeCloseTo(view.end, -2);
  });
});
