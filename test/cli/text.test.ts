import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import {
  freeBlocksText,
  rangeTable,
  rangeText,
  sanitisedText,
} from "../../tools/cli/parts_text.ts";
import { fit, grouped, LINE_WIDTH, paragraph, table } from "../../tools/cli/text.ts";
import { summariseLog } from "../../tools/log/log_summary.ts";

const PLAIN = createColors(false);

describe("lines of text", () => {
  it("are broken at spaces, and nothing is lost", () => {
    const words = Array.from({ length: 100 }, (_, index) => "w".repeat(1 + (index % 13)));
    const lines = paragraph(`    ${words.join(" ")}`, 6)
      .trimEnd()
      .split("\n");
    expect(lines.join(" ").split(/ +/).filter(Boolean)).toEqual(words);
    expect(lines[0]).toMatch(/^ {4}w/);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {6}w/);
    // As full as they can be: the next word would not have fitted.
    lines.slice(0, -1).forEach((line, index) => {
      const next = lines[index + 1]!.trim().split(" ")[0]!;
      expect(line.length).toBeLessThanOrEqual(LINE_WIDTH);
      expect(line.length + 1 + next.length).toBeGreaterThan(LINE_WIDTH);
    });
  });

  it("are cut where they cannot be broken", () => {
    expect(fit("x".repeat(100))).toBe("x".repeat(100));
    expect(fit("x".repeat(101))).toBe(`${"x".repeat(99)}…`);
    expect(paragraph("y".repeat(300))).toBe(`${"y".repeat(99)}…\n`);
    expect(table([["a", "z".repeat(200)]], ["left", "left"])).toHaveLength(101);
  });

  it("show control characters as what they are: nothing to be seen", () => {
    expect(fit("a\u001b[1mb\tc\u0085")).toBe("a?[1mb?c?");
  });
});

describe("numbers and tables", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [4294261500, "4,294,261,500"],
    [123456n, "123,456"],
  ])("%s is written %s", (count, text) => {
    expect(grouped(count)).toBe(text);
  });

  it("align as asked", () => {
    const rows = [
      ["a", "1", "x"],
      ["long", "1000", ""],
    ];
    expect(table(rows, ["left", "right", "left"])).toBe("  a        1  x\n  long  1000\n");
    expect(table([], ["left"])).toBe("");
  });

  it("show ranges as the kernel does, ends inclusive", () => {
    const range = { base: "0x1000", length: "0x9e000", kind: "acpi_nvs" };
    expect(rangeText(range)).toBe("0x0000000000001000-0x000000000009efff");
    expect(rangeText({ base: "0xfffffffffffff000", length: "0x1000" })).toBe(
      "0xfffffffffffff000-0xffffffffffffffff",
    );
    expect(rangeTable([range])).toBe(
      "  0x0000000000001000-0x000000000009efff  632 KiB  acpi nvs\n",
    );
  });

  it("show free blocks with the share that is as large or larger", () => {
    const blocks = [
      { order: 9, blocks: 1 },
      { order: 8, blocks: 1 },
      { order: 0, blocks: 256 },
    ];
    const lines = freeBlocksText(blocks, PLAIN).trim().split("\n");
    expect(lines.slice(2).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["order 9", "2 MiB", "1", "2 MiB", "50.0 %"],
      ["order 8", "1 MiB", "1", "1 MiB", "75.0 %"],
      ["order 0", "4 KiB", "256", "1 MiB", "100.0 %"],
    ]);
  });
});

describe("what sanitising changed", () => {
  const log = (counts: string, ...changes: string[]) =>
    sanitisedText(
      summariseLog([
        ...changes.map((change) => `[    0.000001] memmap: ${change}`),
        `[    0.000002] memmap: sanitised: regions=3 ${counts}`,
      ]),
      PLAIN,
    );

  it("is nothing, where nothing was", () => {
    const text = log("dropped=0 clipped=0 grown=0 overlapping=0");
    expect(text).toContain("\nWhat sanitising changed\n  nothing\n");
    expect(text).not.toContain("dropped");
  });

  it("is counted, and told entry by entry with its reason", () => {
    const text = log(
      "dropped=1 clipped=0 grown=2 overlapping=7",
      "dropped 0x0000000000001800-0x0000000000001fff usable reason=partial_frame bytes=2048",
      "grown 0x0000000000003000-0x000000000000300f bad reason=of_its_own bytes=16",
    );
    expect(text).toMatch(/\n {2}dropped +1 {2}/);
    expect(text).not.toContain("clipped");
    expect(text).toMatch(/\n {2}grown +2 {2}/);
    expect(text).toMatch(/\n {2}claimed twice +7 frames {2}/);
    expect(text).toContain(
      "0x0000000000001800-0x0000000000001fff  usable dropped: it does not begin and end on frame",
    );
    expect(text).toContain("0x0000000000003000-0x000000000000300f  bad grown: of its own\n");
  });
});
