/**
 * A program beside the kernel, as the shim runs it: the engine runs the program itself, and its imports
 * call the very kernel that lends it its frames.
 *
 * The engine grows a memory without asking anybody. So that `memory.grow` answers -1 where the machine's
 * would, the module's maximum is rewritten to what the kernel would lend when the program starts; what
 * has grown is committed at the program's next call and at its end. Frames that files take meanwhile can
 * make the kernel refuse what the engine gave already: then the program ends, with a message.
 */

import { MmStat } from "../abi/mm_stat.ts";
import { ProgramEnd, ProgramRange } from "../abi/program.ts";
import { ErrorCode } from "../abi/error_code.ts";
import { WASI_OLD_MODULE } from "../abi/wasi.ts";
import { definedMemory, withImportedMemory } from "../scripts/wasm/imported_memory.ts";
import { programObjections } from "../scripts/wasm/program_check.ts";
import { type Console } from "./console.ts";
import { MachineExit, SimulationError } from "./errors.ts";
import { type KernelExports, PROGRAM_FUNCTIONS, type WasiFunction } from "./kernel.ts";
import { ProgramMemory } from "./program_memory.ts";

/** As the shim's: the native stack, and a heap for what the runtime makes of a small module. */
const STACK_BYTES = 8n << 20n;
const HEAP_BYTES = 2n << 20n;

/** Frames of a wasm page, and the most pages that the machine's runtime accepts. */
const PAGE_FRAMES = 16;
const LARGEST_PAGES = 65535;

/** More than the page tables of stack and heap take. */
const TABLE_FRAMES = 16;

/** Where the module finds the memory that the machine gives it. */
const MACHINE = "machine";

/** What part of all frames the kernel does not lend to linear memory: src/program/ranges.ts. */
const RESERVE_SHIFT = 6;

/** Thrown through the program when it has called `proc_exit`. */
class ProgramExit extends Error {}

/** Thrown through the program when the kernel cannot lend what the engine gave it already. */
class OutOfFrames extends Error {}

/**
 * Shown the moments of a program's life at which the kernel can be asked about it: after each call into
 * the kernel and, `isLast`, before what it has on loan is taken back.
 */
export type ProgramWatch = (isLast: boolean) => void;

/** How a program ended. */
export interface ProgramResult {
  readonly end: ProgramEnd;
  /** The program's own, or an error code. */
  readonly status: number;
  /** Why it was refused, or how it trapped; "" if neither. */
  readonly message: string;
}

export class Program {
  readonly memory = new ProgramMemory();
  readonly #kernel: KernelExports;
  readonly #settleKernel: () => void;
  readonly #watch: ProgramWatch;
  #exitStatus: number | null = null;

  /** @param settleKernel is called after each call into the kernel, which may have grown its memory */
  constructor(
    kernel: KernelExports,
    settleKernel: () => void,
    watch: ProgramWatch = () => undefined,
  ) {
    this.#kernel = kernel;
    this.#settleKernel = settleKernel;
    this.#watch = watch;
  }

  /** What comes after each call into the kernel. */
  #returned(): void {
    this.#settleKernel();
    this.#watch(false);
  }

  /** The program ends with `status` when the kernel returns. */
  exit(status: number): void {
    this.#exitStatus = status;
  }

  #grow(range: ProgramRange, bytes: bigint): boolean {
    const status = this.#kernel.program_grow(range, bytes);
    this.#returned();
    return status === 0;
  }

  /** Has the kernel commit what memory has grown to. */
  #settle(): void {
    const { bytes } = this.memory;
    const isCommitted = bytes <= this.memory.committed(ProgramRange.MEMORY);
    if (!isCommitted && !this.#grow(ProgramRange.MEMORY, BigInt(bytes))) throw new OutOfFrames();
  }

  /** What an import of the program's, one of WASI's, comes to. */
  serve(module: string, name: string): WasiFunction {
    const exports = this.#kernel as unknown as Readonly<Record<string, WasiFunction | undefined>>;
    const old = module === WASI_OLD_MODULE ? exports[`wasi_unstable_${name}`] : undefined;
    const target = old ?? exports[`wasi_${name}`]!;
    return (...parameters) => {
      this.#settle();
      requireStack(KERNEL_DEPTH);
      const answer = inKernel(() => target(...parameters));
      this.#returned();
      if (this.#exitStatus !== null) throw new ProgramExit();
      return answer;
    };
  }

  /** The most pages that the kernel would lend for linear memory now. */
  #affordablePages(): number {
    const stat = (kind: MmStat) => Number(this.#kernel.mm_stat(kind));
    const reserve = Math.floor(stat(MmStat.MANAGED) / 2 ** RESERVE_SHIFT);
    const others = Number((STACK_BYTES + HEAP_BYTES) >> 12n);
    const frames = Math.max(0, stat(MmStat.FREE) - others - TABLE_FRAMES - reserve);
    return Math.min(LARGEST_PAGES, Math.floor(frames / PAGE_FRAMES));
  }

  /** Has the kernel make the program ready; 0, or an error code that the log explains. */
  open(): number {
    const exported = new Set(Object.keys(this.#kernel));
    if (!PROGRAM_FUNCTIONS.every((name) => exported.has(name))) {
      throw new SimulationError("this kernel runs no programs");
    }
    const status = this.#kernel.program_open();
    this.#returned();
    return status;
  }

  /** Has the kernel lend a stack, a heap and `minimum` pages of memory; null if it cannot. */
  lend(minimum: number, maximum: number): WebAssembly.Memory | null {
    const isLent =
      this.#grow(ProgramRange.STACK, STACK_BYTES) &&
      this.#grow(ProgramRange.HEAP, HEAP_BYTES) &&
      minimum <= maximum &&
      this.#grow(ProgramRange.MEMORY, BigInt(minimum) << 16n);
    if (!isLent) return null;
    const memory = new WebAssembly.Memory({ initial: minimum, maximum });
    this.memory.attach(memory);
    return memory;
  }

  /** Has the kernel take everything back; it answers with `status`, or has lost something. */
  end(end: ProgramEnd, status: number): void {
    const memory = BigInt(this.memory.bytes);
    const heap = BigInt(this.memory.committed(ProgramRange.HEAP));
    if (end !== ProgramEnd.EXITED) this.#kernel.program_stop(end);
    this.#watch(true);
    const answer = this.#kernel.program_end(status, memory, heap);
    this.#returned();
    if (answer !== (status | 0)) throw new SimulationError(`program_end answered ${answer}`);
  }

  /**
   * The whole life of the program in `bytes`: opened, run and ended, with what went wrong said on
   * `console` as the shim says it.
   */
  live(bytes: Uint8Array, console: Console): ProgramResult {
    const refused = this.open();
    if (refused) {
      return { end: ProgramEnd.REFUSED, status: refused, message: console.lines.at(-1) ?? "" };
    }
    const result = this.#run(bytes);
    for (const line of result.message.split("\n").filter(Boolean)) console.line(`program: ${line}`);
    this.end(result.end, result.status);
    console.end();
    return result;
  }

  /** Why the module in `bytes` cannot run here, or a memory for it. */
  #prepare(bytes: Uint8Array): WebAssembly.Memory | string {
    const objections = programObjections(bytes);
    if (objections.length > 0) return objections.join("\n");
    const { minimum, maximum } = definedMemory(bytes)!;
    const most = Math.min(maximum ?? LARGEST_PAGES, this.#affordablePages());
    return (
      this.lend(minimum, most) ??
      `it begins with ${minimum} pages of 64 KiB, and this machine can give it ${most}`
    );
  }

  /** Runs the module in `bytes` from its start function to its end. */
  #run(bytes: Uint8Array): ProgramResult {
    const memory = this.#prepare(bytes);
    if (typeof memory === "string") {
      return { end: ProgramEnd.REFUSED, status: ErrorCode.INVALID_MODULE, message: memory };
    }
    const imports: Record<string, Record<string, unknown>> = { [MACHINE]: { memory } };
    // The machine's memory in place of the module's own: its start function may call already.
    const module = new WebAssembly.Module(withImportedMemory(bytes, MACHINE, "memory"));
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === "function") (imports[from] ??= {})[name] = this.serve(from, name);
    }
    this.#kernel.program_start();
    try {
      const instance = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
      (instance.exports["_start"] as () => void)();
      this.#settle();
    } catch (error) {
      return this.#ended(error);
    }
    return { end: ProgramEnd.EXITED, status: 0, message: "" };
  }

  /** What `error`, thrown out of the program, comes to; throws what is not the program's. */
  #ended(error: unknown): ProgramResult {
    if (error instanceof ProgramExit) {
      return { end: ProgramEnd.EXITED, status: this.#exitStatus!, message: "" };
    }
    let message = "";
    if (error instanceof OutOfFrames) message = "the machine has no frames for what memory grew to";
    else if (error instanceof RangeError) message = "[trap] stack overflow";
    else if (error instanceof WebAssembly.RuntimeError) message = `[trap] ${error.message}`;
    else throw error;
    return { end: ProgramEnd.TRAPPED, status: ErrorCode.TRAP, message };
  }
}

/** Calls that the kernel nests at most, and more. */
const KERNEL_DEPTH = 100;

/**
 * Throws, as a stack overflow of the program's, if there is no stack for `calls` more. On the machine the
 * kernel has a stack of its own; here it would be left in the middle of what it does.
 */
function requireStack(calls: number): number {
  return calls === 0 ? 0 : 1 + requireStack(calls - 1);
}

/** Calls into the kernel; what it throws is the kernel's failure and not a trap of the program's. */
function inKernel<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof MachineExit || error instanceof SimulationError) throw error;
    throw new SimulationError(`the kernel failed while it served the program: ${String(error)}`);
  }
}
