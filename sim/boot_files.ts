/**
 * Modules that the boot loader brings beside the kernel: the program and its files.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { type MemoryType } from "../abi/memory_type.ts";
import { type BootFrames } from "./boot_layout.ts";
import { type PhysicalMemory } from "./physical_memory.ts";

/** A module as the loader's configuration names it. */
export interface BootFile {
  readonly bytes: Uint8Array;
  /** Words `key=value`, as the kernel reads them (src/program/boot_words.ts): see `bootWord`. */
  readonly cmdline: string;
}

/** A module in memory. */
export interface PlacedFile {
  /** Physical address, and bytes. */
  readonly physical: number;
  readonly bytes: number;
  readonly cmdline: Uint8Array;
}

/** Bytes that stand for themselves in a word: printable, and special to no loader. */
const PLAIN = /^[A-Za-z0-9_./:,+@-]$/;

/** A word of a command line: `value`, text or bytes, with what cannot stand there in hexadecimal. */
export function bootWord(key: string, value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const written = [...bytes].map((byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  });
  return `${key}=${written.join("")}`;
}

/** Takes memory of `type` for `files` and writes them there, each at the start of a page. */
export function placeFiles(
  frames: BootFrames,
  files: readonly BootFile[],
  type: MemoryType,
  memory: PhysicalMemory,
): PlacedFile[] {
  return files.map(({ bytes, cmdline }) => {
    const size = Math.max(bytes.length, FRAME_BYTES);
    const physical = frames.take(size, type);
    memory.write(physical, bytes);
    return { physical, bytes: bytes.length, cmdline: new TextEncoder().encode(cmdline) };
  });
}
