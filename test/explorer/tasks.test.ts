/**
 * The guided tasks: none is solved when it begins, each can be solved by what its hint says, and the page
 * notices.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TASKS } from "../../explorer/src/tasks/tasks.ts";
import { type ExplorerPage, ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

/** Chooses a piece of the map by its place among those with that text in the table. */
async function choose({ page }: ExplorerPage, text: RegExp): Promise<void> {
  const table = page.locator(".piece-table");
  if ((await table.getAttribute("open")) === null) await table.locator("summary").click();
  await table.locator("tbody tr").filter({ hasText: text }).first().getByRole("button").click();
}

const step = ({ page }: ExplorerPage, name: RegExp) =>
  page.locator(".step-list").getByRole("button", { name }).click();

async function walk({ page }: ExplorerPage, address: string): Promise<void> {
  await page.getByTestId("virtual").fill(address);
  await page.getByRole("button", { name: "Walk", exact: true }).click();
}

const SOLUTIONS: Readonly<Record<string, (explorer: ExplorerPage) => Promise<void>>> = {
  "frame-zero": async (explorer) => {
    await step(explorer, /Sanitise/);
    await choose(explorer, /0x000000000/);
  },
  overlap: async (explorer) => {
    await step(explorer, /Sanitise/);
    await choose(explorer, /0x003000000/);
  },
  loader: async (explorer) => choose(explorer, /Loader's, managed/),
  tables: async (explorer) => choose(explorer, /Page tables/),
  code: async ({ page }) => page.getByRole("button", { name: "kernel text" }).click(),
  null: async (explorer) => walk(explorer, "0"),
  "no-large": async ({ page }) => {
    await page.getByLabel(/Keep allocated/).fill("0.85");
    await page.getByLabel(/Speed/).fill("6");
    await page.getByRole("button", { name: "Start", exact: true }).click();
  },
  merge: async ({ page }) => {
    await page.getByRole("button", { name: "Run 10,000 operations" }).click();
    await page.locator(".figures", { hasText: "10,000" }).first().waitFor();
    await page.getByRole("button", { name: "Free all" }).click();
  },
};

describe.skipIf(NO_BROWSER)("tasks", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("are eight, one after the other, and each can be ended", async () => {
    expect(TASKS.map(({ id }) => id)).toEqual(Object.keys(SOLUTIONS));
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Tasks", exact: true }).click();
      for (const { question } of TASKS) {
        await page.locator(".task-question", { hasText: question }).waitFor();
        expect(await page.getByTestId("task-answer").innerText()).toBe("");
        const next = page.getByRole("button", { name: "Next task" });
        if (await next.count()) await next.click();
      }
      await page.getByRole("button", { name: "End tasks" }).click();
      expect(await page.locator(".task").count()).toBe(0);
      await page.getByText("Words", { exact: true }).click();
      await page.getByText("Identity mapping").waitFor();
    });
  });

  test.each(TASKS)("$id is solved as its hint says", async ({ id, hint, answer }) => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await page.getByRole("button", { name: "Tasks", exact: true }).click();
      for (const task of TASKS) {
        if (task.id === id) break;
        await page.getByRole("button", { name: "Next task" }).click();
      }
      const said = page.getByTestId("task-answer");
      await page.getByRole("button", { name: "Hint" }).click();
      await expect.poll(() => said.innerText()).toBe(hint);
      await SOLUTIONS[id]!(explorer);
      await expect.poll(() => said.innerText(), { timeout: 30_000 }).toBe(`✓ ${answer}`);
    });
  });
});
