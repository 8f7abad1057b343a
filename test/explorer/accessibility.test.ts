/**
 * Whether everybody can use the page: axe-core finds no violation, and the keyboard reaches
 * and works the map.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AxeResults } from "axe-core";
import { type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core objects to on the page as it is. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  expect(results.passes.length).toBeGreaterThan(10);
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
}

describe.skipIf(NO_BROWSER)("accessibility", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  const states = [
    "step=carve&at=0x100000",
    "tab=allocators",
    "tab=program",
    "tab=side-by-side",
    "tab=page-tables",
    "task=overlap&lecture=on",
    "machine=limine-pr288-sanitiser-synthetic",
    "machine=unheard-of",
  ];
  // Widths and colour schemes do not act on each other: each appears with every state once.
  test.each(
    states.flatMap((fragment) => [
      { fragment, width: 1280, dark: false },
      { fragment, width: 400, dark: true },
    ]),
  )("axe finds nothing: $fragment, $width pixels, dark: $dark", async (options) => {
    await site.visit(options, async ({ page }) => {
      await page.locator(".map-bar, [role=alert]").first().waitFor();
      await page.waitForTimeout(200);
      expect(await violations(page)).toEqual([]);
    });
  });

  test("axe finds nothing after a program has run from the keyboard alone", async () => {
    await site.visit({ fragment: "machine=limine-ovmf-128m&tab=program" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("combobox", { name: "Program" }).focus();
      await page.keyboard.type("Hello");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("End");
      await page.keyboard.type(" three");
      await page.keyboard.press("Enter");
      await page.getByText("hello.wasm ended with status 0.").waitFor();
      expect(await page.locator(".program-output").innerText()).toContain("argument 3: three");
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ forcedColors: "active" });
      const swatch = page
        .getByRole("button", { name: /^Program/ })
        .locator("rect")
        .first();
      expect(await swatch.evaluate((rect) => getComputedStyle(rect).fill)).toBe(
        "rgb(177, 151, 252)",
      );
    });
  });

  test("the keyboard reaches the map, selects, zooms and pans", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      for (let presses = 0; presses < 60; ++presses) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(() => document.activeElement?.className === "map-bar")) break;
      }
      const spoken = page.locator(".map-bar [role=status]");
      await page.keyboard.press("Home");
      await expect.poll(() => spoken.innerText()).toContain("0x000000000–0x000000fff");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => spoken.innerText()).toContain("0x000001000–0x00009efff");
      await page.keyboard.press("End");
      await expect.poll(() => spoken.innerText()).toContain("–0x47effffff");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.url()).toContain("from=0x47");
      const zoomed = page.url();
      await page.keyboard.press("Shift+ArrowLeft");
      await expect.poll(() => page.url()).not.toBe(zoomed);
      await page.keyboard.press("Escape");
      await expect.poll(() => page.url()).not.toContain("from=");
    });
  });

  test("with the system's colours what is pressed differs, and keys to colours keep theirs", async () => {
    await site.visit({ fragment: "step=carve" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.emulateMedia({ forcedColors: "active" });
      const style = (selector: string, property: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
      for (const group of [".segments button", ".step-list .step-number"]) {
        const pressed =
          group === ".segments button"
            ? '.segments button[aria-pressed="true"]'
            : 'button[aria-pressed="true"] .step-number';
        const other =
          group === ".segments button"
            ? '.segments button[aria-pressed="false"]'
            : 'button[aria-pressed="false"] .step-number';
        expect(await style(pressed, "background-color")).not.toBe(
          await style(other, "background-color"),
        );
      }
      expect(await style('[role="tab"][aria-selected="true"]', "border-bottom-color")).not.toBe(
        await style('[role="tab"][aria-selected="false"]', "border-bottom-color"),
      );
      await page.getByRole("tab", { name: "Allocators" }).click();
      const swatches = await page
        .locator(".heat-swatch")
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
      expect(new Set(swatches).size).toBe(swatches.length);
    });
  });

  test("arrows move between tabs", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("tab", { name: "Bring-up" }).focus();
      await page.keyboard.press("ArrowRight");
      const selected = page.getByRole("tab", { selected: true });
      await expect.poll(() => selected.innerText()).toBe("Allocators");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => selected.innerText()).toBe("Page tables");
    });
  });

  test("the map is a table as well, piece for piece", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const summary = page.getByText(/The map as a table/);
      const pieces = Number(/\d+/.exec(await summary.innerText())![0]);
      await summary.click();
      await expect.poll(() => page.locator(".piece-table tbody tr").count()).toBe(pieces);
    });
  });
});
