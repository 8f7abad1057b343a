/**
 * The machine that the kernel runs on, simulated: everything ABI 2 promises, over sparse physical
 * memory, in Node or in a browser worker.
 *
 *     const machine = new Machine({ memoryMap, options: "log=debug" });
 *     const { status, log, kernel } = machine.boot(module);
 *     const frame = kernel.frameAlloc(0);
 *
 * A machine boots once. It is deterministic unless asked for real time. What hardware would answer
 * with a fault or with silent corruption is a `SimulationError` here (`violations`).
 */

import { ABI_VERSION } from "../abi/version.ts";
import { AddressSpace } from "./address_space.ts";
import { type BootRegionRecord, DEFAULT_SIZES, type Placement } from "./boot_layout.ts";
import { Console } from "./console.ts";
import { hex, isTrap, MachineExit, SimulationError } from "./errors.ts";
import { interceptable, type MachineImports } from "./imports.ts";
import { Kernel, KERNEL_FUNCTIONS, type KernelExports } from "./kernel.ts";
import { LinearMemory } from "./linear_memory.ts";
import { load, type LoadedMachine } from "./loader.ts";
import { type BootResult, type MachineOptions } from "./machine_options.ts";
import { type MemoryMapEntry } from "./memory_map.ts";
import { type CpuFeatures, HHDM_OFFSET } from "./page_entry.ts";
import { PhysicalBus } from "./physical_bus.ts";
import { type PhysicalMemory } from "./physical_memory.ts";
import { Program, type ProgramResult } from "./program.ts";
import { type ProgramHost, programImports } from "./program_imports.ts";
import { checkRoot } from "./root_check.ts";

export const MACHINE_NAME = "Simulated machine 0.1.0";

/** Simulated nanoseconds: an import call, and each byte of `phys_fill`. */
const CALL_NS = 100;
const FILL_NS_PER_BYTE = 1 / 16;

/** Nanoseconds from 1970 to the start of 2025, when a simulated clock shows 0. */
const POWER_ON_TIME = 1_735_689_600_000_000_000n;

export class Machine {
  readonly console: Console;
  /** What the machine objected to, in order. */
  readonly violations: SimulationError[] = [];
  /** Import calls so far. */
  calls = 0;
  /** `commit_linear_memory` calls so far, refused ones included. */
  commits = 0;
  /** Sizes of linear memory as seen at import calls, each different from the one before; bytes. */
  readonly linearSizes: number[] = [];

  readonly #options: MachineOptions;
  readonly #features: CpuFeatures;
  readonly #loaded: LoadedMachine;
  readonly #regions: ReadonlyMap<number, BootRegionRecord>;
  readonly #bus: PhysicalBus;
  #space: AddressSpace;
  #memory: WebAssembly.Memory | null = null;
  /** Linear memory; the engine detaches it when memory grows. */
  #view: Uint8Array = new Uint8Array(0);
  #linear: LinearMemory | null = null;
  #halted = false;
  #exports: KernelExports | null = null;
  #program: Program | null = null;
  #nanoseconds = 0;
  readonly #started = performance.now();

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#features = { nx: true, pages1G: true, ...options.cpu };
    this.console = new Console(options.console);
    this.#loaded = load({
      memoryMap: options.memoryMap,
      placement: options.placement ?? "auto",
      sizes: { ...DEFAULT_SIZES, ...options.sizes },
      framebuffer: options.framebuffer ?? null,
      unmapped: options.unmapped ?? [],
      features: this.#features,
      powerOnByte: options.powerOnByte ?? 0xa5,
      files: options.files ?? [],
      fileMemory: options.fileMemory,
    });
    const regions = new Map(this.#loaded.regions);
    for (const [kind, region] of options.bootRegions ?? []) {
      if (region) regions.set(kind, region);
      else regions.delete(kind);
    }
    this.#regions = regions;
    this.#space = this.#spaceAt(this.#loaded.root);
    this.#bus = new PhysicalBus({
      memory: this.#loaded.memory,
      ownership: this.#loaded.ownership,
      loaderTables: this.#loaded.tableFrames,
      space: this.#space,
    });
  }

  /** The map that the kernel is told: the firmware's, changed by what the loader took. */
  get memoryMap(): readonly MemoryMapEntry[] {
    return this.#loaded.memoryMap;
  }

  /** Where the loader placed things: `auto` decided. */
  get placement(): Placement {
    return this.#loaded.placement;
  }

  /** What `boot_region` answers. */
  get bootRegions(): ReadonlyMap<number, BootRegionRecord> {
    return this.#regions;
  }

  /** Physical memory, without any check. */
  get physicalMemory(): PhysicalMemory {
    return this.#loaded.memory;
  }

  /** Physical address of the top-level page table in use. */
  get pageRoot(): number {
    return this.#space.root;
  }

  /** Frames that linear memory stands on, the header page's first; empty before boot. */
  get linearFrames(): readonly number[] {
    return this.#linear?.frames ?? [];
  }

  /** Starts the kernel in `module` (bytes are compiled first) and runs `kernel_main`. */
  boot(module: WebAssembly.Module | BufferSource): BootResult {
    if (this.#memory) throw new SimulationError("a machine boots once; build another");
    const exports = this.#instantiate(
      module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module),
    );
    const entries = this.#options.reportedEntries ?? this.memoryMap.length;
    this.console.line(
      `[    0.000000] boot: SlopOS ${this.#options.version ?? "0.1.0"} ` +
        `loader="${MACHINE_NAME}" hhdm=${hex(HHDM_OFFSET)} entries=${entries}`,
    );
    let status = -1;
    let trap: Error | null = null;
    try {
      status = exports.kernel_main(BigInt.asIntN(64, HHDM_OFFSET), entries);
      this.settle();
    } catch (error) {
      this.#halted = true;
      if (error instanceof MachineExit) {
        status = error.status;
      } else if (isTrap(error)) {
        trap = error;
        this.console.line(`PANIC: wasm: ${error.message}`);
      } else {
        throw error;
      }
    }
    this.console.end();
    const kernel = new Kernel(exports, () => this.settle());
    return { status, trap, log: this.console.lines, kernel, exports };
  }

  /** Runs the first of the options' files as the shim does when the kernel has started. */
  runProgram(): ProgramResult {
    const result = this.makeProgram().live(this.#options.files![0]!.bytes, this.console);
    this.#program = null;
    return result;
  }

  /** A program that the caller drives, in place of any before. */
  makeProgram(): Program {
    const { watchProgram } = this.#options;
    this.#program = new Program(this.#exports!, () => this.settle(), watchProgram);
    return this.#program;
  }

  /** Checks that linear memory did not outgrow what is committed; follows it if it grew. */
  settle(): void {
    // A detached array has no length.
    if (this.#view.length !== 0 || !this.#memory) return;
    const bytes = this.#memory.buffer.byteLength;
    this.#view = new Uint8Array(this.#memory.buffer);
    const linear = this.#linear!;
    if (this.linearSizes.at(-1) !== bytes) {
      if (this.linearSizes.length > 0) linear.grew(bytes);
      this.linearSizes.push(bytes);
    }
    const { committed } = linear;
    if (bytes > committed) {
      this.#violate(
        new SimulationError(`linear memory grew to ${bytes} bytes, ${committed} are committed`),
      );
    }
  }

  #instantiate(module: WebAssembly.Module): KernelExports {
    const imports = interceptable(this.#imports(), this.#options.intercept);
    const { exports } = new WebAssembly.Instance(module, { shim: { ...imports } });
    const missing = KERNEL_FUNCTIONS.filter((name) => typeof exports[name] !== "function");
    if (!(exports.memory instanceof WebAssembly.Memory) || missing.length > 0) {
      const names = [...missing, ...(exports.memory ? [] : ["memory"])].join(", ");
      throw new SimulationError(`the module is no kernel of ABI ${ABI_VERSION}: lacks ${names}`);
    }
    const kernel = exports as unknown as KernelExports;
    const version = kernel.abi_version();
    if (version !== ABI_VERSION) {
      throw new SimulationError(`the module speaks ABI ${version}, this machine ${ABI_VERSION}`);
    }
    this.#memory = kernel.memory;
    this.#exports = kernel;
    const bytes = kernel.memory.buffer.byteLength;
    this.#linear = new LinearMemory(this.#loaded.regions, this.#loaded.ownership, bytes);
    this.#bus.setBacking(new Set(this.#linear.frames));
    this.settle();
    return kernel;
  }

  #spaceAt(root: number): AddressSpace {
    return new AddressSpace(this.#loaded.memory, this.#loaded.ownership, this.#features, root);
  }

  /** Throws or records `error`, as the options say. */
  #violate(error: unknown): void {
    if (!(error instanceof SimulationError)) throw error;
    this.violations.push(error);
    if (this.#options.violations !== "record") throw error;
  }

  /** What every import call begins with. */
  #enter(): void {
    ++this.calls;
    this.#nanoseconds += CALL_NS;
    if (this.#view.length === 0) this.settle();
    if (this.#halted) throw new SimulationError("the machine has ended; the kernel still runs");
  }

  /** Linear memory `[at, at + bytes)`, checked. */
  #bytes(at: number, bytes: number): Uint8Array {
    const start = at >>> 0;
    const length = bytes >>> 0;
    if (start + length > this.#view.length) {
      this.#violate(new SimulationError(`${length} bytes at ${hex(start)} exceed linear memory`));
      return new Uint8Array(length);
    }
    return this.#view.subarray(start, start + length);
  }

  /** Writes three u64 to linear memory. */
  #record(out: number, first: bigint, second: bigint, third: bigint): number {
    const bytes = this.#bytes(out, 24);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    view.setBigUint64(0, first, true);
    view.setBigUint64(8, second, true);
    view.setBigUint64(16, third, true);
    return 1;
  }

  /** Nanoseconds since the machine started. */
  #now(): number {
    const real = this.#options.clock === "real";
    return Math.floor(real ? (performance.now() - this.#started) * 1e6 : this.#nanoseconds);
  }

  /** What the imports for a program stand on. */
  #programHost(): ProgramHost {
    const options = this.#options;
    const powerOn =
      options.realTime ??
      (options.clock === "real" ? BigInt(Date.now()) * 1_000_000n : POWER_ON_TIME);
    return {
      program: () => this.#program,
      files: this.#loaded.files,
      input: options.input ?? new Uint8Array(0),
      output: options.output ?? ((_, bytes) => this.console.write(bytes)),
      realTime: () => powerOn + BigInt(this.#now()),
      randomSeed: options.randomSeed === undefined ? 1n : options.randomSeed,
      enter: () => this.#enter(),
      bytes: (at, bytes) => this.#bytes(at, bytes),
      record: (out, ...words) => this.#record(out, ...words),
      copyOut: (address, target, call) => this.#bus.copyOut(address, target, call),
      copyIn: (address, source) => this.#bus.copyIn(address, source),
      commit: (range, virtual, bytes) => this.#commitProgram(range, virtual, bytes),
    };
  }

  #imports(): MachineImports {
    const loader = this.#loaded;
    const bus = this.#bus;
    const optionBytes = new TextEncoder().encode(this.#options.options ?? "");
    return {
      console_write: (text, bytes) => {
        this.#enter();
        this.console.write(this.#bytes(text, bytes));
      },
      memmap_entry: (index, out) => {
        this.#enter();
        const entry = loader.memoryMap[index >>> 0];
        return entry ? this.#record(out, entry.base, entry.length, BigInt(entry.type)) : 0;
      },
      boot_region: (kind, out) => {
        this.#enter();
        const region = this.#regions.get(kind);
        return region ? this.#record(out, region.physical, region.length, region.virtual) : 0;
      },
      boot_options: (out, capacity) => {
        this.#enter();
        const part = optionBytes.subarray(0, capacity >>> 0);
        this.#bytes(out, part.length).set(part);
        return optionBytes.length;
      },
      phys_load: (address) => {
        this.#enter();
        try {
          return bus.load(address);
        } catch (error) {
          this.#violate(error);
          return 0n;
        }
      },
      phys_store: (address, value) => {
        this.#enter();
        try {
          bus.store(address, value);
        } catch (error) {
          this.#violate(error);
        }
      },
      phys_fill: (address, bytes, value) => {
        this.#enter();
        this.#nanoseconds += Number(BigInt.asUintN(64, bytes)) * FILL_NS_PER_BYTE;
        try {
          bus.fill(address, bytes, value & 0xff);
        } catch (error) {
          this.#violate(error);
        }
      },
      page_root: () => {
        this.#enter();
        return BigInt(this.#space.root);
      },
      set_page_root: (address) => {
        this.#enter();
        this.#setPageRoot(Number(BigInt.asUintN(64, address)));
      },
      flush_page: () => {
        this.#enter();
        // INVLPG may drop more than it is asked for.
        bus.flush();
      },
      commit_linear_memory: (virtual, bytes) => {
        this.#enter();
        return this.#commit(virtual, bytes);
      },
      cpu_features: () => {
        this.#enter();
        return Number(this.#features.nx) | (Number(this.#features.pages1G) << 1);
      },
      clock: () => {
        this.#enter();
        return BigInt(this.#now());
      },
      exit: (status) => {
        this.#enter();
        throw new MachineExit(status);
      },
      ...programImports(this.#programHost()),
    };
  }

  #setPageRoot(root: number): void {
    const space = this.#spaceAt(root);
    const reason =
      checkRoot(space, this.#loaded.regions, this.#loaded.ownership) || this.#linear!.verify(space);
    if (reason) {
      this.#violate(new SimulationError(`set_page_root(${hex(root)}): ${reason}`));
      return;
    }
    this.#space = space;
    this.#bus.switchTo(space, root !== this.#loaded.root);
  }

  #commitProgram(range: number, virtual: bigint, bytes: bigint): number {
    const memory = this.#program?.memory;
    if (!memory || memory.refuses(range, virtual, bytes)) return 1;
    const reason = memory.commit(range, virtual, bytes, this.#space);
    if (reason) this.#violate(new SimulationError(`commit_program(${range}): ${reason}`));
    return reason ? 1 : 0;
  }

  #commit(virtual: bigint, bytes: bigint): number {
    if (++this.commits === this.#options.refuseCommit) return 1;
    const linear = this.#linear!;
    if (linear.refuses(virtual, bytes)) return 1;
    const reclaimed = this.#space.root !== this.#loaded.root;
    const reason = linear.commit(this.#space, virtual, bytes, reclaimed);
    if (reason) {
      this.#violate(new SimulationError(`commit_linear_memory: ${reason}`));
      return 1;
    }
    this.#bus.setBacking(new Set(linear.frames));
    return 0;
  }
}
