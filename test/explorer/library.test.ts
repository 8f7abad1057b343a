/**
 * The library in a browser, as the package has it: in a page, and in the worker that docs/library.md
 * describes. What the package has of it is made here, with the built kernel.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootKernel, readMemoryMap } from "../../library/index.ts";
import { type PageServer, servePage } from "../../tools/explore/page_server.ts";
import { blocks, page as projectPage, ROOT } from "../support/markdown.ts";
import { ARGUMENTS, CHROMIUM, NO_BROWSER } from "./explorer_page.ts";

const MAP = "BIOS-e820: [mem 0x0000000000001000-0x0000000003ffffff] usable\n";

const PAGE = `<!doctype html>
<title>A page of somebody</title>
<script type="importmap">{ "imports": { "slopos-wasm": "/slopos-wasm/dist/index.js" } }</script>
<script type="module">
  import { bootKernel, readMemoryMap } from "slopos-wasm";
  const kernel = await bootKernel(readMemoryMap(${JSON.stringify(MAP)}));
  window.ofPage = [kernel.log, kernel.stats()];
  const worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => (window.ofWorker = data);
  worker.postMessage(${JSON.stringify(MAP)});
</script>`;

describe.skipIf(NO_BROWSER)("the library in a browser", () => {
  let folder = "";
  let served: PageServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, "scripts/make_package.mjs")], { stdio: "pipe" });
    folder = mkdtempSync(join(tmpdir(), "slopos-library-"));
    cpSync(join(ROOT, "dist"), join(folder, "slopos-wasm/dist"), { recursive: true });
    writeFileSync(join(folder, "index.html"), PAGE);
    writeFileSync(join(folder, "worker.js"), blocks(projectPage("docs/library.md"), "js")[2]!);
    served = await servePage(folder, 0);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    page = await browser.newPage();
    await page.goto(served.address);
  });

  afterAll(async () => {
    await browser.close();
    served.server.close();
    rmSync(folder, { recursive: true });
  });

  test("boots the same kernel as in Node, in a page", async () => {
    const kernel = await bootKernel(readMemoryMap(MAP));
    await page.waitForFunction("window.ofPage");
    expect(await page.evaluate("window.ofPage")).toEqual([kernel.log, kernel.stats()]);
  });

  test("does what the page about it says, in a worker", async () => {
    const { managed, free } = (await bootKernel(readMemoryMap(MAP))).stats();
    await page.waitForFunction("window.ofWorker");
    const said = `${free} of ${managed} frames, 0 left`;
    expect(await page.evaluate("window.ofWorker")).toBe(said);
  });
});
