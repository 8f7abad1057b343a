/**
 * The built explorer in a real browser: served from a subfolder by a plain static server, opened in
 * Debian's Chromium.
 *
 * Every page watches for what must never happen: errors on the console, exceptions, and requests that
 * leave the server. `close` fails the test if there were any.
 */

import { readFile } from "node:fs/promises";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { inject } from "vitest";

/** The browser that tests drive. */
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What it is started with. */
export const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where the page lies on the server. */
const FOLDER = "/some/sub-folder/";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** Why tests in a browser are skipped; empty if they are not. */
export const NO_BROWSER = existsSync(CHROMIUM)
  ? ""
  : `no Chromium at ${CHROMIUM}; install Debian's package chromium, or name one in CHROMIUM`;

if (NO_BROWSER) console.warn(`Tests of the explorer are skipped: ${NO_BROWSER}`);

/** What a page is opened with. */
export interface OpenOptions {
  /** CSS pixels; 1280 by default. */
  readonly width?: number;
  readonly dark?: boolean;
  /** The fragment of the address, without `#`. */
  readonly fragment?: string;
  /** A file of the server that is missing. */
  readonly without?: string;
  /** True if the page may use the clipboard. */
  readonly clipboard?: boolean;
}

/** An open page and what it did that it must not. */
export class ExplorerPage {
  readonly page: Page;
  /** Errors of console and scripts, and requests that left the server. */
  readonly offences: readonly string[];

  constructor(page: Page, offences: readonly string[]) {
    this.page = page;
    this.offences = offences;
  }

  /** Waits until a machine is open. */
  async ready(): Promise<void> {
    await this.page.locator(".map-bar").waitFor();
  }

  /** What is saved when the button of that name is pressed. */
  async saved(button: string): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.getByRole("button", { name: button }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** A figure of the allocators' panel, by its name. */
  async figure(name: string): Promise<number> {
    const text = await this.page
      .locator(".counters dl > div", { has: this.page.getByText(name, { exact: true }) })
      .locator("dd")
      .innerText();
    return Number(text.replaceAll(",", ""));
  }

  /** Frames in the row of that name of the allocators' panel. */
  async frames(name: string): Promise<number> {
    const text = await this.page
      .locator(".counters tr", { has: this.page.getByText(name, { exact: true }) })
      .locator("td")
      .first()
      .innerText();
    return Number(text.replaceAll(",", ""));
  }
}

/** The explorer, built and served; and a browser. */
export class ExplorerSite {
  readonly #folder = inject("explorerFolder");
  readonly #server: Server;
  readonly #browser: Browser;
  #missing = "";

  private constructor(server: Server, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start(): Promise<ExplorerSite> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    const site = new ExplorerSite(server, browser);
    server.on("request", (request, response) => {
      void site.#file(request.url ?? "").then((file) => {
        if (file) response.writeHead(200, { "Content-Type": file.type }).end(file.contents);
        else response.writeHead(404).end();
      });
    });
    return site;
  }

  async #file(url: string): Promise<{ type: string; contents: Buffer } | null> {
    const path = decodeURIComponent(url.split(/[?#]/)[0]!);
    // As servers do that do not redirect to the address of the folder.
    if (`${path}/` === FOLDER) return this.#file(FOLDER);
    if (!path.startsWith(FOLDER)) return null;
    const name = normalize(path.slice(FOLDER.length)) || "index.html";
    const file = name === "." ? "index.html" : name;
    if (file.startsWith("..") || file === this.#missing) return null;
    const contents = await readFile(join(this.#folder, file)).catch(() => null);
    return contents && { type: TYPES[extname(file)] ?? "application/octet-stream", contents };
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${FOLDER}`;
  }

  /** The files that a server hands out, with their bytes. */
  sizes(): { readonly name: string; readonly bytes: number }[] {
    return readdirSync(this.#folder, { recursive: true, encoding: "utf8" }).map((name) => ({
      name,
      bytes: statSync(join(this.#folder, name)).size,
    }));
  }

  /** Opens the page, hands it to `use`, and fails if the page did what it must not. */
  async visit(
    options: OpenOptions,
    use: (explorer: ExplorerPage) => Promise<void>,
  ): Promise<readonly string[]> {
    const { width = 1280, dark = false, fragment = "", without = "" } = options;
    const { clipboard = false } = options;
    this.#missing = without;
    const context = await this.#browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      acceptDownloads: true,
      permissions: clipboard ? ["clipboard-read", "clipboard-write"] : [],
    });
    const offences: string[] = [];
    try {
      const page = await context.newPage();
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) offences.push(message.text());
      });
      page.on("pageerror", (error) => offences.push(error.message));
      context.on("request", (request) => {
        const isInPage = /^(blob|data):/.test(request.url());
        if (!isInPage && !request.url().startsWith(this.address)) offences.push(request.url());
      });
      await page.goto(`${this.address}#${fragment}`);
      await use(new ExplorerPage(page, offences));
      return offences;
    } finally {
      await context.close();
    }
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
