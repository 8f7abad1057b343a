/** The end of a machine that nothing ends: what a key does then. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BareMachine } from "./bare_machine.ts";
import { buildIso } from "./loaders.ts";
import { withDirectory } from "./scripts.ts";

/** Boots with `options` until the machine's last line, which it hands to `use`. */
async function bootToEnd(
  options: string,
  use: (machine: BareMachine, line: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (work) => {
    const iso = join(work, "a.iso");
    expect(await buildIso("stub", ["-o", iso, "--options", options])).toMatchObject({ status: 0 });
    const machine = new BareMachine(iso, join(work, "serial.log"));
    await use(machine, await machine.read(/\] shim: .*: status=\d+/));
  });
}

describe("a machine without a debug-exit device", () => {
  it("says how it ended, and restarts when a key is pressed", () =>
    bootToEnd("log=info", async (machine, line) => {
      expect(line).toBe("] shim: success, switch it off or press a key to restart: status=0");
      machine.press("a");
      const message = await machine.hear(({ event }) => event === "SHUTDOWN");
      expect(message.data?.reason).toBe("guest-reset");
    }));

  it("says that it failed, and with which code", () =>
    bootToEnd("crash=panic", async (machine, line) => {
      expect(line).toBe("] shim: failure, switch it off or press a key to restart: status=15");
      machine.press("ret");
      const message = await machine.hear(({ event }) => event === "SHUTDOWN");
      expect(message.data?.reason).toBe("guest-reset");
    }));

  it("stays as it is with halt=wait: the processor stands still", () =>
    bootToEnd("halt=wait", async (machine, line) => {
      expect(line).toBe("] shim: success, switch it off: status=0");
      // It stands still soon after its last line, if it does, and with interrupts off nothing wakes it.
      let registers = await machine.ask("info registers");
      while (!/ HLT=1\b/.test(registers)) registers = await machine.ask("info registers");
      const flags = Number.parseInt(/RFL=([0-9a-f]+)/.exec(registers)![1]!, 16);
      expect(flags & 0x200).toBe(0);
      machine.press("a");
      expect(await machine.ask("info registers")).toMatch(/ HLT=1\b/);
      expect(await machine.ask("info status")).toContain("running");
    }));
});
