/**
 * An allocator that is judged: an instance of its module with what the contract lends it.
 */

import { Arena } from "./arena.ts";
import { checkSignatures, NotAnAllocatorError, type Run } from "./contract.ts";

type Call = (...args: readonly number[]) => number;

/** The module called `abort`, which AssemblyScript does where an assertion fails. */
export class AbortError extends Error {
  override name = "AbortError";
}

/** The AssemblyScript string at `address`: its length in bytes stands before it. */
function stringAt(memory: WebAssembly.Memory | undefined, address: number): string {
  if (!memory || address < 4 || address >= memory.buffer.byteLength) return "";
  const view = new DataView(memory.buffer);
  const bytes = Math.min(view.getUint32(address - 4, true), 400);
  if (address + bytes > memory.buffer.byteLength) return "";
  return new TextDecoder("utf-16le").decode(new Uint8Array(memory.buffer, address, bytes));
}

export class Subject {
  readonly #exports: Readonly<Record<string, Call | undefined>>;
  /** Undefined until it is instantiated. */
  readonly #memory: WebAssembly.Memory | undefined;
  readonly #arena: Arena | null;
  readonly #ownBytes: number;

  /** The calls that each allocation and free is. */
  readonly alloc: Call;
  readonly free: Call;

  /** Instantiates `module`, which `readModule` accepted. */
  constructor(module: WebAssembly.Module) {
    let arena: Arena | null = null;
    const imports = {
      env: {
        memory_take: (bytes: number) => {
          if (!arena) throw new AbortError("memory_take was called before the module was ready");
          return arena.take(bytes >>> 0);
        },
        abort: (message: number, file: number, line: number) => {
          const where = file ? ` (${stringAt(this.#memory, file)}, line ${line})` : "";
          throw new AbortError(`abort: ${stringAt(this.#memory, message) || "no message"}${where}`);
        },
      },
    };
    let exports: WebAssembly.Exports;
    try {
      exports = new WebAssembly.Instance(module, imports).exports;
    } catch (error) {
      throw new NotAnAllocatorError(`it cannot be instantiated: ${(error as Error).message}`);
    }
    checkSignatures(exports);
    const memory = exports["memory"] as WebAssembly.Memory | undefined;
    if (memory) arena = new Arena(memory);
    this.#exports = exports as Record<string, Call>;
    this.#memory = memory;
    this.#arena = arena;
    this.#ownBytes = memory?.buffer.byteLength ?? 0;
    this.alloc = this.#exports["allocator_alloc"]!;
    this.free = this.#exports["allocator_free"]!;
  }

  /** True if the module exports the optional function `name`. */
  has(name: string): boolean {
    return this.#exports[name] !== undefined;
  }

  /** Starts over with frames 0 to `frames` - 1. */
  init(frames: number): void {
    this.prepared(frames)();
  }

  /** Takes memory back; the call that then starts over. */
  prepared(frames: number): () => void {
    this.#arena?.reset(frames);
    return () => this.#exports["allocator_init"]!(frames);
  }

  /** Starts over with the frames of `runs`. Only for a module with `allocator_init_map`. */
  initMap(runs: readonly Run[]): void {
    this.preparedMap(runs)();
    // The list is there during the call only.
    this.#arena!.spoil();
  }

  /** As `prepared`, for a map. */
  preparedMap(runs: readonly Run[]): () => void {
    const arena = this.#arena!;
    arena.reset(runs.reduce((sum, { count }) => sum + count, 0));
    const address = arena.take(runs.length * 8, false);
    const words = new Uint32Array(this.#memory!.buffer, address, runs.length * 2);
    runs.forEach(({ start, count }, index) => words.set([start, count], index * 2));
    return () => this.#exports["allocator_init_map"]!(address, runs.length);
  }

  /** How many free blocks of `order` it says there are. Only for a module with that query. */
  freeBlocks(order: number): number {
    return this.#exports["allocator_free_blocks"]!(order) >>> 0;
  }

  /**
   * Bytes of tables since it last started over: what it says, else what it took, else by how much its
   * memory has grown.
   */
  metadataBytes(): number {
    const query = this.#exports["allocator_metadata_bytes"];
    if (query) return query() >>> 0;
    return this.#arena?.tableBytes || (this.#memory?.buffer.byteLength ?? 0) - this.#ownBytes;
  }

  /** What it wrote to outside its own memory, in words; null if nothing. */
  damage(): string | null {
    return this.#arena?.damage() ?? null;
  }
}
