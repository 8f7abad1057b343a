/** Runs a program that nobody here wrote on the simulated machine. */

import { expect } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { Machine } from "../../sim/machine.ts";
import { type ProgramResult } from "../../sim/program.ts";
import { bootModules } from "../../tools/program/boot_modules.ts";
import { kernelModule } from "./kernel_module.ts";
import { type OtherProgram } from "./other_programs.ts";

/**
 * Runs it on a machine of 1 GiB; every frame must be back in the end. `console` is what it says on both of
 * its streams, as the console of a machine has it.
 */
export async function runOther(
  program: OtherProgram,
): Promise<ProgramResult & { readonly stdout: Buffer; readonly console: Buffer }> {
  const modules = await bootModules({
    program: program.file,
    arguments: program.args ?? [],
    environment: Object.entries(program.env ?? {}).map(([name, value]) => `${name}=${value}`),
    files: program.files ?? [],
    directories: program.directories ?? [],
    input: program.input ?? "",
  });
  const [first, ...others] = modules;
  const root = program.closed ? "root=closed " : "";
  const said: Uint8Array[] = [];
  const both: Uint8Array[] = [];
  const machine = new Machine({
    memoryMap: [{ base: 1n << 20n, length: 1n << 30n, type: MemoryType.USABLE }],
    files: [{ bytes: first!.bytes, cmdline: root + first!.cmdline }, ...others],
    clock: "real",
    output: (stream, bytes) => {
      both.push(bytes);
      if (stream === 1) said.push(bytes);
    },
  });
  const booted = machine.boot(kernelModule());
  expect(booted.status).toBe(0);
  const before = booted.kernel.mmStat(MmStat.ALLOCATED);
  const result = machine.runProgram();
  expect(booted.kernel.mmStat(MmStat.ALLOCATED)).toBe(before);
  expect(machine.violations).toEqual([]);
  return { ...result, stdout: Buffer.concat(said), console: Buffer.concat(both) };
}
