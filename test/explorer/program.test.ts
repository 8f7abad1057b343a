/**
 * The tab that runs a program: it says what `slopos run` says of the same program, the map and the kernel
 * count the same frames, all of them come back, and whatever a program does the page goes on.
 */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundledModule } from "../../explorer/program_modules.ts";
import { BUNDLED_PROGRAMS } from "../../explorer/src/program/bundled_programs.ts";
import { main } from "../../tools/cli/main.ts";
import { assembleInNode } from "../support/wat.ts";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";
import { bring, run, saidOf } from "./program_page.ts";

const MACHINE = "limine-ovmf-128m";
const FRAGMENT = `machine=${MACHINE}&tab=program`;

/** A module with `body` as its program. */
function program(body: string): Buffer {
  return Buffer.from(
    assembleInNode(`(module
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\10\\00\\00\\00\\04\\00\\00\\00")
      (data (i32.const 16) "hum\\n")
      (func $hum (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
      (func (export "_start") ${body}))`),
  );
}

/** A row of the kernel's figures: managed, free, allocated, on loan. */
async function figures({ page }: ExplorerPage, row: string): Promise<number[]> {
  const cells = await page
    .locator(".frame-table tr", { has: page.getByText(row, { exact: true }) })
    .locator("td")
    .allInnerTexts();
  return cells.map((cell) => Number(cell.replaceAll(",", "")));
}

/** Frames of the program's pieces on the map, counted from their addresses. */
async function framesOnMap({ page }: ExplorerPage): Promise<number> {
  const rows = await page
    .locator(".piece-table tbody tr", { has: page.getByText("Program", { exact: true }) })
    .allInnerTexts();
  return rows.reduce((sum, row) => {
    const [first, last] = row.split("\t").map((cell) => parseInt(cell, 16));
    return sum + (last! + 1 - first!) / 4096;
  }, 0);
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where the first element of `selector` is in the window, CSS pixels. */
function boxOf({ page }: ExplorerPage, selector: string): Promise<Box> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left, top, right, bottom };
    });
}

/** Pixels by which the page is wider than its window. */
function overhang({ page }: ExplorerPage): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

test("every program in TypeScript comes with the page", () => {
  const sources = readdirSync(fileURLToPath(new URL("../../programs/", import.meta.url)))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));
  expect(BUNDLED_PROGRAMS.map(({ name }) => name).sort()).toEqual(sources.sort());
});

describe.skipIf(NO_BROWSER)("a program", () => {
  let site: ExplorerSite;
  let folder = "";
  beforeAll(async () => {
    site = await ExplorerSite.start();
    folder = mkdtempSync(join(tmpdir(), "slopos-program-"));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await site.stop();
  });

  /** What `slopos run` makes of a bundled program; options of the command may stand before its words. */
  async function inTheCommand(name: string, words: readonly string[]) {
    const path = join(folder, `${name}.wasm`);
    writeFileSync(path, await bundledModule(name));
    let out = "";
    let log = "";
    const status = await main(["run", "--machine", MACHINE, "--log", path, ...words], {
      out: (text) => (out += text),
      err: (text) => (log += text),
      input: () => Promise.resolve(""),
      readByte: () => -2,
      colours: false,
    });
    expect(status).toBe(0);
    return { said: stripVTControlCharacters(out), out, log };
  }

  test("says what the command says, on as many frames, and gives all of them back", async () => {
    const offences = await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const choose = (name: string) =>
        page.getByRole("combobox", { name: "Program" }).selectOption(name);
      await page.getByText(/The map as a table/).click();

      await choose("memory");
      expect(await run(explorer)).toBe("memory.wasm ended with status 0.");
      const { said, log } = await inTheCommand("memory", []);
      expect(await saidOf(explorer)).toBe(said.trimEnd());
      const frames = Number(/ended: .* frames=(\d+)/.exec(log)![1]);
      const before = await figures(explorer, "Before");
      const most = await figures(explorer, "At the most");
      expect(before[3]).toBe(0);
      expect(most[3]).toBe(frames);
      expect(await framesOnMap(explorer)).toBe(frames);
      expect(await figures(explorer, "After")).toEqual(before);
      await page.getByTestId("program-verdict").getByText("✓ Every frame came back").waitFor();

      // The last moment: nothing is on loan any more.
      await page.getByRole("slider", { name: /this moment/ }).press("End");
      await expect.poll(() => framesOnMap(explorer)).toBe(0);
      // What was run stays while other tabs are looked at, and the map is the machine's own there.
      await page.getByRole("slider", { name: /this moment/ }).press("ArrowLeft");
      await expect.poll(() => framesOnMap(explorer)).toBe(frames);
      await page.getByRole("tab", { name: "Allocators" }).click();
      await expect.poll(() => framesOnMap(explorer)).toBe(0);
      await page.getByRole("tab", { name: "Program" }).click();
      expect(await saidOf(explorer)).toBe(said.trimEnd());
      expect(await framesOnMap(explorer)).toBe(frames);

      await choose("hello");
      await page.getByRole("textbox", { name: "Arguments" }).fill("one 'and two'");
      await page.getByText("Environment and standard input").click();
      await page.getByRole("textbox", { name: "Environment" }).fill('LANG=C NAME="two words"');
      expect(await run(explorer)).toBe("hello.wasm ended with status 0.");
      const told = ["--env=LANG=C", "--env=NAME=two words", "one", "and two"];
      const timeless = (text: string) => text.replace(/It is .*Z/, "It is late");
      const hello = await inTheCommand("hello", told);
      expect(timeless(await saidOf(explorer))).toBe(timeless(hello.said.trimEnd()));

      await choose("picture");
      await run(explorer);
      const picture = await inTheCommand("picture", []);
      expect(await saidOf(explorer)).toBe(picture.said.trimEnd());
      const [, index] = /38;5;(\d+)/.exec(picture.out)!;
      expect(index).toBe("17");
      const colour = page.locator(".program-output span span").first();
      // Number 17 of xterm's colours.
      expect(await colour.evaluate((run) => getComputedStyle(run).color)).toBe("rgb(0, 0, 95)");
    });
    expect(offences).toEqual([]);
  });

  test("what it says stands beside the map, and below it in a narrow window", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("combobox", { name: "Program" }).selectOption("picture");
      const shown = () =>
        Promise.all(
          [
            ".map-bar",
            ".program-output",
            ".moment input",
            ".program-state",
            ".program-form button.primary",
          ].map((selector) => boxOf(explorer, selector)),
        );
      /** A line of so many columns: its rows, and pixels that are free or, below 0, missing beside it. */
      const lineOf = (columns: number) =>
        page.locator(".program-output").evaluate((pane, length) => {
          const line = document.createElement("span");
          line.textContent = "0".repeat(length);
          pane.firstElementChild!.append("\n", line);
          const { paddingLeft, paddingRight } = getComputedStyle(pane);
          const padding = parseFloat(paddingLeft) + parseFloat(paddingRight);
          const rows = line.getClientRects().length;
          const spare = pane.clientWidth - padding - line.getBoundingClientRect().width;
          line.previousSibling!.remove();
          line.remove();
          return { rows, spare };
        }, columns);
      for (const [width, height] of [
        [1280, 800],
        [1440, 900],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        expect(await run(explorer)).toBe("picture.wasm ended with status 0.");
        // Without the page being scrolled by anybody: the map, all that it is about, and the button.
        const boxes = await shown();
        const [map, output] = boxes;
        for (const { left, top, right, bottom } of boxes) {
          expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
          expect(right).toBeLessThanOrEqual(width);
          expect(bottom).toBeLessThanOrEqual(height);
        }
        expect(output!.left).toBeGreaterThanOrEqual(map!.right);
        expect(output!.top).toBeLessThanOrEqual(map!.top);
        expect(output!.bottom).toBeGreaterThanOrEqual(map!.bottom);
        expect(map!.right - map!.left).toBeGreaterThanOrEqual(500);
        // There is room for 80 columns and a scroll bar beside them; longer lines are wrapped.
        const terminal = await lineOf(80);
        expect(terminal.rows).toBe(1);
        expect(terminal.spare).toBeGreaterThanOrEqual(17);
        const long = await lineOf(200);
        expect(long.rows).toBe(3);
        expect(long.spare).toBeGreaterThanOrEqual(0);
        expect(await overhang(explorer)).toBe(0);
      }
      // What is pressed stays where it is, though the map is higher with a run than without.
      const { top } = await boxOf(explorer, ".tab-bar");
      for (const tab of ["Allocators", "Program"]) {
        await page.getByRole("tab", { name: tab }).click();
        await expect
          .poll(async () => Math.abs((await boxOf(explorer, ".tab-bar")).top - top))
          .toBeLessThan(2);
      }
      for (const [width, height] of [
        [800, 600],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        await expect
          .poll(async () => (await boxOf(explorer, ".map-bar")).right)
          .toBeLessThan(width);
        const [map, output, slider] = await shown();
        expect(output!.top).toBeGreaterThanOrEqual(Math.max(map!.bottom, slider!.bottom));
        expect(output!.bottom - map!.top).toBeLessThanOrEqual(height);
        expect(output!.right - output!.left).toBeCloseTo(map!.right - map!.left, 0);
        expect((await lineOf(200)).spare).toBeGreaterThanOrEqual(0);
        // The last line stays in view, though there is room for fewer.
        const below = page
          .locator(".program-output")
          .evaluate((pane) => pane.scrollHeight - pane.scrollTop - pane.clientHeight);
        expect(await below).toBeLessThan(2);
        expect(await overhang(explorer)).toBe(0);
      }
    });
  });

  test("memory and files are seen to come and go, and an endless program is stopped", async () => {
    await site.visit({ fragment: FRAGMENT }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByText(/The map as a table/).click();
      await page.getByRole("textbox", { name: "Arguments" }).fill("4");
      expect(await run(explorer)).toBe("tide.wasm ended with status 0.");
      const slider = page.getByRole("slider", { name: /this moment/ });
      const moments = Number(await slider.getAttribute("max")) + 1;
      const counts: number[] = [];
      const words = page.getByTestId("moment");
      const key = page.locator("#panel-program .plot-key");
      /** Milliseconds and frames on loan, as the plot says them and as the slider does. */
      const plotted = async () => {
        const [, time, lent] = /: ([\d,.]+)\s.*: ([\d,]+) frames/s.exec(await key.innerText())!;
        return [time, lent].map((digits) => Number(digits!.replaceAll(",", "")));
      };
      const expectPlotted = async (text: string) => {
        const [time, lent] = await plotted();
        const [, when, frames] = /after ([\d.]+) ms: ([\d,]+) frames/i.exec(text)!;
        expect(time).toBeCloseTo(Number(when), 0);
        expect(lent).toBe(Number(frames!.replaceAll(",", "")));
      };
      const resting = await words.innerText();
      expect(resting).toMatch(/^Fullest moment, after/);
      await expectPlotted(resting);
      // It says what is at the pointer, and goes back to the moment.
      const drawing = page.locator("#panel-program .plot canvas");
      await drawing.hover({ position: { x: 2, y: 40 } });
      await expect.poll(plotted).toEqual([0, 0]);
      await words.hover();
      await expect.poll(plotted).not.toEqual([0, 0]);
      await expectPlotted(resting);
      const fullest: number[] = [];
      await slider.press("Home");
      for (let moment = 0; moment < moments; ++moment) {
        const text = await words.innerText();
        await expectPlotted(text);
        const [, lent, onMap] = /: ([\d,]+) frames .* count, ([\d,]+) on/.exec(text)!;
        expect(onMap).toBe(lent);
        counts.push(Number(lent!.replaceAll(",", "")));
        if (text.startsWith("Fullest")) fullest.push(counts.at(-1)!);
        await slider.press("ArrowRight");
      }
      expect(fullest).toEqual([Math.max(...counts)]);
      expect(counts.at(0)).toBe(0);
      expect(counts.at(-1)).toBe(0);
      // The moment before its end, when the files are gone; and the fullest one, with 4 MiB of them.
      const { log } = await inTheCommand("tide", ["4"]);
      const rest = Number(/ended: .* frames=(\d+)/.exec(log)![1]);
      expect(counts.at(-2)).toBe(rest);
      const plot = page.getByRole("img", { name: /^In [\d,]+ ms the program had up to/ });
      const [, most] = /up to ([\d,]+) frames/.exec((await plot.getAttribute("aria-label"))!)!;
      const files = Number(most!.replaceAll(",", "")) - rest;
      expect(files).toBeGreaterThanOrEqual(4 * 256);
      expect(files).toBeLessThan(4 * 256 + 32);

      await bring(explorer, "endless.wasm", program("(loop $on (call $hum) (br $on))"));
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect.poll(() => saidOf(explorer), { timeout: 30_000 }).toContain("hum\nhum");
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByText(/^Stopped: endless\.wasm was still running/).waitFor();
      expect(await page.locator(".piece-table tbody tr").count()).toBeGreaterThan(10);
      // The next one runs on a machine that has booted anew.
      await bring(explorer, "short.wasm", program("(call $hum)"));
      expect(await run(explorer)).toBe("short.wasm ended with status 0.");
      expect(await saidOf(explorer)).toBe("hum");
    });
  });

  test("traps, refusals and files that are none are told, and what is dropped is run", async () => {
    await site.visit({ fragment: "machine=limine-ovmf-128m" }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const drop = async (name: string, bytes: Uint8Array) => {
        const transfer = await page.evaluateHandle(
          ([called, contents]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(contents)], called));
            return data;
          },
          [name, [...bytes]] as const,
        );
        await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
      };
      // By its first bytes: it opens the tab.
      await drop("dropped", program("(call $hum) (unreachable)"));
      await expect
        .poll(() => page.getByRole("tab", { selected: true }).innerText())
        .toBe("Program");
      expect(await run(explorer)).toBe("dropped: [trap] unreachable");
      expect(await saidOf(explorer)).toBe("hum");
      expect(await figures(explorer, "After")).toEqual(await figures(explorer, "Before"));

      await drop("letter.wasm", new TextEncoder().encode("Dear page"));
      expect(await run(explorer)).toMatch(/^letter\.wasm is no program that can run:\n {2}\S/);
      await bring(explorer, "nothing.wasm", assembleInNode('(module (import "env" "f" (func)))'));
      const refused = await run(explorer);
      expect(refused).toMatch(/env\.f/);
      const path = join(folder, "nothing.wasm");
      writeFileSync(path, assembleInNode('(module (import "env" "f" (func)))'));
      let said = "";
      const streams = { out: () => undefined, input: () => Promise.resolve(""), colours: false };
      await main(["run", path], { ...streams, err: (text) => (said += text) });
      expect(said.replace(`slopos: ${path}`, "nothing.wasm").trimEnd()).toBe(refused);
    });
  });
});
