/**
 * What is said of the bits of a page-table entry, against the manual's tables 4-15 to 4-20, by hand.
 */

import { expect, test } from "vitest";
import { explainEntry } from "../../explorer/src/paging/entry_bits.ts";

/** The bits that are named, as "name=value". */
const bitsOf = (entry: bigint, level: number) =>
  explainEntry(entry, level)
    .filter(({ bit }) => bit !== null)
    .map(({ name, bit, isSet }) => `${name}/${bit}=${Number(isSet)}`);

const meaningOf = (entry: bigint, level: number, wanted: string) =>
  explainEntry(entry, level).find(({ name }) => name === wanted)?.meaning;

test("of an entry that is not present nothing else means anything", () => {
  expect(bitsOf(0x8000_0000_0000_0ffen, 3)).toEqual(["P/0=0"]);
});

test("each level names the bits that it has", () => {
  expect(bitsOf(0x8000_0000_0000_1003n, 0)).toEqual([
    "P/0=1",
    "R/W/1=1",
    "U/S/2=0",
    "PWT/3=0",
    "PCD/4=0",
    "A/5=0",
    "XD/63=1",
  ]);
  expect(bitsOf(0x0000_0000_0020_1083n, 2)).toContain("PS/7=1");
  expect(bitsOf(0x0000_0000_0020_1083n, 2)).toContain("PAT/12=1");
  expect(bitsOf(0x0000_0000_0000_1083n, 3)).toContain("PAT/7=1");
  expect(bitsOf(0x0000_0000_0000_1003n, 1)).toContain("PS/7=0");
  expect(bitsOf(0x0000_0000_0000_1003n, 1).join()).not.toMatch(/PAT|,D\/|,G\//);
  expect(bitsOf(0x0000_0000_0000_1163n, 3)).toEqual(
    expect.arrayContaining(["A/5=1", "D/6=1", "G/8=1"]),
  );
});

test("large pages and memory types are told in words", () => {
  expect(meaningOf(0x83n, 1, "PS")).toContain("1 GiB");
  expect(meaningOf(0x83n, 2, "PS")).toContain("2 MiB");
  expect(meaningOf(0x3n, 2, "PS")).toContain("table");
  expect(meaningOf(0x03n, 3, "Memory type")).toContain("0: write-back");
  expect(meaningOf(0x1093n, 2, "Memory type")).toContain("6:");
  expect(meaningOf(0x8bn, 3, "Memory type")).toContain("5: write-combining");
  expect(meaningOf(0x3n, 1, "Memory type")).toBe(undefined);
});
