/** What `slopos explore` serves: the files of one folder, to this machine, and nothing else. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../tools/cli/main.ts";
import { type PageServer, servePage } from "../../tools/explore/page_server.ts";

let folder = "";
let served: PageServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slopos-page-"));
  mkdirSync(join(folder, "page/assets"), { recursive: true });
  writeFileSync(join(folder, "secret.html"), "secret");
  writeFileSync(join(folder, "page/index.html"), "the page");
  writeFileSync(join(folder, "page/assets/a b.wasm"), "a module");
  writeFileSync(join(folder, "page-of-others.html"), "secret");
  served = await servePage(join(folder, "page"), 0);
});

afterAll(() => {
  served.server.close();
  rmSync(folder, { recursive: true });
});

/** The answer to a request for `path`, which goes out as it is: no client tidies it up. */
function ask(path: string, method = "GET") {
  const { port } = new URL(served.address);
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, path, method }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () =>
        resolve({
          status: response.statusCode!,
          type: response.headers["content-type"] ?? "",
          text,
        }),
      );
    });
    asking.on("error", reject).end();
  });
}

describe("the page's server", () => {
  test("serves files with their types", async () => {
    const page = { status: 200, type: "text/html; charset=utf-8", text: "the page" };
    for (const path of ["/", "/index.html", "/?machine=a#b"]) {
      expect(await ask(path), path).toEqual(page);
    }
    expect(await ask("/assets/a%20b.wasm")).toEqual({
      status: 200,
      type: "application/wasm",
      text: "a module",
    });
    expect(await ask("/", "HEAD")).toEqual({ ...page, text: "" });
  });

  test.each([
    "/none",
    "/assets",
    "/assets/",
    "/../secret.html",
    "/%2e%2e/secret.html",
    "/..%2fsecret.html",
    "/..%5csecret.html",
    "/../page-of-others.html",
    "//secret.html",
    "/index.html%00",
    "/%",
    "http://localhost/",
  ])("has nothing at %s", async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, text: "" });
  });

  test("takes nothing", async () => {
    expect(await ask("/index.html", "POST")).toMatchObject({ status: 405 });
    expect(await ask("/index.html", "DELETE")).toMatchObject({ status: 405 });
  });
});

describe("slopos explore", () => {
  async function explore(...words: string[]) {
    let err = "";
    const status = await main(["explore", ...words], {
      out: () => undefined,
      err: (text) => (err += text),
      input: () => Promise.resolve(""),
      colours: false,
    });
    return { status, err };
  }

  test.each(["65536", "-1", "1.5", "http", ""])("refuses port %j", async (port) => {
    const { status, err } = await explore(`--port=${port}`);
    expect(err).toContain("--port takes a number up to 65535");
    expect(status).toBe(2);
  });

  test("fails where something else is served", async () => {
    await expect(servePage(folder, Number(new URL(served.address).port))).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });
});
