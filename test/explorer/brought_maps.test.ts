/**
 * Maps that visitors bring: pasted, dropped, opened as a file, or nonsense.
 */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MemoryMapFile, parseMemoryMap } from "../../sim/memory_map.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { planMachine } from "../../tools/plan/plan.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

/** What is open before anything is brought. */
const FIRST = { fragment: "machine=limine-ovmf-128m" };

const FILE = new URL("../memmaps/mac-macbookpro15-1.json", import.meta.url);

/** UTF-16. */
const SHELL_FILE = new URL("../cli/fixtures/ovmf-128m.memmap.txt", import.meta.url);

/** Linux's names of the types in that file. */
const LINUX_TYPES = ["usable", "reserved", "ACPI data", "ACPI NVS", "unusable"];

/** The map of a file as a Linux kernel logs it, between other lines. */
function bootLog(file: URL): string {
  const map = parseMemoryMap(JSON.parse(readFileSync(file, "utf8")) as MemoryMapFile);
  const digits = (address: bigint) => `0x${address.toString(16).padStart(16, "0")}`;
  const lines = map.map(
    ({ base, length, type }) =>
      `BIOS-e820: [mem ${digits(base)}-${digits(base + length - 1n)}] ${LINUX_TYPES[type]}`,
  );
  return [
    "Linux version 5.10.0-28-amd64 (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110)",
    "Command line: BOOT_IMAGE=/vmlinuz root=/dev/nvme0n1p2 ro quiet",
    "BIOS-provided physical RAM map:",
    ...lines,
    "NX (Execute Disable) protection: active",
  ]
    .map((line) => `[    0.000000] ${line}`)
    .join("\n");
}

async function paste({ page }: ExplorerPage, text: string): Promise<void> {
  const button = page.getByRole("button", { name: "Paste or drop a boot log" });
  if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
  await page.getByRole("textbox", { name: /dmesg/ }).fill(text);
  await page.getByRole("button", { name: "Boot on this map" }).click();
}

/** The share of the bar's pixels, in a few rows, whose colour is neither an owner's nor nothing. */
function strangeColours({ page }: ExplorerPage): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".map-bar canvas")!;
    const style = getComputedStyle(canvas);
    const owners = [
      "managed",
      "reclaimed",
      "carved",
      "page-tables",
      "image",
      "usable",
      "reclaimable",
      "reserved",
      "acpi",
    ].map((owner) => style.getPropertyValue(`--owner-${owner}`).trim());
    let strange = 0;
    let pixels = 0;
    for (const row of [20, 60, 100, 140]) {
      const { data } = canvas.getContext("2d")!.getImageData(0, row, canvas.width, 1);
      for (let at = 0; at < data.length; at += 4) {
        ++pixels;
        if (data[at + 3] === 0) continue;
        const channels = [...data.slice(at, at + 3)];
        const colour = `#${channels.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
        if (!owners.includes(colour)) ++strange;
      }
    }
    return strange / pixels;
  });
}

describe.skipIf(NO_BROWSER)("maps that visitors bring", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("a pasted dmesg is planned like the file that it came from", async () => {
    const text = bootLog(FILE);
    const pasted = planMachine(kernelModule(), readMemoryMap(text));
    const offences = await site.visit(FIRST, async (explorer) => {
      await explorer.ready();
      await paste(explorer, text);
      await explorer.page.locator(".source", { hasText: pasted.input.format }).waitFor();
      const { bytes } = await explorer.saved("Save JSON");
      const saved = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
      expect(saved).toEqual(JSON.parse(JSON.stringify(pasted)));
      const original = planMachine(kernelModule(), readMemoryMap(readFileSync(FILE, "utf8")));
      expect(saved["totals"]).toEqual(original.totals);
    });
    expect(offences).toEqual([]);
  });

  test("a dropped file, dropped text and an opened file are taken as well", async () => {
    const log = bootLog(FILE);
    await site.visit(FIRST, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const drop = (text: string, asFile: boolean) =>
        page.evaluate(
          ({ dropped, isFile }) => {
            const data = new DataTransfer();
            if (isFile) data.items.add(new File([dropped], "dmesg.txt", { type: "text/plain" }));
            else data.setData("text", dropped);
            const event = { dataTransfer: data, bubbles: true, cancelable: true };
            document.querySelector(".map-panel")!.dispatchEvent(new DragEvent("drop", event));
          },
          { dropped: text, isFile: asFile },
        );
      await drop(log, true);
      await page.locator(".source", { hasText: readMemoryMap(log).format }).waitFor();
      const small = new URL("../memmaps/qemu-i440fx-128m.json", import.meta.url);
      await drop(readFileSync(small, "utf8"), false);
      await page.locator(".source", { hasText: "QEMU i440FX" }).waitFor();
      const file = { name: "dmesg.txt", mimeType: "text/plain", buffer: Buffer.from(log) };
      await page.getByRole("button", { name: "Paste or drop a boot log" }).click();
      await page.getByLabel("Open a file").setInputFiles(file);
      await page.locator(".source", { hasText: readMemoryMap(log).format }).waitFor();
      // As the UEFI shell writes files.
      const wide = { ...file, buffer: readFileSync(SHELL_FILE) };
      await page.getByRole("button", { name: "Paste or drop a boot log" }).click();
      await page.getByLabel("Open a file").setInputFiles(wide);
      await page.locator(".source", { hasText: "UEFI shell (memmap)" }).waitFor();
    });
  });

  test.each([
    ["nothing", ""],
    ["prose", "The quick brown fox jumps over the lazy dog.\n".repeat(100)],
    [
      "binary",
      Array.from({ length: 4000 }, (_, at) => String.fromCharCode(1 + (at % 255))).join(""),
    ],
    ["JSON of another kind", '{"name": "x", "entries": 7}'],
    ["addresses that an unprivileged user sees", "00000000-00000000 : System RAM\n".repeat(20)],
  ])("%s: a clear message, and the last machine stays", async (_, text) => {
    const offences = await site.visit(
      { fragment: "machine=limine-ovmf-128m" },
      async (explorer) => {
        await explorer.ready();
        await paste(explorer, text);
        const alert = explorer.page.getByRole("alert");
        await alert.waitFor();
        expect((await alert.innerText()).length).toBeGreaterThan(40);
        expect(await explorer.page.locator(".summary").innerText()).toContain("(limine-ovmf-128M)");
        // What follows works as if nothing had happened.
        await explorer.page.getByTestId("machine").selectOption("qemu-i440fx-128m");
        await explorer.page.locator(".source", { hasText: "QEMU i440FX" }).waitFor();
        expect(await explorer.page.getByRole("alert").count()).toBe(0);
      },
    );
    expect(offences).toEqual([]);
  });

  test("a long text is read without being laid out, and a file too long is said to be cut", async () => {
    const filler = "[    0.000000] a line of no interest to anybody at all\n".repeat(20_000);
    const log = `${bootLog(FILE)}\n${filler}`;
    await site.visit(FIRST, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Paste or drop a boot log" }).click();
      await page.getByRole("textbox", { name: /dmesg/ }).focus();
      await page.evaluate((text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", text);
        const event = { clipboardData, bubbles: true, cancelable: true };
        document.activeElement!.dispatchEvent(new ClipboardEvent("paste", event));
      }, log);
      await page.locator(".source", { hasText: readMemoryMap(log).format }).waitFor();
      await page.getByText(/too long to be shown/).waitFor();
      await page.getByTestId("machine").selectOption("qemu-i440fx-128m");
      await page.locator(".source", { hasText: "QEMU i440FX" }).waitFor();
      const buffer = Buffer.from(bootLog(FILE) + "\n" + filler.repeat(32));
      await page.getByRole("button", { name: "Paste or drop a boot log" }).click();
      const file = { name: "dmesg.txt", mimeType: "text/plain", buffer };
      await page.getByLabel("Open a file").setInputFiles(file);
      await page.getByText(/Only the first 32 MiB/).waitFor();
      await page.locator(".source", { hasText: readMemoryMap(log).format }).waitFor();
    });
  });

  test("a hostile map is planned or refused by name", async () => {
    const entries = [
      { base: "0xfffffffffffff000", length: "0x2000", type: "usable" },
      { base: "0x0", length: "0xffffffffffffffff", type: "reserved" },
      { base: "0x100000", length: "0x8000000", type: 4711 },
    ];
    await site.visit({}, async (explorer) => {
      await explorer.ready();
      await paste(explorer, JSON.stringify({ source: "hostile", entries }));
      await explorer.page.getByRole("alert").waitFor();
      expect(await explorer.page.getByRole("alert").first().innerText()).toMatch(
        /[A-Z]+_[A-Z]+|No machine/,
      );
    });
  });

  test("a map of 5,000 entries is shown within seconds", async () => {
    const entries = Array.from({ length: 5000 }, (_, index) => ({
      base: `0x${(0x100000 + index * 0x200000).toString(16)}`,
      length: "0x1f0000",
      type: ["usable", "reserved", "usable", "acpi_nvs"][index % 4],
    }));
    await site.visit({}, async (explorer) => {
      await explorer.ready();
      await paste(explorer, JSON.stringify({ source: "many", entries }));
      await explorer.page
        .locator(".source", { hasText: "5,000 entries" })
        .waitFor({ timeout: 20_000 });
      await expect.poll(() => strangeColours(explorer)).toBeLessThan(0.03);
      await explorer.page.getByText(/narrower than a pixel/).waitFor();
      await explorer.page.locator(".map-bar").focus();
      for (const key of ["ArrowUp", "ArrowUp", "ArrowRight", "Enter"]) {
        await explorer.page.keyboard.press(key);
      }
      await explorer.page.locator(".chosen-piece").waitFor();
    });
  });
});
