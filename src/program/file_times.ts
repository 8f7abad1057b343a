/** Times of files as programs set them. */

import { realTime } from "../boot/shim";
import { NodeNumber, NodeWord, setNodeWord, touchStatus } from "./nodes";
import { Errno, TimeFlag } from "./wasi_types";

/** True if `flags` ask for a time and for the time of the call at once. */
function contradicts(flags: u32, given: u32, present: u32): bool {
  return (flags & given) != 0 && (flags & present) != 0;
}

/** Sets times of `node`, nanoseconds since 1970, as `flags`, a set of `TimeFlag`, say. INVAL. */
export function setTimes(node: NodeNumber, access: u64, change: u64, flags: u32): Errno {
  if (flags & ~TimeFlag.ALL) return Errno.INVAL;
  if (contradicts(flags, TimeFlag.ATIM, TimeFlag.ATIM_NOW)) return Errno.INVAL;
  if (contradicts(flags, TimeFlag.MTIM, TimeFlag.MTIM_NOW)) return Errno.INVAL;
  if (flags & TimeFlag.ATIM) setNodeWord(node, NodeWord.ATIME, access);
  if (flags & TimeFlag.ATIM_NOW) setNodeWord(node, NodeWord.ATIME, realTime());
  if (flags & TimeFlag.MTIM) setNodeWord(node, NodeWord.MTIME, change);
  if (flags & TimeFlag.MTIM_NOW) setNodeWord(node, NodeWord.MTIME, realTime());
  touchStatus(node);
  return Errno.SUCCESS;
}
