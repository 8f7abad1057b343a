/**
 * docs/tour.md tells the truth: every log line in it is one of the boot that it describes,
 * except for the times, and each step has them in the order of the boot; the frame that it follows is
 * the root of the page tables; and its wrong frees are refused as it says. (docs_links checks the
 * names that it links.)
 */

import { describe, expect, test } from "vitest";
import { main } from "../../tools/cli/main.ts";
import { bootKernel } from "../support/booted_kernel.ts";
import { blockLines, links, page } from "../support/markdown.ts";
import { recordedMap } from "../support/memmaps.ts";

const TOUR = page("docs/tour.md");
const MACHINE = "limine-ovmf-512m";

/** The steps: their titles and texts. */
const STEPS = [...TOUR.matchAll(/^## (\d+\. .*)\n((?:(?!^## ).*\n)*)/gm)].map(
  ([, title = "", text = ""]) => ({ title, text }),
);

/** A line of the log without what depends on how long things took. */
function timeless(line: string): string {
  return line.replace(/^\[ *\d+\.\d{6}\] /, "").replaceAll(/\belapsed_us=\d+/g, "elapsed_us=…");
}

const { log } = bootKernel({
  memoryMap: recordedMap(MACHINE).entries,
  options: "log=debug",
});
const BOOT = log.map(timeless);

describe("docs/tour.md", () => {
  test("has ten steps", () => {
    expect(STEPS.map(({ title }) => Number.parseInt(title))).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 1),
    );
  });

  test.each(STEPS)("$title: has a function, a line and a drawing", ({ text }) => {
    const functions = links(text).filter(({ target }) => target.startsWith("../src/"));
    expect(functions.length).toBeGreaterThan(0);
    expect(blockLines(text, "text").length).toBeGreaterThan(0);
    expect(text).toMatch(/\n\n(?: {4}.*\n){2,}/);
  });

  test.each(STEPS)("$title: its lines are those of the boot", ({ text }) => {
    const places = blockLines(text, "text").map((line) => {
      expect(line).toMatch(/^\[ {4}\d\.\d{6}\] /);
      expect(BOOT).toContain(timeless(line));
      return BOOT.indexOf(timeless(line));
    });
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test("follows the frame of the root", () => {
    const [, frame = ""] = /the\s+frame\s+is\s+the\s+one\s+at\s+`(0x[0-9a-f]+)`/.exec(TOUR) ?? [];
    const installed = BOOT.find((line) => line.startsWith("paging: identity paging installed"));
    expect(installed).toContain(`root=${frame} `);
  });

  test("has its wrong frees refused as it says", async () => {
    let out = "";
    const terminal = {
      out: (text: string) => (out += text),
      err: () => undefined,
      input: () => Promise.resolve(blockLines(TOUR, "ops").join("\n")),
      colours: false,
    };
    expect(await main(["trace", "--machine", MACHINE, "--ops", "-"], terminal)).toBe(0);
    const refused = out.split("\n").filter((line) => line.includes("refused:"));
    expect(blockLines(TOUR, "trace")).toEqual(refused);
  });
});
