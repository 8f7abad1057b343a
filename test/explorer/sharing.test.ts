/**
 * What can be taken away from the page: a link that brings its state back, the plan, a picture.
 */

import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

/** Width and height in the header of a PNG (PNG specification, 11.2.2 IHDR). */
function pictureSize(png: Buffer): { width: number; height: number } {
  expect(png.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  expect(png.toString("latin1", 12, 16)).toBe("IHDR");
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Pastes `text` and boots on it. */
async function bring({ page }: ExplorerPage, text: string): Promise<void> {
  await page.getByRole("button", { name: "Paste or drop a boot log" }).click();
  await page.getByRole("textbox", { name: /dmesg/ }).fill(text);
  await page.getByRole("button", { name: "Boot on this map" }).click();
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

  test("a whole boot log makes a short link: only the entries travel", async () => {
    const entries = [
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable",
      "BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable",
      "BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved",
    ];
    // What does not compress, as the serial numbers of a real log do not.
    const noise = Array.from(
      { length: 600 },
      (_, line) => `usb ${line}: ${createHash("sha512").update(String(line)).digest("base64")}`,
    );
    let link = "";
    await site.visit({ clipboard: true }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await bring(explorer, [...entries, ...noise].join("\n"));
      await page.locator(".source", { hasText: "3 entries" }).waitFor();
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByText("Link copied.").waitFor();
      link = await page.evaluate(() => navigator.clipboard.readText());
      expect(link.length).toBeLessThan(600);
    });
    await site.visit({ fragment: link.slice(link.indexOf("#") + 1) }, async (explorer) => {
      await explorer.ready();
      await explorer.page.locator(".source", { hasText: "3 entries" }).waitFor();
    });
  });

  test("a map too long for a link is said to be so, and a reload keeps it", async () => {
    const entries = Array.from({ length: 5000 }, (_, index) => ({
      base: `0x${(0x100000 + index * 0x200000 + ((index * 7919) % 256) * 4096).toString(16)}`,
      length: `0x${(4096 * (1 + ((index * 104729) % 200))).toString(16)}`,
      type: ["usable", "reserved"][(index * 31) % 2],
    }));
    let address = "";
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await bring(explorer, JSON.stringify({ source: "long", entries }));
      await page.locator(".source", { hasText: "Long" }).waitFor();
      await page.getByText(/too long for a link/).waitFor();
      expect(await page.getByRole("button", { name: "Copy link" }).isDisabled()).toBe(true);
      await expect.poll(() => page.url()).toContain("kept=");
      address = page.url();
      await page.reload();
      await explorer.ready();
      await page.locator(".source", { hasText: "Long" }).waitFor();
    });
    // Another tab is told why it cannot show the map.
    await site.visit({ fragment: address.slice(address.indexOf("#") + 1) }, async ({ page }) => {
      await page.getByRole("alert").getByText("kept by the tab").waitFor();
    });
  });

  test("back and forward go through machines, tabs and walks", async () => {
    await site.visit({ fragment: "machine=limine-ovmf-128m" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const place = async () => ({
        machine: await page.getByTestId("machine").inputValue(),
        tab: await page.getByRole("tab", { selected: true }).innerText(),
      });
      await expect.poll(() => page.url()).toContain("limine-ovmf-128m");
      await page.getByTestId("machine").selectOption("qemu-i440fx-128m");
      await expect.poll(() => page.url()).toContain("qemu-i440fx-128m");
      await page.getByRole("tab", { name: "Page tables" }).click();
      await expect.poll(() => page.url()).toContain("tab=page-tables");
      await page.goBack();
      await expect.poll(place).toEqual({ machine: "qemu-i440fx-128m", tab: "Bring-up" });
      await page.goBack();
      await expect.poll(place).toEqual({ machine: "limine-ovmf-128m", tab: "Bring-up" });
      await page.locator(".source", { hasText: "Limine, 128 MiB" }).waitFor();
      await page.goForward();
      await page.goForward();
      await expect.poll(place).toEqual({ machine: "qemu-i440fx-128m", tab: "Page tables" });
    });
  });

  test("after text that is no map everything speaks of the machine in view", async () => {
    await site.visit(
      { clipboard: true, fragment: "machine=limine-ovmf-128m" },
      async (explorer) => {
        const { page } = explorer;
        await explorer.ready();
        await bring(explorer, "nothing of a map is in this");
        await page.getByRole("alert").getByText("still QEMU under Limine, 128 MiB").waitFor();
        expect(await page.getByTestId("machine").inputValue()).toBe("limine-ovmf-128m");
        await page.getByRole("button", { name: "Copy link" }).click();
        await page.getByText("Link copied.").waitFor();
        const link = await page.evaluate(() => navigator.clipboard.readText());
        expect(link).toContain("machine=limine-ovmf-128m");
        expect(link).not.toContain("map=");
        expect(await page.getByRole("textbox", { name: /dmesg/ }).inputValue()).toContain(
          "nothing",
        );
        expect(await page.title()).toContain("QEMU under Limine, 128 MiB");
      },
    );
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

  test("a view beyond the map shows all of it", async () => {
    const fragment = "machine=qemu-i440fx-128m&from=0x200000000&to=0x300000000";
    await site.visit({ fragment }, async (explorer) => {
      await explorer.ready();
      const drawn = () =>
        explorer.page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>(".map-bar canvas")!;
          const { data } = canvas.getContext("2d")!.getImageData(0, 100, canvas.width, 1);
          return data.filter((byte, at) => at % 4 === 3 && byte > 0).length / canvas.width;
        });
      await expect.poll(drawn).toBeGreaterThan(0.5);
    });
  });

  test("an unknown machine in a link is said to be so", async () => {
    await site.visit({ fragment: "machine=unheard-of" }, async ({ page }) => {
      await page.getByRole("alert").getByText("machine of that name").waitFor();
    });
  });
});
