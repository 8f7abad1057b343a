/**
 * The allocators' panel: whatever is done, by hand or at random, the counts that the page shows add
 * up, and what the kernel refuses is refused by its name.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const FRAGMENT = "machine=limine-ovmf-512m&tab=allocators";

/** The counts of frames as they are on the screen. */
async function counts(explorer: ExplorerPage) {
  const names = ["Managed", "Free", "Allocated", "… by the kernel", "… by you"] as const;
  const [managed, free, allocated, kernel, own] = await Promise.all(
    names.map((name) => explorer.frames(name)),
  );
  return { managed: managed!, free: free!, allocated: allocated!, kernel: kernel!, own: own! };
}

/** Frames of all free blocks, summed from the table of orders. */
async function framesInTable({ page }: ExplorerPage): Promise<number> {
  const rows = await page.locator(".orders tbody tr").all();
  const blocks = await Promise.all(
    rows.map(async (row) =>
      Number((await row.locator("td.number").first().innerText()).replaceAll(",", "")),
    ),
  );
  return blocks.reduce((sum, count, order) => sum + count * 2 ** order, 0);
}

async function expectSums(explorer: ExplorerPage): Promise<void> {
  const { managed, free, allocated, kernel, own } = await counts(explorer);
  expect(free + allocated).toBe(managed);
  expect(kernel + own).toBe(allocated);
  expect(await framesInTable(explorer)).toBe(free);
  expect(await explorer.page.getByTestId("verdict").innerText()).toContain("✓");
}

describe.skipIf(NO_BROWSER)("allocators", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test.each(["geometric", "single", "uniform", "large"])(
    "10,000 random operations (%s) conserve the totals, and freeing all restores them",
    async (mix) => {
      const offences = await site.visit({ fragment: FRAGMENT }, async (explorer) => {
        const { page } = explorer;
        await explorer.ready();
        const before = await counts(explorer);
        await page.getByRole("combobox", { name: /^Blocks/ }).selectOption(mix);
        await page.getByLabel(/Keep allocated/).fill("0.5");
        await page.getByRole("button", { name: "Run 10,000 operations" }).click();
        await expect.poll(() => explorer.figure("Operations"), { timeout: 30_000 }).toBe(10_000);
        await expectSums(explorer);
        const during = await counts(explorer);
        expect(during.own).toBeGreaterThan(0);
        expect(during.managed).toBe(before.managed);
        expect(during.kernel).toBe(before.kernel);
        const done = (await explorer.figure("Allocations")) + (await explorer.figure("Frees"));
        expect(done + (await explorer.figure("Refused"))).toBe(10_000);

        await page.getByRole("button", { name: "Free all" }).click();
        await expect.poll(() => explorer.figure("Blocks held")).toBe(0);
        await expectSums(explorer);
        expect(await counts(explorer)).toEqual(before);
      });
      expect(offences).toEqual([]);
    },
  );

  test("a block is allocated and freed by hand, and a second free is refused by name", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const before = await counts(explorer);
      await page.getByTestId("order").selectOption("4");
      await page.getByRole("button", { name: "Allocate", exact: true }).click();
      await expect.poll(() => explorer.frames("… by you")).toBe(16);
      const address = await page.getByLabel("Address to free").inputValue();
      expect(Number(address) % (16 * 4096)).toBe(0);

      const answer = page.locator(".block-form .answer");
      const free = page.getByRole("button", { name: "Free", exact: true });
      await page.getByTestId("order").selectOption("3");
      await free.click();
      await expect.poll(() => answer.innerText()).toContain("ORDER_MISMATCH");
      await page.getByTestId("order").selectOption("4");
      await free.click();
      await expect.poll(() => explorer.frames("… by you")).toBe(0);
      await free.click();
      await expect.poll(() => answer.innerText()).toContain("NOT_ALLOCATED");
      await page.getByLabel("Address to free").fill("0xb0000000");
      await free.click();
      await expect.poll(() => answer.innerText()).toMatch(/INVALID_ADDRESS|RESERVED/);
      await page.getByLabel("Address to free").fill("not an address");
      await free.click();
      await expect.poll(() => answer.innerText()).toContain("Write an address");
      expect(await counts(explorer)).toEqual(before);
      await expectSums(explorer);
    });
  });

  test("flags reach the kernel: a frame below 16 MiB lies there", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByLabel("below 16 MiB").check();
      await page.getByLabel("zeroed").check();
      await page.getByRole("button", { name: "Allocate", exact: true }).click();
      await expect.poll(() => explorer.frames("… by you")).toBe(1);
      const address = Number(await page.getByLabel("Address to free").inputValue());
      expect(address).toBeGreaterThan(0);
      expect(address).toBeLessThan(16 * 1024 * 1024);
    });
  });

  test("the page's tables cannot be freed from under the machine", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("tab", { name: "Page tables" }).click();
      const root = await page.locator(".walk-step dd code").first().innerText();
      await page.getByRole("tab", { name: "Allocators" }).click();
      await page.getByLabel("Address to free").fill(root);
      await page.getByRole("button", { name: "Free", exact: true }).click();
      await expect
        .poll(() => page.locator(".block-form .answer").innerText())
        .toContain("page tables");
      await expectSums(explorer);
    });
  });

  test("an endless workload runs, keeps adding up, changes its speed and stops", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await expect.poll(() => explorer.figure("Operations")).toBeGreaterThan(1000);
      await page.getByLabel(/Speed/).fill("6");
      const before = await explorer.figure("Operations");
      await expect.poll(() => explorer.figure("Operations")).toBeGreaterThan(before + 50_000);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByRole("button", { name: "Start", exact: true }).waitFor();
      const stopped = await explorer.figure("Operations");
      await expectSums(explorer);
      await page.waitForTimeout(300);
      expect(await explorer.figure("Operations")).toBe(stopped);
      const plot = page.getByRole("img", { name: /operations/ });
      expect(await plot.getAttribute("aria-label")).toContain(stopped.toLocaleString("en-US"));
    });
  });

  test("forms keep what was set across tabs and in the link, and the load what it runs with", async () => {
    const form = async ({ page }: ExplorerPage) => ({
      mix: await page.getByRole("combobox", { name: /^Blocks/ }).inputValue(),
      fill: await page.getByLabel(/Keep allocated/).inputValue(),
      speed: await page.getByLabel(/Speed/).inputValue(),
      below4G: await page.getByLabel("below 4 GiB").isChecked(),
      order: await page.getByTestId("order").inputValue(),
      address: await page.getByLabel("Address to free").inputValue(),
    });
    let link = "";
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("combobox", { name: /^Blocks/ }).selectOption("single");
      await page.getByLabel(/Keep allocated/).fill("0.9");
      await page.getByLabel(/Speed/).fill("5");
      await page.getByLabel("below 4 GiB").check();
      await page.getByTestId("order").selectOption("7");
      await page.getByLabel("Address to free").fill("0x123000");
      const set = await form(explorer);
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await expect.poll(() => explorer.figure("Operations")).toBeGreaterThan(100);
      await page.getByRole("tab", { name: "Page tables" }).click();
      await page.getByTestId("virtual").fill("0xabc000");
      await page.getByRole("tab", { name: "Allocators" }).click();
      expect(await form(explorer)).toEqual(set);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByRole("tab", { name: "Page tables" }).click();
      expect(await page.getByTestId("virtual").inputValue()).toBe("0xabc000");
      await expect.poll(() => page.url()).toContain("load=");
      link = page.url();
    });
    await site.visit({ fragment: link.slice(link.indexOf("#") + 1) }, async (explorer) => {
      await explorer.ready();
      await explorer.page.getByRole("tab", { name: "Allocators" }).click();
      expect(await form(explorer)).toMatchObject({ mix: "single", fill: "0.9", speed: "5" });
    });
  });

  test("the rate and the share that are reached stand beside those asked for", async () => {
    const fragment = `bytes=${2 ** 34}&tab=allocators&load=single.90.1000000.0.1`;
    await site.visit({ fragment }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Start", exact: true }).click();
      const reached = async () =>
        Number((await page.getByTestId("rate").innerText()).replaceAll(/[^0-9]/g, ""));
      await expect.poll(reached).toBeGreaterThan(1000);
      await page.getByText(/now \d+\.\d %/).waitFor();
      // A million single frames are a quarter of this memory.
      await page.getByTestId("block-limit").waitFor({ timeout: 60_000 });
      expect(await explorer.figure("Blocks held")).toBeGreaterThan(980_000);
      expect(await explorer.figure("Blocks held")).toBeLessThanOrEqual(1_000_000);
    });
  });

  test("a load goes on by one operation, and back by one", async () => {
    await site.visit({ fragment: `${FRAGMENT}&load=uniform.50.100.0.5` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const state = async () => ({
        operations: await explorer.figure("Operations"),
        own: await explorer.frames("… by you"),
        free: await framesInTable(explorer),
      });
      const one = page.getByRole("button", { name: "One operation" });
      const states = [await state()];
      for (let operation = 1; operation <= 4; ++operation) {
        await one.click();
        await expect.poll(() => explorer.figure("Operations")).toBe(operation);
        states.push(await state());
      }
      await page.getByTestId("last-operation").waitFor();
      expect(await page.locator(".orders tr.changed").count()).toBeGreaterThan(0);
      for (let operation = 3; operation >= 0; --operation) {
        await page.getByRole("button", { name: "One back" }).click();
        await expect.poll(() => explorer.figure("Operations")).toBe(operation);
        expect(await state()).toEqual(states[operation]);
      }
      expect(await page.getByRole("button", { name: "One back" }).isDisabled()).toBe(true);
    });
  });

  test("a cell of the heat map shows its blocks, can be entered and left", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Allocate", exact: true }).click();
      await expect.poll(() => explorer.frames("… by you")).toBe(1);
      const whole = await page.locator(".heat-canvas").getAttribute("aria-label");
      await page.locator(".heat-canvas").focus();
      await page.keyboard.press("ArrowRight");
      await page.locator(".cell-blocks li").first().waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Show all" }).waitFor();
      await expect
        .poll(() => page.locator(".heat-canvas").getAttribute("aria-label"))
        .not.toBe(whole);
      await page.locator(".heat-canvas").focus();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator(".heat-canvas").getAttribute("aria-label")).toBe(whole);
    });
  });

  test("what was gone into is left one step at a time, or all at once", async () => {
    await site.visit({ fragment: `bytes=${2 ** 40}&tab=allocators` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const cellSize = async () =>
        /cells of (.+)$/.exec((await page.locator(".heat-canvas").getAttribute("aria-label"))!)![1];
      const enter = async () => {
        await page.locator(".heat-canvas").focus();
        await page.keyboard.press("End");
        await page.getByRole("button", { name: "Go inside" }).click();
      };
      const up = page.getByRole("button", { name: "One step up" });
      await expect.poll(cellSize).toBe("512 MiB");
      await enter();
      await expect.poll(cellSize).toBe("256 KiB");
      await enter();
      await expect.poll(cellSize).toBe("4 KiB");
      await up.click();
      await expect.poll(cellSize).toBe("256 KiB");
      await up.click();
      await expect.poll(cellSize).toBe("512 MiB");
      expect(await up.count()).toBe(0);
      await enter();
      await expect.poll(cellSize).toBe("256 KiB");
      await enter();
      await expect.poll(cellSize).toBe("4 KiB");
      await page.getByRole("button", { name: "Show all" }).click();
      await expect.poll(cellSize).toBe("512 MiB");
    });
  });
});
