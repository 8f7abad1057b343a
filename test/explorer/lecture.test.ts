/**
 * Lecture: what is on the projector, which keys work there, and links that open at a moment.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const pressedStep = ({ page }: ExplorerPage) =>
  page.locator('.step-list button[aria-pressed="true"] .step-title').allInnerTexts();

describe.skipIf(NO_BROWSER)("lecture", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("map, story and controls of every step fit 1280 by 600 pixels, in large text", async () => {
    await site.visit({ fragment: "lecture=on&step=look" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.setViewportSize({ width: 1280, height: 600 });
      for (let step = 0; step < 9; ++step) {
        const bottom = await page
          .locator(".step-text > p")
          .first()
          .evaluate((story) => story.getBoundingClientRect().bottom);
        expect(bottom).toBeLessThan(600);
        await page.keyboard.press("ArrowRight");
      }
      const size = await page
        .locator(".step-text > p")
        .first()
        .evaluate((story) => parseFloat(getComputedStyle(story).fontSize));
      expect(size).toBeGreaterThanOrEqual(18);
      expect(await page.locator(".picker").isVisible()).toBe(false);
    });
  });

  test("arrows step, the space bar plays and pauses, F ends it", async () => {
    await site.visit({ fragment: "step=carve" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.keyboard.press("ArrowRight");
      expect(await pressedStep(explorer)).toEqual(["Carve"]);
      await page.keyboard.press("f");
      await page.getByRole("button", { name: "End lecture (F)" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => pressedStep(explorer)).toEqual(["Hand off"]);
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => pressedStep(explorer)).toEqual(["Plan"]);
      await page.keyboard.press(" ");
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await expect.poll(() => pressedStep(explorer), { timeout: 10_000 }).toEqual(["Carve"]);
      await page.keyboard.press(" ");
      await page.getByRole("button", { name: "Play" }).waitFor();
      await expect.poll(() => page.url()).toContain("lecture=on");
      await page.keyboard.press("f");
      await expect.poll(() => page.url()).not.toContain("lecture");
      expect(await page.locator(".picker").isVisible()).toBe(true);
    });
  });

  test("a link opens at the moment at which it was copied", async () => {
    const fragment = "machine=limine-ovmf-512m&tab=allocators&load=uniform.50.10000.0.77";
    const state = async (explorer: ExplorerPage) => ({
      operations: await explorer.figure("Operations"),
      frees: await explorer.figure("Frees"),
      own: await explorer.frames("… by you"),
      orders: await explorer.page.locator(".orders tbody").innerText(),
    });
    const copy = async ({ page }: ExplorerPage) => {
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByText("Link copied.").waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    let link = "";
    let expected: Awaited<ReturnType<typeof state>> | undefined;
    await site.visit({ fragment, clipboard: true }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Run 10,000 operations" }).click();
      await expect.poll(() => explorer.figure("Operations"), { timeout: 30_000 }).toBe(10_000);
      expected = await state(explorer);
      link = await copy(explorer);
    });
    await site.visit(
      { fragment: link.slice(link.indexOf("#") + 1), clipboard: true },
      async (explorer) => {
        await explorer.ready();
        await expect.poll(() => explorer.figure("Operations"), { timeout: 30_000 }).toBe(10_000);
        expect(await state(explorer)).toEqual(expected);
        // A block by hand is no part of the load: the moment cannot be linked to any more.
        await explorer.page.getByRole("button", { name: "Allocate", exact: true }).click();
        await expect.poll(() => explorer.figure("Operations")).toBe(10_001);
        expect(await copy(explorer)).not.toContain("operations=");
      },
    );
  });
});
