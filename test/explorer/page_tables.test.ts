/**
 * The page-table panel against the walker of the paging tests, which was written from the processor
 * manual and shares nothing with the page's own.
 */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Machine } from "../../sim/machine.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { bootMap } from "../../tools/plan/boot_map.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { mappingAt, type Walk, walkPageTables } from "../support/page_walker.ts";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const NAME = "limine-ovmf-512m";

function bootedMachine(): Machine {
  const file = new URL(`../memmaps/${NAME}.json`, import.meta.url);
  return bootMap(kernelModule(), readMemoryMap(readFileSync(file, "utf8"))).machine;
}

function oracle(machine: Machine): Walk {
  const memory = machine.physicalMemory;
  return walkPageTables((address) => memory.load(Number(address)), BigInt(machine.pageRoot));
}

describe.skipIf(NO_BROWSER)("page tables", () => {
  const walk = oracle(bootedMachine());
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("addresses of every kind are walked to where the manual says", async () => {
    const mapped = walk.mappings.flatMap(({ virtual, bytes }) => [virtual, virtual + bytes - 1n]);
    const chosen = mapped.filter((_, index) => index % 7 === 0);
    const unmapped = [0n, 0xfffn, 0x4000_0000_0000n, 0xffff_ff00_0000_0000n];
    await site.visit({ fragment: `machine=${NAME}&tab=page-tables` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      for (const virtual of [...chosen, ...unmapped]) {
        await page.getByTestId("virtual").fill(`0x${virtual.toString(16)}`);
        await page.getByRole("button", { name: "Walk", exact: true }).click();
        const digits = virtual.toString(16).padStart(16, "0").match(/.{4}/g)!.join("_");
        await page.locator(".address-bits", { hasText: digits }).waitFor();
        const result = await page.getByTestId("walk-result").innerText();
        const mapping = mappingAt(walk, virtual);
        if (!mapping) {
          expect(result, `0x${virtual.toString(16)}`).toContain("#PF");
          continue;
        }
        const physical = mapping.physical + (virtual - mapping.virtual);
        expect(result).toContain(`0x${physical.toString(16).padStart(9, "0")}`);
        const rights = `r${mapping.writable ? "w" : "-"}${mapping.executable ? "x" : "-"}`;
        expect(result).toContain(rights);
        expect(result).toContain({ 4096: "4 KiB", 2097152: "2 MiB" }[Number(mapping.pageSize)]!);
      }
    });
  });

  test("a piece of the map says where it is mapped, and a press shows the walk", async () => {
    // Managed, an allocator's table, the image: each is reached in a way of its own.
    for (const at of [0x2000000, 0x1e000000, 0x100000]) {
      const fragment = `machine=${NAME}&at=0x${at.toString(16)}`;
      await site.visit({ fragment }, async (explorer) => {
        const { page } = explorer;
        await explorer.ready();
        const range = await page.locator(".chosen-piece code").first().innerText();
        const [base, last] = range.split("–").map(BigInt);
        const expected = walk.mappings
          .filter(({ physical, bytes }) => physical <= last! && physical + bytes > base!)
          .map(({ virtual, physical }) =>
            physical < base! ? virtual + (base! - physical) : virtual,
          );
        expect(expected.length).toBeGreaterThan(0);
        const listed = page.getByRole("list", { name: "Where it is mapped" }).getByRole("button");
        await listed.first().waitFor();
        const virtuals = await listed.allInnerTexts();
        expect(virtuals.map((text) => BigInt(text.replaceAll("_", "")))).toEqual(
          expected.slice(0, 8),
        );
        await listed.last().click();
        const result = page.getByTestId("walk-result");
        const { virtual, physical } = mappingAt(
          walk,
          BigInt(virtuals.at(-1)!.replaceAll("_", "")),
        )!;
        const told = physical + (BigInt(virtuals.at(-1)!.replaceAll("_", "")) - virtual);
        await result.getByText(`Physical 0x${told.toString(16).padStart(9, "0")}`).waitFor();
        const box = (await result.boundingBox())!;
        const scrolled = await page.evaluate(() => innerHeight);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.y + box.height).toBeLessThanOrEqual(scrolled + 1);
      });
    }
  });

  test("an address that is not canonical or no address is said to be so", async () => {
    await site.visit({ fragment: `machine=${NAME}&tab=page-tables` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByTestId("virtual").fill("0x0000800000000000");
      await page.getByRole("button", { name: "Walk", exact: true }).click();
      await page.getByTestId("walk-result").getByText("not canonical").waitFor();
      await page.getByTestId("virtual").fill("twelve");
      await page.getByRole("button", { name: "Walk", exact: true }).click();
      await page.getByRole("alert").waitFor();
      await page.getByRole("button", { name: "frame 0" }).click();
      expect(await page.getByRole("alert").count()).toBe(0);
      await page.getByTestId("virtual").fill("2 MiB");
      await page.getByRole("button", { name: "Walk", exact: true }).click();
      await page.getByTestId("walk-result").getByText("Physical 0x000200000").waitFor();
    });
  });

  test("the table lists every mapping, and none is writable and executable", async () => {
    await site.visit({ fragment: `machine=${NAME}&tab=page-tables` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const more = page.locator(".mappings").getByRole("button", { name: /^Show \d+ more/ });
      const rows = page.locator(".mappings tbody tr");
      await rows.first().waitFor();
      while (await more.count()) await more.click();
      expect(await rows.count()).toBe(walk.mappings.length);
      const rights = await rows.locator("td:nth-child(5)").allInnerTexts();
      expect(rights.filter((text) => text.includes("wx"))).toEqual([]);
      await rows.nth(3).getByRole("button").click();
      expect(await page.getByTestId("walk-result").innerText()).toContain("Physical");
    });
  });

  test("tables are grids of 512 entries to go through, from the root to a page", async () => {
    const machine = bootedMachine();
    const entriesOf = (table: number) =>
      Array.from({ length: 512 }, (_, index) => machine.physicalMemory.load(table + 8 * index));
    await site.visit({ fragment: `machine=${NAME}&tab=page-tables` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const grid = page.locator(".entry-grid");
      const level = (name: string) =>
        page
          .getByRole("group", { name: "Table in view" })
          .getByRole("button", { name, exact: true });
      await level("PML4").click();
      let table = machine.pageRoot;
      // Level by level to the last entry that is present, as long as it leads to a table.
      for (const name of ["PML4", "PDPT", "PD", "PT"]) {
        await grid.and(page.getByRole("application", { name: new RegExp(`^${name},`) })).waitFor();
        const entries = entriesOf(table);
        const present = entries.map((entry) => (entry & 1n) === 1n);
        const drawn = await grid
          .locator(".entry")
          .evaluateAll((all) => all.map((one) => !one.classList.contains("absent")));
        expect(drawn).toEqual(present);
        const index = present.lastIndexOf(true);
        const entry = entries[index]!;
        await grid.locator(".entry").nth(index).click();
        await page
          .getByText(`0x${entry.toString(16).padStart(16, "0")}`)
          .first()
          .waitFor();
        const facts = page.locator(".entry-facts");
        await expect.poll(() => facts.innerText()).toContain(`Entry ${index}, for the`);
        const isPage = name === "PT" || (name !== "PML4" && (entry & 0x80n) !== 0n);
        const text = await facts.innerText();
        expect(text).toContain(entry >> 63n ? "may not be fetched" : "may be fetched");
        expect(text).toContain(entry & 2n ? "writing is allowed" : "writing faults");
        expect(text.includes("Memory type")).toBe(isPage);
        if (isPage) break;
        table = Number(entry & 0x000f_ffff_ffff_f000n);
        await facts.getByRole("button", { name: /^Go into the/ }).click();
      }
      const walked = await page.getByTestId("walk-result").innerText();
      expect(walked).toContain("Physical");
      // One out, one to the left: by the keyboard.
      await grid.focus();
      await page.keyboard.press("Escape");
      const spoken = () => page.locator(".entry-facts [role=status]").innerText();
      const before = await spoken();
      await page.keyboard.press("ArrowLeft");
      await expect.poll(spoken).not.toBe(before);
      expect(Number(/Entry (\d+)/.exec(await spoken())![1])).toBe(
        Number(/Entry (\d+)/.exec(before)![1]) - 1,
      );
    });
  });
});
