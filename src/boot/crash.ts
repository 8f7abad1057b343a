/**
 * Crashes on request (`crash=…` in the options), so that a boot test can see how each one ends.
 */

import { ErrorCode } from "./error_code";
import { info } from "./log";
import { hasOption } from "./options";
import { panic } from "./panic";

/** As deep as any runtime's stack allows, and deeper. The sum keeps it from being a loop. */
function recurse(depth: u32): u32 {
  return depth == u32.MAX_VALUE ? depth : recurse(depth + 1) + 1;
}

/** Crashes in the way that the options ask for; returns 0 if they ask for none. */
export function crashOnRequest(): ErrorCode {
  if (hasOption("crash=trap")) unreachable();
  if (hasOption("crash=recurse")) return recurse(0);
  if (hasOption("crash=panic")) return panic("boot", "crash requested", ErrorCode.UNSUPPORTED);
  if (hasOption("crash=spin")) {
    info("boot").text("spinning on request").end();
    while (true) {}
  }
  return ErrorCode.NONE;
}
