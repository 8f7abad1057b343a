/**
 * The tab where the kernel and another allocator get the same requests: it runs and rests, a link leads to
 * the moment, a module of the visitor's takes the other's place, and a broken one is named.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peerBytes } from "../../explorer/peer_module.ts";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const FRAGMENT = "machine=limine-ovmf-512m&tab=side-by-side&contest=512.geometric.50.1000000.1.0";

const stateOf = ({ page }: ExplorerPage) => page.getByTestId("contest-state").innerText();

async function requestsOf(explorer: ExplorerPage): Promise<number> {
  return Number(/^[\d,]+/.exec(await stateOf(explorer))![0].replaceAll(",", ""));
}

/** The share of either side, in percent. */
async function sharesOf({ page }: ExplorerPage): Promise<number[]> {
  const texts = await page.locator(".side-share").allInnerTexts();
  return texts.map((text) => parseFloat(text));
}

/** The allocator's module as a file to choose. */
const file = (name: string, bytes: Uint8Array) => ({
  name,
  mimeType: "application/wasm",
  buffer: Buffer.from(bytes),
});

describe.skipIf(NO_BROWSER)("side by side", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("the kernel keeps more large blocks together, and a link leads to the same moment", async () => {
    let fragment = "";
    let said: string[] = [];
    const offences = await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const start = page.getByRole("button", { name: "Start", exact: true });
      await expect.poll(() => page.locator(".side .heat-canvas").count()).toBe(2);
      await start.click();
      await expect.poll(() => requestsOf(explorer), { timeout: 60_000 }).toBeGreaterThan(400_000);
      await page.getByRole("button", { name: "Pause" }).click();
      await start.waitFor();
      const rested = await requestsOf(explorer);
      const [kernel, other] = await sharesOf(explorer);
      expect(kernel).toBeGreaterThan(other! + 20);
      await page.getByRole("img", { name: /2 MiB blocks that could be free/ }).waitFor();
      await expect.poll(() => page.url()).toContain(`.1.${rested}`);
      expect(await requestsOf(explorer)).toBe(rested);
      fragment = page.url().split("#")[1]!;
      said = await page.locator(".side").allInnerTexts();
    });
    await site.visit({ fragment }, async (explorer) => {
      await explorer.ready();
      await expect
        .poll(() => explorer.page.locator(".side").allInnerTexts(), { timeout: 60_000 })
        .toEqual(said);
    });
    expect(offences).toEqual([]);
  });

  test("a visitor's module takes the list buddy's place, and starts over", async () => {
    const bytes = peerBytes();
    await site.visit({ fragment: FRAGMENT.replace(/\.0$/, ".200000") }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const second = page.locator(".side").nth(1);
      await expect.poll(() => requestsOf(explorer), { timeout: 60_000 }).toBe(200_000);
      const figures = async () => (await second.innerText()).replace(/^.*: /, "");
      const expected = await figures();
      const picker = page.locator('.workload-form input[type="file"]');

      await picker.setInputFiles(file("broken.wasm", bytes.slice(0, 100)));
      await page.getByText("broken.wasm is no allocator: it is no WebAssembly module").waitFor();
      await picker.setInputFiles(file("mine.wasm", bytes));
      await page.getByRole("heading", { name: /^mine\.wasm/ }).waitFor();
      expect(await requestsOf(explorer)).toBe(0);
      await page.getByRole("button", { name: "Back to the list buddy" }).waitFor();
      expect(await figures()).not.toBe(expected);
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await expect.poll(() => requestsOf(explorer)).toBeGreaterThan(0);
      await page.getByRole("button", { name: "Start over" }).click();
      await expect.poll(() => requestsOf(explorer)).toBe(0);
    });
  });

  test("another load, or a machine that is too large, is told at once", async () => {
    await site.visit({ fragment: `bytes=${2 ** 40}&tab=side-by-side` }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const memory = page.getByRole("combobox", { name: "Memory" });
      await expect.poll(() => stateOf(explorer)).toMatch(/^0 requests on 4\.00 GiB/);
      await memory.selectOption("512");
      await expect.poll(() => stateOf(explorer)).toMatch(/^0 requests on 5\d\d(\.\d)? MiB/);
      await memory.selectOption("0");
      await page.getByText("This machine is too large: 16 GiB are the most").waitFor();
      expect(await page.getByRole("button", { name: "Start", exact: true }).isDisabled()).toBe(
        true,
      );
      await memory.selectOption("1024");
      await expect.poll(() => stateOf(explorer)).toMatch(/^0 requests on 10\d\d MiB/);
    });
  });
});
