/**
 * Error codes and their names.
 *
 * Every operation that can be refused returns one of these; 0 means that it was done. The kernel
 * returns most of them, the shim ends the machine with those that say so, tools and the log show
 * their names. The numbers never change; new ones are added at the end.
 */

export enum ErrorCode {
  NONE = 0,
  /** The runtime allocator has not taken over yet. */
  NOT_READY = 1,
  /** The runtime allocator takes over once. */
  ALREADY_INITIALIZED = 2,
  /** The loader served a memory map without entries. */
  EMPTY_MEMORY_MAP = 3,
  /** No entry of the memory map leaves a whole usable frame. */
  NO_USABLE_MEMORY = 4,
  /** A record makes no sense: misaligned, empty, overflowing. */
  INVALID_DESCRIPTOR = 5,
  /** No free block of the wanted size in the wanted range. */
  OUT_OF_FRAMES = 6,
  /** A table planned for a number of slots has no slot left. */
  STORAGE_EXHAUSTED = 7,
  /** The address is not a managed frame, or not aligned to what is asked. */
  INVALID_ADDRESS = 8,
  /** An order above the largest, or one that the operation does not serve. */
  INVALID_ORDER = 9,
  /** The frame is managed and free: nobody can give it back. */
  NOT_ALLOCATED = 10,
  /** The frame belongs to an allocated block of another order or start. */
  ORDER_MISMATCH = 11,
  /** The frame is reserved: it was never handed out and never will be. */
  RESERVED = 12,
  /** The thing asked for is in use. */
  BUSY = 13,
  /** Linear memory could not grow onto the frames chosen for it. */
  LINEAR_MEMORY = 14,
  /** The machine lacks what the operation needs. */
  UNSUPPORTED = 15,
  /** The loader did not serve what the boot protocol promises. Said by the shim. */
  BOOT_PROTOCOL = 16,
  /** The wasm module is missing, malformed or not this kernel's. Said by the shim. */
  INVALID_MODULE = 17,
  /** The wasm module trapped. Said by the shim. */
  TRAP = 18,
  /** The processor raised an exception. Said by the shim. */
  CPU_EXCEPTION = 19,
  /** A frame or the allocator failed the self-test. */
  SELF_TEST = 20,
  /** The kernel is in a state that cannot be: an assertion failed, or totals differ. */
  INVARIANT = 21,
}

/** The name of `code` as logs and `error_name` spell it; `UNKNOWN` for a number that is none. */
export function errorName(code: ErrorCode): string {
  switch (code) {
    case ErrorCode.NONE:
      return "NONE";
    case ErrorCode.NOT_READY:
      return "NOT_READY";
    case ErrorCode.ALREADY_INITIALIZED:
      return "ALREADY_INITIALIZED";
    case ErrorCode.EMPTY_MEMORY_MAP:
      return "EMPTY_MEMORY_MAP";
    case ErrorCode.NO_USABLE_MEMORY:
      return "NO_USABLE_MEMORY";
    case ErrorCode.INVALID_DESCRIPTOR:
      return "INVALID_DESCRIPTOR";
    case ErrorCode.OUT_OF_FRAMES:
      return "OUT_OF_FRAMES";
    case ErrorCode.STORAGE_EXHAUSTED:
      return "STORAGE_EXHAUSTED";
    case ErrorCode.INVALID_ADDRESS:
      return "INVALID_ADDRESS";
    case ErrorCode.INVALID_ORDER:
      return "INVALID_ORDER";
    case ErrorCode.NOT_ALLOCATED:
      return "NOT_ALLOCATED";
    case ErrorCode.ORDER_MISMATCH:
      return "ORDER_MISMATCH";
    case ErrorCode.RESERVED:
      return "RESERVED";
    case ErrorCode.BUSY:
      return "BUSY";
    case ErrorCode.LINEAR_MEMORY:
      return "LINEAR_MEMORY";
    case ErrorCode.UNSUPPORTED:
      return "UNSUPPORTED";
    case ErrorCode.BOOT_PROTOCOL:
      return "BOOT_PROTOCOL";
    case ErrorCode.INVALID_MODULE:
      return "INVALID_MODULE";
    case ErrorCode.TRAP:
      return "TRAP";
    case ErrorCode.CPU_EXCEPTION:
      return "CPU_EXCEPTION";
    case ErrorCode.SELF_TEST:
      return "SELF_TEST";
    case ErrorCode.INVARIANT:
      return "INVARIANT";
    default:
      return "UNKNOWN";
  }
}
