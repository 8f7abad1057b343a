/**
 * Looking addresses up while the map shows a run: the page answers what the kernel says of the same run,
 * at the moment in view. The same program runs here as well, on a machine with the same map, and the
 * kernel is asked there; page tables are walked and memory is read by the tests' own code.
 */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BlockState } from "../../abi/frame.ts";
import { bootWord } from "../../sim/boot_files.ts";
import { type FrameBlock, type Kernel } from "../../sim/kernel.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { bootMap } from "../../tools/plan/boot_map.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { mappingAt, walkPageTables } from "../support/page_walker.ts";
import { assembleInNode } from "../support/wat.ts";
import { ExplorerSite, NO_BROWSER } from "./explorer_page.ts";
import { bring, run } from "./program_page.ts";

const MACHINE = "limine-ovmf-128m";
const NAME = "marked.wasm";

/** Found in frames of the file alone: the program's memory is the engine's, not the machine's. */
const MARK = 0x1d2c3b4a59687706n;

/** Takes 16 MiB and writes a file of 64 KiB full of marks, which is there when it ends. */
const MARKED = Buffer.from(
  assembleInNode(`(module
    (import "wasi_snapshot_preview1" "path_open" (func $open
      (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 0) "\\00\\00\\01\\00\\00\\00\\01\\00")
    (data (i32.const 16) "tmp/marks")
    (func (export "_start") (local $at i32)
      (drop (memory.grow (i32.const 256)))
      (local.set $at (i32.const 65536))
      (loop $fill
        (i64.store (local.get $at) (i64.const ${MARK}))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $fill (i32.lt_u (local.get $at) (i32.const 131072))))
      (drop (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 9)
        (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 32)))
      (drop (call $write (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i32.const 40)))))`),
);

const ENTRY = 1n << 39n;
const SPACING = 1n << 34n;

/** An address, what it holds at the fullest moment, and the kernel's block around it then and before. */
interface Known {
  readonly what: string;
  readonly address: bigint;
  readonly before: FrameBlock;
  readonly then: FrameBlock;
  /** Where the program reaches it; null if it does not. */
  readonly virtual: bigint | null;
}

/** The run as the kernel tells it here: addresses of every kind. */
function knownRun(): Known[] {
  const text = readFileSync(new URL(`../memmaps/${MACHINE}.json`, import.meta.url), "utf8");
  let found: Omit<Known, "before">[] = [];
  const { machine, result } = bootMap(kernelModule(), readMemoryMap(text), {
    machine: {
      files: [
        {
          bytes: MARKED,
          cmdline: `${bootWord("argument", NAME)} ${bootWord("input", "stream")}`,
        },
      ],
      input: new Uint8Array(),
      watchProgram: (isLast) => {
        if (isLast) found = known(result.kernel);
      },
    },
  });
  const root = BigInt(machine.pageRoot);
  const read = (address: bigint) => machine.physicalMemory.load(Number(address));
  const usedEntries = () =>
    Array.from({ length: 512 }, (_, index) => read(root + 8n * BigInt(index))).map(
      (entry) => (entry & 1n) === 1n,
    );
  const before = usedEntries();
  const blocksBefore = new Map<bigint, FrameBlock>();
  const { kernel } = result;
  const runs = kernel.managedRuns();
  for (const { base, length } of runs) {
    for (let at = base; at < base + length; at += 4096n) {
      blocksBefore.set(at, kernel.frameBlock(at));
    }
  }

  function known(at: Kernel): Omit<Known, "before">[] {
    const index = usedEntries().findIndex((isUsed, place) => isUsed && !before[place]);
    const window = BigInt.asUintN(64, BigInt.asIntN(48, BigInt(index) * ENTRY));
    const walk = walkPageTables(read, root);
    const inWindow = (what: string, virtual: bigint) => {
      const mapping = mappingAt(walk, virtual)!;
      const address = mapping.physical + virtual - mapping.virtual;
      return { what, address, then: at.frameBlock(address), virtual };
    };
    const elsewhere = (what: string, address: bigint) => ({
      what,
      address,
      then: at.frameBlock(address),
      virtual: null,
    });
    const frames = [...blocksBefore.keys()];
    const isMarked = (frame: bigint) => read(frame) === MARK && read(frame + 4088n) === MARK;
    const isFree = (frame: bigint) => at.frameBlock(frame).state === BlockState.FREE;
    return [
      inWindow("linear memory", window + SPACING + 0xab_c123n),
      inWindow("wasm3's heap", window + 2n * SPACING + 0x12_3456n),
      inWindow("native stack", window + 3n * SPACING + 0x3f_0010n),
      elsewhere("files and records", frames.filter(isMarked).at(7)! + 0x123n),
      elsewhere("its page tables", read(root + 8n * BigInt(index)) & 0xf_ffff_ffff_f000n),
      elsewhere("kernel", root),
      elsewhere("free", frames.find(isFree)!),
      elsewhere("free", frames.findLast(isFree)!),
      elsewhere("unmanaged", 0n),
    ];
  }

  const { status } = machine.runProgram();
  if (status !== 0 || found.length === 0) throw new Error(`the program ended with ${status}`);
  return found.map((one) => ({
    ...one,
    before: blocksBefore.get(one.address & ~0xfffn) ?? { ...one.then },
  }));
}

const KNOWN = knownRun();

const hex = (address: bigint) => `0x${address.toString(16).padStart(9, "0")}`;

/** What the page is to say of a block. */
function wordsOf({ base, length, state }: FrameBlock, owner: string): string {
  if (state === BlockState.UNMANAGED) return "not managed";
  const order = Math.log2(Number(length) / 4096);
  const who = state === BlockState.FREE ? "free" : owner;
  return `${who}, in the block of order ${order} @ ${hex(base)}–${hex(base + length - 1n)}`;
}

const ownerOf = (what: string) =>
  what === "kernel" ? "allocated by the kernel" : `on loan to the program: ${what}`;

test("the run has addresses of every kind", () => {
  const states = new Map(KNOWN.map(({ what, before, then }) => [what, [before.state, then.state]]));
  const { UNMANAGED, FREE, ALLOCATED } = BlockState;
  for (const what of ["linear memory", "wasm3's heap", "native stack", "files and records"]) {
    expect(states.get(what)).toEqual([FREE, ALLOCATED]);
  }
  expect(states.get("its page tables")).toEqual([FREE, ALLOCATED]);
  expect(states.get("kernel")).toEqual([ALLOCATED, ALLOCATED]);
  expect(states.get("free")).toEqual([FREE, FREE]);
  expect(states.get("unmanaged")).toEqual([UNMANAGED, UNMANAGED]);
});

describe.skipIf(NO_BROWSER)("looking up an address of a run", () => {
  let site: ExplorerSite;
  beforeAll(async () => {
    site = await ExplorerSite.start();
  });
  afterAll(() => site.stop());

  test("answers from the kernel's state at the moment that the slider shows", async () => {
    const fragment = `machine=${MACHINE}&tab=program`;
    const offences = await site.visit({ fragment }, async (explorer) => {
      const { page } = explorer;
      await explorer.ready();
      await bring(explorer, NAME, MARKED);
      expect(await run(explorer)).toBe(`${NAME} ended with status 0.`);
      const slider = page.getByRole("slider", { name: /this moment/ });
      const atItsFullest = Number(await slider.inputValue());
      const facts = page.getByTestId("facts");
      const look = async (text: string) => {
        await page.getByTestId("lookup").fill(text);
        await page.getByRole("button", { name: "Look up" }).click();
      };
      /** The line about the allocators, without the sizes and the buddy. */
      const allocators = async () => {
        const line = await facts.locator("dd", { hasText: /in the block|not managed/ }).innerText();
        return line.replace(/ \([^)]*\) at /, " @ ").split(";")[0];
      };
      for (const { what, address, then, before, virtual } of KNOWN) {
        await look(hex(address));
        expect(await allocators(), what).toBe(wordsOf(then, ownerOf(what)));
        await facts.getByText(new RegExp(`^after [\\d.]+ ms of ${NAME}`)).waitFor();
        const mapped = facts.getByRole("list", { name: "Where it is mapped" });
        if (virtual !== null) {
          const digits = virtual
            .toString(16)
            .slice(0, 13)
            .replace(/(.{4})(?=.)/g, "$1_");
          await mapped.getByText(`the program's ${what}`).waitFor();
          expect(await mapped.innerText()).toContain(`0x${digits}`);
          await page.locator(".chosen-piece").getByText(what, { exact: true }).waitFor();
          await page.locator(".chosen-piece").getByText(`the program's ${what}`).waitFor();
          // By the address that the program uses it is the same frame.
          await look(`0x${virtual.toString(16)}`);
          await facts
            .getByText(`in frame ${Number(address >> 12n).toLocaleString("en-US")}`)
            .waitFor();
        } else if (what !== "unmanaged") {
          expect(await mapped.innerText()).not.toContain("the program");
        }
        // The answer goes along with the slider.
        await slider.press("Home");
        await facts.getByText(`after 0.0 ms of ${NAME}`).waitFor();
        expect(await allocators(), what).toBe(wordsOf(before, "allocated by the kernel"));
        await slider.fill(String(atItsFullest));
        await expect.poll(allocators).toBe(wordsOf(then, ownerOf(what)));
      }
      const { address, virtual } = KNOWN[0]!;
      await slider.press("Home");
      await look(`0x${virtual!.toString(16)}`);
      await page.getByRole("alert").getByText("leads nowhere after 0.0 ms").waitFor();
      await slider.press("End");
      await look(hex(address));
      expect(await allocators()).toBe(wordsOf(KNOWN[0]!.before, ""));
      // On other tabs it is the machine in view that is asked, and it has not answered yet.
      await page.getByRole("tab", { name: "Bring-up" }).click();
      await expect.poll(() => facts.count()).toBe(0);
      await look(hex(address));
      await facts.getByText("free, in the block").waitFor();
      expect(await facts.innerText()).not.toContain(NAME);
    });
    expect(offences).toEqual([]);
  });
});
