/**
 * ABI 2: what the kernel asks of the machine. The shim provides it on hardware, `sim/` in Node.
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

/*
 * What a program needs, a second module that runs beside the kernel and never at the same time. Its
 * addresses are u32 that count from the start of its own memory.
 */

/** The program may use `[virtual, virtual + bytes)`, mapped and zero, for a `ProgramRange`. 0 when the machine agrees. */
@external("shim", "commit_program")
export declare function commitProgram(range: i32, virtual: u64, bytes: u64): i32;

/** Copies `bytes` at `from` in the program's memory to `to`; -1, without a change, if they exceed that memory. */
@external("shim", "program_load")
export declare function programLoad(from: u32, to: usize, bytes: u32): i32;

/** Copies `bytes` at `from` to `to` in the program's memory; -1, without a change, if they exceed that memory. */
@external("shim", "program_store")
export declare function programStore(to: u32, from: usize, bytes: u32): i32;

/** Copies `bytes` of physical memory at `address` to `to` in the program's memory; as `programStore`. */
@external("shim", "phys_to_program")
export declare function physToProgram(address: u64, to: u32, bytes: u32): i32;

/** Copies `bytes` at `from` in the program's memory to physical memory at `address`; as `programLoad`. */
@external("shim", "program_to_phys")
export declare function programToPhys(from: u32, address: u64, bytes: u32): i32;

/** Appends `bytes` at `from` in the program's memory to what it says on `stream`, 1 output or 2 error; as `programLoad`. */
@external("shim", "program_write")
export declare function programWrite(stream: u32, from: u32, bytes: u32): i32;

/** The program ends with `status` as soon as the call from it that the kernel serves returns. */
@external("shim", "program_exit")
export declare function programExit(status: u32): void;

/** Writes `{bytes, bytes of its command line, physical}` of boot file `index`; 0 past the end. File 0 is the program. */
@external("shim", "boot_file")
export declare function bootFile(index: u32, out: usize): i32;

/** Writes at most `capacity` bytes of the command line of file `index`; returns how many it has. */
@external("shim", "boot_file_cmdline")
export declare function bootFileCmdline(index: u32, out: usize, capacity: u32): i32;

/** Copies `bytes` at `offset` of boot file `index` to `to` in the program's memory; -1, without a change, if they exceed either. */
@external("shim", "boot_file_to_program")
export declare function bootFileToProgram(index: u32, offset: u64, to: u32, bytes: u32): i32;

/** The next byte that came in on the console, or a `ConsoleInput`. */
@external("shim", "console_read")
export declare function consoleRead(): i32;

/** Nanoseconds since 1970-01-01 00:00 UTC; 0 if the machine has no calendar. */
@external("shim", "real_time")
export declare function realTime(): u64;

/** A random number. */
@external("shim", "random")
export declare function random(): u64;
