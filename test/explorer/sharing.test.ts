/**
 * What can be taken away from the page: a link that brings its state back, the plan, a picture.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

/** Width and height in the header of a PNG (PNG specification, 11.2.2 IHDR). */
function pictureSize(png: Buffer): { width: number; height: number } {
  expect(png.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  expect(png.toString("latin1", 12, 16)).toBe("IHDR");
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

describe.skipIf(NO_BROWSER)("sharing", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("the picture is a PNG with more than one colour", async () => {
    const offences = await site.visit({ fragment: "step=carve" }, async (explorer) => {
      await explorer.ready();
      const { name, bytes } = await explorer.saved("Save picture");
      expect(name).toMatch(/\.png$/);
      const { width, height } = pictureSize(bytes);
      expect(width).toBe(2400);
      expect(height).toBeGreaterThan(500);
      // One colour would compress to a few kilobytes.
      expect(bytes.length).toBeGreaterThan(20_000);
    });
    expect(offences).toEqual([]);
  });

  test("the address follows what is done, and brings it back", async () => {
    let address = "";
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByTestId("machine").selectOption("xen-dom0-unaligned");
      await page.locator(".source", { hasText: "Xen dom0" }).waitFor();
      await page.getByRole("button", { name: "Linear" }).click();
      await page.getByLabel("Shorten holes").uncheck();
      await page.getByRole("button", { name: "Zoom in" }).click();
      await page.getByRole("button", { name: /Hand off/ }).click();
      await expect.poll(() => page.url()).toContain("step=handoff");
      address = page.url();
    });
    const fragment = address.slice(address.indexOf("#") + 1);
    await site.visit({ fragment }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      expect(await page.getByTestId("machine").inputValue()).toBe("xen-dom0-unaligned");
      const pressed = (name: string | RegExp) =>
        page.getByRole("button", { name }).first().getAttribute("aria-pressed");
      expect(await pressed("Linear")).toBe("true");
      expect(await pressed(/Hand off/)).toBe("true");
      expect(await page.getByLabel("Shorten holes").isChecked()).toBe(false);
      await expect.poll(() => page.url()).toContain("from=");
    });
  });

  test("a pasted map travels in the link", async () => {
    const text = JSON.stringify({
      source: "travelling",
      entries: [{ base: "0x100000", length: "0x8000000", type: "usable" }],
    });
    let address = "";
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Paste or drop a boot log" }).click();
      await page.getByRole("textbox", { name: /dmesg/ }).fill(text);
      await page.getByRole("button", { name: "Boot on this map" }).click();
      await page.locator(".source", { hasText: "travelling" }).waitFor();
      await expect.poll(() => page.url()).toContain("map=");
      address = page.url();
    });
    const fragment = address.slice(address.indexOf("#") + 1);
    await site.visit({ fragment }, async (explorer) => {
      await explorer.ready();
      await explorer.page.locator(".source", { hasText: "travelling" }).waitFor();
    });
  });

  test.each([
    "map=%%%&from=zz&to=-1&step=nothing&tab=none&virtual=12345678901234567890",
    "map=AAAA&bytes=1e99&scale=cubic&at=0xffffffffffffffff",
    "from=0xfffffffffff&to=0xffffffffffff&at=0xfffffffffffff",
  ])("a damaged link (%s) shows a machine all the same", async (fragment) => {
    const offences = await site.visit({ fragment }, async (explorer) => {
      await explorer.ready();
      await explorer.page.locator(".cards").waitFor();
    });
    expect(offences).toEqual([]);
  });

  test("an unknown machine in a link is said to be so", async () => {
    await site.visit({ fragment: "machine=unheard-of" }, async ({ page }) => {
      await page.getByRole("alert").getByText("machine of that name").waitFor();
    });
  });
});
