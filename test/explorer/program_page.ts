/**
 * The explorer's tab that runs a program, as its tests drive it.
 */

import { expect } from "vitest";
import { type ExplorerPage } from "./explorer_page.ts";

/** How the run stands, in the page's words. */
export function stateOf({ page }: ExplorerPage): Promise<string> {
  return page.getByTestId("program-state").innerText();
}

/** What the program said, as far as it is kept. */
export function saidOf({ page }: ExplorerPage): Promise<string> {
  return page.locator(".program-output").innerText();
}

/** Chooses a module of the visitor's. */
export async function bring(
  { page }: ExplorerPage,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  await page
    .locator('.program-form input[type="file"]')
    .setInputFiles({ name, mimeType: "application/wasm", buffer: Buffer.from(bytes) });
}

/** Runs what is chosen to its end; how that was. */
export async function run(explorer: ExplorerPage): Promise<string> {
  await explorer.page.getByRole("button", { name: "Run", exact: true }).click();
  await expect
    .poll(() => stateOf(explorer), { timeout: 60_000 })
    .not.toMatch(/^The kernel boots|runs\.$/);
  return stateOf(explorer);
}
