/**
 * Looking an address up: what is said of it, against the kernel's own answers and plain arithmetic.
 */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entriesAt, linesAt } from "../../explorer/src/lookup/address_facts.ts";
import { soughtAddress } from "../../explorer/src/lookup/sought_address.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { bootMap } from "../../tools/plan/boot_map.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

test.each([
  ["frame 512", { kind: "physical", address: 0x200000 }],
  ["Frame 0x200", { kind: "physical", address: 0x200000 }],
  ["2 MiB", { kind: "physical", address: 0x200000 }],
  ["2097152", { kind: "physical", address: 0x200000 }],
  ["0xffff_8000_0020_0000", { kind: "virtual", address: 0xffff800000200000n }],
  ["frame", null],
  ["frame 99999999999999999", null],
  ["frames 3", null],
  ["", null],
])("%s is looked up as what it says", (text, sought) => {
  expect(soughtAddress(text)).toEqual(sought);
});

test("entries and lines of the log that hold an address are found up to their last byte", () => {
  const input = {
    format: "",
    source: "",
    notes: [],
    entries: [
      { base: "0x1000", length: "0x1000", type: "usable" },
      { base: "0x1800", length: "0x1000", type: "reserved" },
      { base: "0xfffffffffffff000", length: "0x2000", type: "bad" },
    ],
  };
  const types = (address: number) => entriesAt({ input }, address).map(({ type }) => type);
  expect([0xfff, 0x1000, 0x1800, 0x1fff, 0x2000, 0x2800].map(types)).toEqual([
    [],
    ["usable"],
    ["usable", "reserved"],
    ["usable", "reserved"],
    ["reserved"],
    [],
  ]);
  const log = ["a 0x1000-0x1fff usable", "b 0x3000-0x3fff", "c phys=0x1000 bytes=4096"];
  expect(linesAt({ log }, 0x1fff)).toEqual([log[0]]);
  expect(linesAt({ log }, 0x2000)).toEqual([]);
});

describe.skipIf(NO_BROWSER)("the address box", () => {
  const NAME = "limine-ovmf-512m";
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("tells of an address in any form what the kernel says of it", async () => {
    const file = new URL(`../memmaps/${NAME}.json`, import.meta.url);
    const map = readMemoryMap(readFileSync(file, "utf8"));
    const { kernel } = bootMap(kernelModule(), map).result;
    const block = kernel.frameBlock(0x2345000n);
    const order = Math.log2(Number(block.length) / 4096);
    await site.visit({ fragment: `machine=${NAME}` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const look = async (text: string) => {
        await page.getByTestId("lookup").fill(text);
        await page.getByRole("button", { name: "Look up" }).click();
      };
      const facts = page.getByTestId("facts");
      const forms = ["0x2345678", "36984440", "frame 9029", "0xffff_8000_0234_5678"];
      for (const text of forms) {
        await look(text);
        await facts.getByText("in frame 9,029").waitFor();
        await facts.getByText(`order ${order} `).waitFor();
        await facts.getByText("usable, ").first().waitFor();
        await facts.getByRole("button", { name: /ffff_8000_0234_5/ }).waitFor();
        // The map shows the piece that holds it.
        await page.locator(".chosen-piece").waitFor();
        const [first, last] = (await page.locator(".chosen-piece code").first().innerText())
          .split("–")
          .map(Number);
        expect(first).toBeLessThanOrEqual(0x2345678);
        expect(last).toBeGreaterThanOrEqual(0x2345678);
      }
      await look("0x0");
      await facts.getByText("Mapped nowhere").waitFor();
      await facts.getByText("not managed").waitFor();
      await look("0xffffff0000000000");
      await page.getByRole("alert").getByText("leads nowhere").waitFor();
      await look("what?");
      await page.getByRole("alert").getByText("frame 512").waitFor();
    });
  });
});
