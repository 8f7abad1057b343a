/**
 * The life of the program, as the machine drives it:
 *
 *     program_open     files, arguments and descriptors are made ready; a refusal names its reason
 *     program_grow     memory for the runtime and for the program, as often as it is needed
 *     program_start    the program is about to run
 *     wasi_…           what it calls
 *     program_stop     it trapped, or was refused after all
 *     program_end      every frame comes back, and the totals prove it
 *
 * There is one program at a time. Until it is opened it costs nothing.
 */

import { ErrorCode } from "../../abi/error_code";
import { ProgramEnd, programEndName } from "../../abi/program";
import { error, info } from "../boot/log";
import { panic } from "../boot/panic";
import { bootFile } from "../boot/shim";
import { tablesInUse } from "../mm/paging/page_table";
import { borrowAllocator, returnAllocator } from "../mm/runtime/physical_allocator";
import {
  argumentList,
  argumentsReason,
  closeArguments,
  openArguments,
  takeArguments,
} from "./arguments";
import { bootFilesReason, refusedBytes, refusedText, takeBootFiles } from "./boot_files";
import { startProgramClock } from "./clocks";
import { endConsoleLine } from "./console";
import { closeDescriptors, openDescriptors } from "./descriptors";
import { closeFileTree, openFileTree } from "./file_tree";
import { lentFrames } from "./lent_frames";
import { closeRanges, growRange, openRanges } from "./ranges";
import { clearScratch } from "./scratch";

const fileRecord: usize = memory.data(24);

let isOpen: bool = false;

/** How it ends: by exiting, the constant 0 here, unless `program_stop` says otherwise. */
let how: ProgramEnd = 0;

/** What was in use before the program: what must be in use after it. */
let allocatedBefore: u64 = 0;
let tablesBefore: u32 = 0;

/** Frames that the program has on loan, the page tables that map its memory included. */
export function programFrames(): u64 {
  return isOpen ? lentFrames() + (tablesInUse() - tablesBefore) : 0;
}

function allocatedFrames(): u64 {
  const allocator = borrowAllocator();
  if (!allocator) return 0;
  const frames = allocator.allocatedFrames();
  returnAllocator();
  return frames;
}

/** Logs why the program is refused; returns `code`. */
function refuse(reason: string, code: ErrorCode, isFile: bool): ErrorCode {
  const line = error("program").text("refused:").text(reason);
  if (isFile && refusedBytes()) {
    line.key("path");
    for (let at: u32 = 0; at < refusedBytes(); ++at) line.byte(load<u8>(refusedText() + at));
  }
  line.num("code", code).end();
  return code;
}

function prepare(): ErrorCode {
  if (openRanges()) return refuse("no room in the address space", ErrorCode.UNSUPPORTED, false);
  openDescriptors();
  openArguments();
  if (!openFileTree()) return refuse("no memory for its files", ErrorCode.OUT_OF_FRAMES, false);
  let status = takeBootFiles();
  if (status) return refuse(bootFilesReason, status, true);
  status = takeArguments();
  return status ? refuse(argumentsReason, status, false) : ErrorCode.NONE;
}

/** Takes everything back that the program has on loan. */
function close(): void {
  closeRanges();
  closeDescriptors();
  closeArguments();
  closeFileTree();
  isOpen = false;
}

/**
 * Makes the program, boot file 0, ready. 0, or an error code after a line that says why it is refused:
 * NOT_READY (no bring-up yet), BUSY (there is one), INVALID_DESCRIPTOR (no such boot file, a tar that is
 * damaged, two files of one name), UNSUPPORTED, OUT_OF_FRAMES. A refusal leaves nothing on loan.
 */
export function program_open(): i32 {
  const allocator = borrowAllocator();
  if (!allocator) return ErrorCode.NOT_READY;
  returnAllocator();
  if (isOpen) return ErrorCode.BUSY;
  if (!bootFile(0, fileRecord)) {
    return refuse("there is none", ErrorCode.INVALID_DESCRIPTOR, false);
  }
  allocatedBefore = allocatedFrames();
  tablesBefore = tablesInUse();
  isOpen = true;
  how = ProgramEnd.EXITED;
  clearScratch();
  const status = prepare();
  if (status) close();
  return status;
}

/**
 * Grows `range`, a `ProgramRange`, to at least `bytes`; 0 or an error code: see `growRange`. The program
 * is opened first if nobody has done that.
 */
export function program_grow(range: i32, bytes: u64): i32 {
  const status = isOpen ? ErrorCode.NONE : program_open();
  return status ? status : growRange(range, bytes);
}

/** The program is about to run: says so, and its clock begins. */
export function program_start(): void {
  if (!isOpen) return;
  bootFile(0, fileRecord);
  const line = info("program").text("started:");
  if (argumentList.count) argumentList.logFirst(line, "name");
  line.num("bytes", load<u64>(fileRecord)).num("arguments", argumentList.count).end();
  startProgramClock();
}

/** The program ends otherwise than by exiting: `end` is a `ProgramEnd`, for the log. Comes before `program_end`. */
export function program_stop(end: i32): void {
  how = end;
}

/**
 * The program is over: `status` is its own or an error code, and the sizes are what it had of memory and
 * of heap, in bytes. Takes every frame back and says what it had. Returns the status that the machine
 * ends with; it panics if a frame is missing.
 */
export function program_end(status: u32, memoryBytes: u64, heapBytes: u64): i32 {
  if (!isOpen) return ErrorCode.NOT_READY;
  endConsoleLine();
  const frames = programFrames();
  close();
  const allocator = borrowAllocator();
  if (!allocator) return ErrorCode.BUSY;
  const isWhole = allocator.totalsMatch() && !lentFrames() && tablesInUse() == tablesBefore;
  const allocated = allocator.allocatedFrames();
  info("program")
    .text("ended:")
    .num("status", status)
    .num("memory_bytes", memoryBytes)
    .num("heap_bytes", heapBytes)
    .num("frames", frames)
    .word("how", programEndName(how))
    .end();
  info("mm")
    .text("totals match:")
    .num("managed", allocator.managedFrames())
    .num("free", allocator.freeFrames())
    .num("allocated", allocated)
    .end();
  returnAllocator();
  if (!isWhole || allocated != allocatedBefore) {
    return panic("program", "frames on loan did not come back", ErrorCode.INVALID_DESCRIPTOR);
  }
  return i32(status);
}
