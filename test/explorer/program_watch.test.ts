/** What the worker hands on of what a program says: all of it, unless that is too much to be read. */

import { expect, test } from "vitest";
import { type ProgramReport } from "../../explorer/src/program/program_protocol.ts";
import { ProgramWatch } from "../../explorer/src/program/program_watch.ts";

/** What is reported of `texts`, which are said one after the other. */
function reported(...texts: readonly string[]): { text: string; isCut: boolean } {
  const reports: ProgramReport[] = [];
  const watch = new ProgramWatch((report) => reports.push(report));
  for (const text of texts) watch.said(1, new TextEncoder().encode(text));
  return {
    text: reports.flatMap(({ said }) => said.map(({ text }) => text)).join(""),
    isCut: reports.some(({ isCut }) => isCut),
  };
}

test("a screen that is written at once is handed on whole", () => {
  const screen = Array.from({ length: 200 }, (_, line) => `line ${line} ${"·".repeat(60)}\n`).join(
    "",
  );
  expect(reported("before\n", screen)).toEqual({ text: `before\n${screen}`, isCut: false });
});

test("of more than a page can follow the last is handed on", () => {
  const flood = Array.from({ length: 50_000 }, (_, line) => `${line}\n`).join("");
  const { text, isCut } = reported(flood);
  expect(isCut).toBe(true);
  expect(text.length).toBeLessThan(110_000);
  expect(flood.endsWith(text)).toBe(true);
});
