/**
 * The plans that the page shows and saves are those of the command line, number for number: both come
 * from `planMachine`, here in Node and there in a browser's worker.
 */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { type Plan, planMachine } from "../../tools/plan/plan.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const MAPS = fileURLToPath(new URL("../memmaps/", import.meta.url));
const MACHINES = readdirSync(MAPS).map((file) => file.replace(/\.json$/, ""));

/** What `JSON` makes of a plan. */
function asJson(plan: Plan): unknown {
  return JSON.parse(JSON.stringify(plan));
}

function bundledText(name: string): string {
  return readFileSync(`${MAPS}${name}.json`, "utf8");
}

async function savedPlan(explorer: ExplorerPage): Promise<unknown> {
  const { bytes } = await explorer.saved("Save JSON");
  return JSON.parse(bytes.toString("utf8"));
}

describe.skipIf(NO_BROWSER)("plans", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("all bundled machines are on offer", async () => {
    await site.visit({}, async (explorer) => {
      await explorer.ready();
      const offered = await explorer.page
        .getByTestId("machine")
        .locator("option")
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
      expect(offered.sort()).toEqual([...MACHINES].sort());
    });
  });

  test.each(MACHINES)("%s is planned as on the command line", async (name) => {
    const expected = planMachine(kernelModule(), readMemoryMap(bundledText(name)));
    const offences = await site.visit({ fragment: `machine=${name}` }, async (explorer) => {
      await explorer.ready();
      expect(await savedPlan(explorer)).toEqual(asJson(expected));
      const summary = await explorer.page.locator(".summary").innerText();
      if (expected.totals) {
        expect(summary).toContain(`${expected.totals.managed.toLocaleString("en-US")} frames`);
      } else {
        expect(summary).toContain(expected.failure!.name);
      }
    });
    expect(offences).toEqual([]);
  });

  test("what is saved is what the command prints, to the letter", async () => {
    const file = `${MAPS}mac-macbookpro15-1.json`;
    const command = fileURLToPath(new URL("../../bin/slopos.mjs", import.meta.url));
    const printed = execFileSync(process.execPath, [command, "plan", file, "--json"]);
    await site.visit({ fragment: "machine=mac-macbookpro15-1" }, async (explorer) => {
      await explorer.ready();
      const { bytes } = await explorer.saved("Save JSON");
      expect(bytes.toString("utf8")).toBe(printed.toString("utf8"));
    });
  });

  test("a machine chosen from the list and one from the size slider are planned alike", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByTestId("machine").selectOption("qemu-i440fx-128m");
      await page.getByText("QEMU i440FX with SeaBIOS, 128 MiB ·").waitFor();
      const bundled = planMachine(kernelModule(), readMemoryMap(bundledText("qemu-i440fx-128m")));
      expect(await savedPlan(explorer)).toEqual(asJson(bundled));
      for (const exponent of [24, 36]) {
        await page.getByTestId("size").fill(String(exponent));
        const map = syntheticMap(2 ** exponent);
        await page.locator(".source", { hasText: new RegExp(map.source, "i") }).waitFor();
        expect(await savedPlan(explorer)).toEqual(asJson(planMachine(kernelModule(), map)));
      }
    });
  });

  test("each step of bring-up can be chosen and shows its lines", async () => {
    await site.visit({ fragment: "machine=limine-ovmf-512m" }, async (explorer) => {
      await explorer.ready();
      const steps: readonly (readonly [string, string])[] = [
        ["Look", "memmap: 0x0000000000100000-0x0000000000805fff usable"],
        ["Sanitise", "memmap: sanitised: regions="],
        ["Plan", "runtime storage plan"],
        ["Carve", "carved buddy tables"],
        ["Hand off", "runtime allocator initialized"],
        ["Page", "identity paging installed"],
        ["Reclaim", "reclaimed bootloader memory"],
        ["Ready", "SlopOS Kernel Started!"],
      ];
      const list = explorer.page.getByRole("list", { name: "Steps of bring-up" });
      for (const [title, line] of steps) {
        await list.getByRole("button", { name: title }).click();
        const log = explorer.page.getByRole("region", { name: "Log of this step" });
        expect(await log.innerText()).toContain(line);
      }
    });
  });

  test("a boot that fails shows where, and offers no allocators", async () => {
    const fragment = "machine=limine-pr288-sanitiser-synthetic&step=paging&tab=allocators";
    await site.visit({ fragment }, async ({ page }) => {
      await page.getByRole("alert").getByText("OUT_OF_FRAMES").waitFor();
      expect(await page.getByRole("tab").allInnerTexts()).toEqual(["Bring-up"]);
      await page.getByText("The boot ended here").waitFor();
      expect(await page.getByRole("button", { name: /Reclaim/ }).isDisabled()).toBe(true);
    });
  });
});
