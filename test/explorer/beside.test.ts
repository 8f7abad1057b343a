/**
 * Two maps on one axis: the parts and the differences against maps told byte range by byte range, and the
 * page with a second map below the first.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commonPieces, differences, padded } from "../../explorer/src/map/beside.ts";
import { type OwnerId } from "../../explorer/src/map/owner.ts";
import { type Piece } from "../../explorer/src/map/piece.ts";
import { Random } from "../../tools/trace/random.ts";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";

const OWNERS: readonly OwnerId[] = ["managed", "reserved", "hole"];

/** Cells of a map, and the pieces that they make. */
function randomMap(random: Random, cells: number): { cells: OwnerId[]; pieces: Piece[] } {
  const owners = Array.from({ length: cells }, () => OWNERS[random.below(OWNERS.length)]!);
  for (let at = 1; at < cells; ++at) if (random.below(3)) owners[at] = owners[at - 1]!;
  const pieces: Piece[] = [];
  for (const [at, owner] of owners.entries()) {
    const last = pieces.at(-1);
    if (last?.owner === owner) pieces[pieces.length - 1] = { ...last, end: at + 1 };
    else pieces.push({ base: at, end: at + 1, owner, detail: "" });
  }
  return { cells: owners, pieces };
}

test("parts and differences are those of every single cell", () => {
  const random = new Random(11);
  for (let round = 0; round < 300; ++round) {
    const one = randomMap(random, 1 + random.below(30));
    const other = randomMap(random, 1 + random.below(30));
    const end = Math.max(one.cells.length, other.cells.length);
    const [a, b] = [padded(one.pieces, end), padded(other.pieces, end)];
    const at = ({ cells }: typeof one, cell: number) => cells[cell] ?? "hole";
    const common = commonPieces(a, b);
    const different = differences(a, b);
    let past = 0;
    for (const piece of common) {
      expect(piece.base).toBe(past);
      past = piece.end;
    }
    expect(past).toBe(end);
    for (let cell = 0; cell < end; ++cell) {
      const bothHoles = at(one, cell) === "hole" && at(other, cell) === "hole";
      const piece = common.find(({ base, end: stop }) => base <= cell && cell < stop)!;
      expect(piece.owner === "hole").toBe(bothHoles);
      const found = different.find(({ base, end: stop }) => base <= cell && cell < stop);
      expect(found && [found.one, found.other]).toEqual(
        at(one, cell) === at(other, cell) ? undefined : [at(one, cell), at(other, cell)],
      );
    }
  }
});

describe.skipIf(NO_BROWSER)("a second map", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  const entries = (reserved: string) =>
    JSON.stringify({
      source: "a PC",
      entries: [
        { base: "0x0", length: "0x9f000", type: "usable" },
        { base: "0x100000", length: "0x7f00000", type: "usable" },
        { base: "0x9000000", length: reserved, type: "reserved" },
      ],
    });

  test("stands below the first on the same axis, and what differs is marked and told", async () => {
    const offences = await site.visit(
      { fragment: "machine=limine-ovmf-512m" },
      async (explorer) => {
        const { page } = explorer;
        await explorer.ready();
        await page.getByLabel("A second map on the same axis").selectOption("limine-ovmf-128m");
        await page.getByRole("application", { name: /QEMU under Limine, 128 MiB/ }).waitFor();
        await expect.poll(() => page.url()).toContain("beside=limine-ovmf-128m");
        const summary = page.locator(".differences summary");
        expect(Number.parseInt(await summary.innerText())).toBeGreaterThan(3);
        await summary.click();
        await page
          .locator(".differences li")
          .filter({ hasText: / above, .* below$/ })
          .first()
          .waitFor();
        await page.getByRole("button", { name: "Zoom in" }).click();
        await expect.poll(() => page.url()).toContain("from=");
        await page.reload();
        await page.getByRole("application", { name: /QEMU under Limine, 128 MiB/ }).waitFor();
        await page.getByLabel("A second map on the same axis").selectOption("");
        await expect.poll(() => page.locator(".map-bar").count()).toBe(1);
      },
    );
    expect(offences).toEqual([]);
  });

  test("may be the log of another boot of the same machine", async () => {
    await site.visit({}, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      const file = (text: string) => ({
        name: "after.json",
        mimeType: "application/json",
        buffer: Buffer.from(text),
      });
      const picker = page.getByLabel("Log of another boot");
      await picker.setInputFiles(file("nothing of use"));
      await page.locator(".beside-picker [role=alert]").waitFor();
      await picker.setInputFiles(file(entries("0x100000")));
      await page.getByRole("application", { name: /A PC/ }).waitFor();
      expect(await page.getByLabel("A second map on the same axis").inputValue()).toBe(
        "a file of yours",
      );
    });
  });
});
