/**
 * The built page as a visitor gets it: from a subfolder of a plain server, without errors, without a
 * request elsewhere, and with a clear message when the kernel is not there.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

describe.skipIf(NO_BROWSER)("the page", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test.each([
    [1280, false],
    [400, false],
    [1280, true],
    [400, true],
  ])("loads %i pixels wide, dark: %s", async (width, dark) => {
    const offences = await site.visit({ width, dark }, async (explorer) => {
      await explorer.ready();
      for (const tab of ["Bring-up", "Allocators", "Program", "Side by side", "Page tables"]) {
        await explorer.page.getByRole("tab", { name: tab }).click();
        await explorer.page.getByRole("tabpanel").locator("*").first().waitFor();
        const overflow = await explorer.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${tab} makes the page scroll sideways`).toBe(0);
      }
    });
    expect(offences).toEqual([]);
  });

  test("works at the folder's address without the slash at its end", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.goto("about:blank");
      await page.goto(`${site.address.slice(0, -1)}?from=mail#tab=allocators`);
      await page.getByRole("button", { name: "Start", exact: true }).waitFor();
      expect(page.url()).toContain(`${site.address}?from=mail#`);
      expect(page.url()).toContain("tab=allocators");
      // Before it reads the script that leads to the folder, the browser may fetch ahead what the page
      // names, which is not there without the slash.
      const isAhead = (text: string) => /^http|^Failed to load resource: .* 404 /.test(text);
      expect(explorer.offences.filter((text) => !isAhead(text))).toEqual([]);
    });
  });

  test("has less than 250 KB of script", () => {
    const sizes = site.sizes().filter(({ name }) => name.endsWith(".js"));
    expect(sizes.length).toBeGreaterThanOrEqual(2);
    expect(sizes.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(250_000);
  });

  test("says what to do when kernel.wasm is missing", async () => {
    await site.visit({ without: "kernel.wasm" }, async ({ page }) => {
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).toContain("kernel.wasm");
      expect(await alert.innerText()).toContain("npm run kernel");
    });
  });

  test("the map is drawn in the colours of its owners", async () => {
    await site.visit({}, async (explorer) => {
      await explorer.ready();
      const missing = () =>
        explorer.page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>(".map-bar canvas")!;
          // Above the labels, below the brackets.
          const row = canvas.getContext("2d")!.getImageData(0, 17, canvas.width, 8).data;
          const drawn = new Set<string>();
          for (let at = 0; at < row.length; at += 4) {
            const channels = [...row.slice(at, at + 3)];
            drawn.add(`#${channels.map((one) => one.toString(16).padStart(2, "0")).join("")}`);
          }
          const style = getComputedStyle(canvas);
          return [
            "managed",
            "reserved",
            "carved",
            "image",
            "acpi",
            "reclaimed",
            "page-tables",
          ].filter((owner) => !drawn.has(style.getPropertyValue(`--owner-${owner}`).trim()));
        });
      await expect.poll(missing).toEqual([]);
    });
  });

  test("a step marks what it is about, whatever the legend marked before", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByText(/^Not to scale: each piece/).waitFor();
      const acpi = page.getByRole("button", { name: /^ACPI/ });
      await acpi.click();
      expect(await acpi.getAttribute("aria-pressed")).toBe("true");
      await page.locator(".step-list").getByRole("button", { name: /Carve/ }).click();
      await expect.poll(() => acpi.getAttribute("aria-pressed")).toBe("false");
      await page.getByRole("button", { name: /Linear/ }).click();
      await page.getByText(/^To scale/).waitFor();
    });
  });

  test("play goes on from the step where it was", async () => {
    await site.visit({ fragment: "step=carve" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const step = (name: RegExp) =>
        page.locator(".step-list").getByRole("button", { name }).getAttribute("aria-pressed");
      await page.getByRole("button", { name: "Play" }).click();
      expect(await step(/Carve/)).toBe("true");
      await expect.poll(() => step(/Hand off/), { timeout: 10_000 }).toBe("true");
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByRole("button", { name: "Play" }).click();
      expect(await step(/Look/)).toBe("false");
    });
  });

  test("nothing jumps from step to step, and titles keep apart", async () => {
    for (const width of [768, 1280]) {
      await site.visit({ width }, async (explorer) => {
        const { page } = explorer;
        await explorer.ready();
        const buttons = page.locator(".step-list li button");
        const places = new Set<number>();
        for (let step = 0; step < (await buttons.count()); ++step) {
          await buttons.nth(step).click();
          places.add(Math.round((await page.locator(".step-list").boundingBox())!.y));
        }
        expect(places.size).toBe(1);
        const titles = await page.locator(".step-title").all();
        let right = -Infinity;
        for (const title of titles) {
          const { x, width: wide } = (await title.boundingBox())!;
          expect(x).toBeGreaterThan(right);
          right = x + wide;
        }
      });
    }
  });

  test("start, heat map and plot fit a screen of 720 pixels", async () => {
    await site.visit({ fragment: "tab=allocators" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const boxes = await Promise.all(
        [
          page.getByRole("button", { name: "Start", exact: true }),
          page.locator(".heat-canvas"),
          page.locator(".plot"),
        ].map((part) => part.boundingBox()),
      );
      const top = Math.min(...boxes.map((box) => box!.y));
      const bottom = Math.max(...boxes.map((box) => box!.y + box!.height));
      expect(bottom - top).toBeLessThan(720);
    });
  });

  test("a boot that fails is told in words, with the kernel's line", async () => {
    await site.visit({ fragment: "machine=limine-pr288-sanitiser-synthetic" }, async ({ page }) => {
      const alert = page.getByRole("alert");
      await alert.getByText("too little usable memory").waitFor();
      expect(await alert.innerText()).toContain("PANIC");
    });
  });

  test("no two figures have one name", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const cards = await page.locator(".cards dt").allInnerTexts();
      const legend = await page.locator(".legend button span:first-of-type").allInnerTexts();
      await page
        .locator(".step-list")
        .getByRole("button", { name: /Sanitise/ })
        .click();
      const figures = await page.locator(".step-text .figures dt").allInnerTexts();
      const names = [...cards, ...legend, ...figures];
      expect(legend.length).toBeGreaterThan(5);
      expect(figures.length).toBeGreaterThan(5);
      expect(new Set(names).size).toBe(names.length);
    });
  });

  test("stays responsive while the kernel boots on 16 TiB and a workload runs", async () => {
    await site.visit({ fragment: `bytes=${2 ** 44}&tab=allocators` }, async (explorer) => {
      await explorer.ready();
      const { page } = explorer;
      await page.getByRole("button", { name: "Start", exact: true }).click();
      const longest = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const started = performance.now();
            let last = started;
            let longestPause = 0;
            const frame = () => {
              const now = performance.now();
              longestPause = Math.max(longestPause, now - last);
              last = now;
              if (now - started < 2000) requestAnimationFrame(frame);
              else resolve(longestPause);
            };
            requestAnimationFrame(frame);
          }),
      );
      // On an idle machine it is 25 ms; the limit leaves room for a busy one.
      expect(longest).toBeLessThan(500);
      expect(await explorer.figure("Operations")).toBeGreaterThan(1000);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
    });
  });
});
