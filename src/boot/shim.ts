/**
 * ABI 1: what the kernel asks of the machine. The shim provides it on hardware, `sim/` in Node.
 *
 * Physical addresses and byte counts are u64, pointers into linear memory are usize (u32). A call
 * that writes a record writes three u64 at `out`.
 */

/** Appends `bytes` of UTF-8 at `text` to the console. */
@external("shim", "console_write")
export declare function consoleWrite(text: usize, bytes: u32): void;

/** Writes entry `index` of the firmware's map as `{base, length, type}`; 0 past the end. */
@external("shim", "memmap_entry")
export declare function memmapEntry(index: u32, out: usize): i32;

/** Writes `{physical, length, virtual}` of a `BootRegion`; 0 if the machine has none. */
@external("shim", "boot_region")
export declare function bootRegion(kind: i32, out: usize): i32;

/** Copies at most `capacity` bytes of the command line to `out`; returns its whole length. */
@external("shim", "boot_options")
export declare function bootOptions(out: usize, capacity: u32): i32;

/** Reads the 8 bytes at physical `address`. */
@external("shim", "phys_load")
export declare function physLoad(address: u64): u64;

/** Writes the 8 bytes at physical `address`. */
@external("shim", "phys_store")
export declare function physStore(address: u64, value: u64): void;

/** Fills `bytes` of physical memory from `address` on with the low byte of `value`. */
@external("shim", "phys_fill")
export declare function physFill(address: u64, bytes: u64, value: i32): void;

/** Physical address of the top-level page table in use. */
@external("shim", "page_root")
export declare function pageRoot(): u64;

/** Makes the table at physical `address` the top-level page table in use. */
@external("shim", "set_page_root")
export declare function setPageRoot(address: u64): void;

/** Drops the cached translation of the page that holds `virtual`. */
@external("shim", "flush_page")
export declare function flushPage(virtual: u64): void;

/**
 * From now on the data of linear memory may lie in `[virtual, virtual + bytes)`. That range is
 * mapped, and so is the page below it. 0 when the shim agrees.
 */
@external("shim", "commit_linear_memory")
export declare function commitLinearMemory(virtual: u64, bytes: u64): i32;

/** What the processor can do, a set of `CpuFeature`. */
@external("shim", "cpu_features")
export declare function cpuFeatures(): i32;

/** Nanoseconds since the shim started. */
@external("shim", "clock")
export declare function clock(): u64;

/** Ends the machine: 0 is success. Does not return. */
@external("shim", "exit")
export declare function exit(status: i32): void;
