/**
 * Crashes on request (`crash=…` in the options), so that a boot test can see how each one ends.
 */

import { ErrorCode } from "../../abi/error_code";
import { BootRegion } from "../../abi/machine";
import { physicalAlias } from "../mm/early/direct_map";
import { info, warn } from "./log";
import { hasOption, hasOptionKey } from "./options";
import { panic } from "./panic";
import { bootRegion, physLoad, physStore } from "./shim";

const record: usize = memory.data(24);

/** Goes deeper than any runtime's stack allows. The sum keeps it from becoming a loop. */
function recurse(depth: u32): u32 {
  return depth == u32.MAX_VALUE ? depth : recurse(depth + 1) + 1;
}

/** Reads the first byte after linear memory. */
function leaveMemory(): ErrorCode {
  return load<u8>(usize(memory.size()) << 16);
}

/** Logs the virtual address at which the exception is about to happen. */
function announce(virtual: u64): void {
  info("boot").text("faulting on request:").hex("address", virtual).end();
}

/** Reads through a null pointer. */
function readNull(): void {
  announce(0);
  physLoad(physicalAlias(0));
}

/** Writes to the first instructions of the shim what they are already. */
function writeText(): void {
  if (!bootRegion(BootRegion.IMAGE_TEXT, record)) return;
  const text = load<u64>(record, 16);
  announce(text);
  physStore(physicalAlias(text), physLoad(physicalAlias(text)));
}

/**
 * Makes the shim return to its stack: replaces everything there that points into its text by the
 * address of the stack itself. The first return to go astray is that of one of these stores.
 */
function executeStack(): void {
  if (!bootRegion(BootRegion.IMAGE_TEXT, record)) return;
  const text = load<u64>(record, 16);
  const textEnd = text + load<u64>(record, 8);
  if (!bootRegion(BootRegion.BOOT_STACK, record)) return;
  const stack = load<u64>(record, 16);
  announce(stack);
  for (let at = stack + load<u64>(record, 8); at > stack;) {
    at -= 8;
    const word = physLoad(physicalAlias(at));
    if (word > text && word < textEnd) physStore(physicalAlias(at), stack);
  }
}

/** Crashes in the way that the options ask for; returns 0 if they ask for none. */
export function crashOnRequest(): ErrorCode {
  if (!hasOptionKey("crash=")) return ErrorCode.NONE;
  if (hasOption("crash=trap")) unreachable();
  if (hasOption("crash=recurse")) return recurse(0);
  if (hasOption("crash=bounds")) return leaveMemory();
  if (hasOption("crash=panic")) return panic("boot", "crash requested", ErrorCode.UNSUPPORTED);
  if (hasOption("crash=spin")) {
    info("boot").text("spinning on request").end();
    for (;;);
  }
  if (hasOption("crash=null")) readNull();
  else if (hasOption("crash=text-write")) writeText();
  else if (hasOption("crash=stack-exec")) executeStack();
  else {
    warn("boot")
      .text("unknown value of crash=, ignored; known are")
      .text("trap, recurse, bounds, panic, spin, null, text-write, stack-exec")
      .end();
    return ErrorCode.NONE;
  }
  return panic("boot", "the access did not fault", ErrorCode.UNSUPPORTED);
}
