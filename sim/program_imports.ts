/**
 * The imports of ABI 2 that only a program needs, as the simulated machine serves them.
 */

import { ConsoleInput } from "../abi/program.ts";
import { type PlacedFile } from "./boot_files.ts";
import { type MachineImports } from "./imports.ts";
import { type Program } from "./program.ts";

/** What of the machine these imports stand on. */
export interface ProgramHost {
  /** The program that runs; null if none does. */
  readonly program: () => Program | null;
  readonly files: readonly PlacedFile[];
  readonly input: Uint8Array | (() => number);
  readonly output: (stream: number, bytes: Uint8Array) => void;
  /** Nanoseconds since 1970. */
  readonly realTime: () => bigint;
  readonly randomSeed: bigint | null;
  /** What every import call begins with. */
  readonly enter: () => void;
  /** Linear memory of the kernel, checked; a record of three u64 written there. */
  readonly bytes: (at: number, bytes: number) => Uint8Array;
  readonly record: (out: number, first: bigint, second: bigint, third: bigint) => number;
  /** Copies from and to physical memory. */
  readonly copyOut: (address: bigint, target: Uint8Array, call: string) => void;
  readonly copyIn: (address: bigint, source: Uint8Array) => void;
  /** Takes a range for the program: 0, or 1 if the machine does not agree. */
  readonly commit: (range: number, virtual: bigint, bytes: bigint) => number;
}

export type ProgramImports = Pick<
  MachineImports,
  | "commit_program"
  | "program_load"
  | "program_store"
  | "phys_to_program"
  | "program_to_phys"
  | "program_write"
  | "program_exit"
  | "boot_file"
  | "boot_file_cmdline"
  | "boot_file_to_program"
  | "console_read"
  | "real_time"
  | "random"
>;

/** A linear congruential generator (Knuth, TAOCP vol. 2, 3.3.4): the same numbers each time. */
function seededRandom(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return state ^ (state >> 29n);
  };
}

function systemRandom(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!;
}

/** A function that answers as `console_read` does. */
function reader(input: Uint8Array | (() => number)): () => number {
  if (typeof input === "function") return input;
  let position = 0;
  return () => input[position++] ?? ConsoleInput.ENDED;
}

export function programImports(host: ProgramHost): ProgramImports {
  const { enter } = host;
  const read = reader(host.input);
  const random = host.randomSeed === null ? systemRandom : seededRandom(host.randomSeed);
  const part = (at: number, bytes: number) => host.program()?.memory.part(at, bytes) ?? null;
  return {
    commit_program: (range, virtual, bytes) => {
      enter();
      return host.commit(range, virtual, bytes);
    },
    program_load: (from, to, bytes) => {
      enter();
      const source = part(from, bytes);
      if (!source) return -1;
      host.bytes(to, bytes).set(source);
      return 0;
    },
    program_store: (to, from, bytes) => {
      enter();
      const target = part(to, bytes);
      if (!target) return -1;
      target.set(host.bytes(from, bytes));
      return 0;
    },
    phys_to_program: (address, to, bytes) => {
      enter();
      const target = part(to, bytes);
      if (!target) return -1;
      host.copyOut(address, target, "phys_to_program");
      return 0;
    },
    program_to_phys: (from, address, bytes) => {
      enter();
      const source = part(from, bytes);
      if (!source) return -1;
      host.copyIn(address, source);
      return 0;
    },
    program_write: (stream, from, bytes) => {
      enter();
      const said = part(from, bytes);
      if (!said) return -1;
      // A copy: the program goes on writing to its memory.
      host.output(stream, said.slice());
      return 0;
    },
    program_exit: (status) => {
      enter();
      host.program()?.exit(status >>> 0);
    },
    boot_file: (index, out) => {
      enter();
      const file = host.files[index >>> 0];
      if (!file) return 0;
      const { physical, bytes, cmdline } = file;
      return host.record(out, BigInt(bytes), BigInt(cmdline.length), BigInt(physical));
    },
    boot_file_cmdline: (index, out, capacity) => {
      enter();
      const cmdline = host.files[index >>> 0]?.cmdline ?? new Uint8Array(0);
      const piece = cmdline.subarray(0, capacity >>> 0);
      host.bytes(out, piece.length).set(piece);
      return cmdline.length;
    },
    boot_file_to_program: (index, offset, to, bytes) => {
      enter();
      const file = host.files[index >>> 0];
      const target = part(to, bytes);
      const from = BigInt.asUintN(64, offset);
      if (!file || !target || from + BigInt(target.length) > BigInt(file.bytes)) return -1;
      host.copyOut(BigInt(file.physical) + from, target, "boot_file_to_program");
      return 0;
    },
    console_read: () => {
      enter();
      return read();
    },
    real_time: () => {
      enter();
      return host.realTime();
    },
    random: () => {
      enter();
      return random();
    },
  };
}
