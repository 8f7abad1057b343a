/**
 * The record that says what a file is. It has 64 bytes, in the first WASI 56:
 *
 *      0 | device                    32 | size, bytes      (unstable: 20 | links, u32
 *      8 | inode                     40 | access time                  24 | size
 *     16 | type, one byte            48 | time of change               32 | access time …)
 *     24 | links                     56 | time of change of status
 */

import { nodeAt, NodeNumber, NodeWord, wordAt } from "./nodes";
import { putRecord, record } from "./program_memory";
import { Errno, FileType } from "./wasi_types";

/** The one device that files are on. */
const DEVICE: u64 = 1;

/** Writes the record of `node`, or with 0 that of the console, to `out`; `isOld` for the first WASI. */
export function putFileStat(node: NodeNumber, out: u32, isOld: bool): Errno {
  memory.fill(record, 0, 64);
  store<u64>(record, DEVICE);
  store<u64>(record, node, 8);
  const at = node ? nodeAt(node) : 0;
  store<u8>(record, node ? u8(wordAt(at, NodeWord.TYPE)) : FileType.CHARACTER_DEVICE, 16);
  const links = node ? wordAt(at, NodeWord.LINKS) : 1;
  if (isOld) store<u32>(record, u32(links), 20);
  else store<u64>(record, links, 24);
  const rest = isOld ? record + 24 : record + 32;
  if (node) {
    store<u64>(rest, wordAt(at, NodeWord.SIZE));
    store<u64>(rest, wordAt(at, NodeWord.ATIME), 8);
    store<u64>(rest, wordAt(at, NodeWord.MTIME), 16);
    store<u64>(rest, wordAt(at, NodeWord.CTIME), 24);
  }
  return putRecord(out, isOld ? 56 : 64);
}
