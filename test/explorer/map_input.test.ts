/**
 * The map under wheel and fingers: it takes what is meant for it and leaves the rest to the page.
 */

import { type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

/** The middle of the map's bar, in pixels of the window. */
async function middleOf(page: Page): Promise<{ x: number; y: number }> {
  const canvas = page.locator(".map-bar canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = (await canvas.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const scrolled = (page: Page) => page.evaluate(() => scrollY);

describe.skipIf(NO_BROWSER)("the map", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("lets the page scroll under the wheel until it is worked with", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const { x, y } = await middleOf(page);
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, 200);
      await expect.poll(() => scrolled(page)).toBeGreaterThan(100);
      expect(page.url()).not.toContain("from=");

      await page.evaluate(() => scrollTo(0, 0));
      await page.mouse.move(x, y);
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -200);
      await page.keyboard.up("Control");
      await expect.poll(() => page.url()).toContain("from=");
      expect(await scrolled(page)).toBe(0);

      await page.locator(".map-bar").focus();
      const zoomed = page.url();
      await page.mouse.wheel(0, -200);
      await expect.poll(() => page.url()).not.toBe(zoomed);
      expect(await scrolled(page)).toBe(0);
      // Out to all of the map, and then on with the page.
      for (let notch = 0; notch < 12; ++notch) {
        await page.mouse.wheel(0, 200);
        await page.waitForTimeout(30);
      }
      await expect.poll(() => page.url()).not.toContain("from=");
      await expect.poll(() => scrolled(page)).toBeGreaterThan(100);
    });
  });

  test("is zoomed by two fingers, which choose nothing", async () => {
    await site.visit({ width: 600 }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const { x, y } = await middleOf(page);
      const session = await page.context().newCDPSession(page);
      const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart: number) =>
        session.send("Input.dispatchTouchEvent", {
          type,
          touchPoints:
            type === "touchEnd" ? [] : [-1, 1].map((side) => ({ x: x + side * apart, y })),
        });
      await touch("touchStart", 40);
      for (let apart = 50; apart <= 160; apart += 10) await touch("touchMove", apart);
      await touch("touchEnd", 0);
      await expect.poll(() => page.url()).toContain("from=");
      expect(page.url()).not.toContain("at=");
    });
  });
});
