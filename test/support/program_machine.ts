/**
 * Programs run on a simulated machine, as tests ask for it.
 */

import { type BootFile, bootWord } from "../../sim/boot_files.ts";
import { type Kernel, type KernelExports } from "../../sim/kernel.ts";
import { Machine } from "../../sim/machine.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { type ProgramResult } from "../../sim/program.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { kernelModule } from "./kernel_module.ts";

/** What a program is given. */
export interface ProgramSetting {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Further words of the command line, such as `input=console`. */
  readonly words?: readonly string[];
  /** Modules beside the program. */
  readonly files?: readonly BootFile[];
  readonly input?: MachineOptions["input"];
  /** Bytes of memory; 64 MiB by default. */
  readonly memory?: bigint;
  readonly machine?: Partial<MachineOptions>;
}

export interface ProgramOutcome extends ProgramResult {
  /** What it said on each of the two streams. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The console's lines after the boot. */
  readonly log: readonly string[];
  readonly kernel: Kernel;
  readonly exports: KernelExports;
  readonly machine: Machine;
}

/** The command line of a program. */
export function commandLine({ args = [], env = {}, words = [] }: ProgramSetting): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [
    ...args.map((argument) => bootWord("argument", argument)),
    ...variables.map((variable) => bootWord("environment", variable)),
    ...words,
  ].join(" ");
}

/** A file that the program finds at `path`. */
export function file(path: string, bytes: Uint8Array): BootFile {
  return { bytes, cmdline: bootWord("file", path) };
}

/** Boots a machine that has `program` beside the kernel; throws if the kernel does not start. */
export function bootWithProgram(program: Uint8Array, setting: ProgramSetting = {}) {
  const said: [number, Uint8Array][] = [];
  const machine = new Machine({
    memoryMap: [{ base: 1n << 20n, length: setting.memory ?? 64n << 20n, type: MemoryType.USABLE }],
    files: [{ bytes: program, cmdline: commandLine(setting) }, ...(setting.files ?? [])],
    ...(setting.input === undefined ? {} : { input: setting.input }),
    output: (stream, bytes) => said.push([stream, bytes]),
    ...setting.machine,
  });
  const booted = machine.boot(kernelModule());
  if (booted.status !== 0) throw new Error(`status ${booted.status}: ${booted.log.at(-1)}`);
  const lines = booted.log.length;
  const stream = (wanted: number) =>
    Uint8Array.from(Buffer.concat(said.filter(([from]) => from === wanted).map(([, b]) => b)));
  const run = (): ProgramOutcome => {
    const result = machine.runProgram();
    return {
      ...result,
      stdout: stream(1),
      stderr: stream(2),
      log: machine.console.lines.slice(lines),
      kernel: booted.kernel,
      exports: booted.exports,
      machine,
    };
  };
  return { machine, booted, run };
}

/** Runs `program` on a machine of its own from boot to end. */
export function runProgram(program: Uint8Array, setting: ProgramSetting = {}): ProgramOutcome {
  return bootWithProgram(program, setting).run();
}

/** `bytes` as text. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
