/**
 * Calls WASI as a program does, function by function, without a program: the test is the program. So every
 * function can be called with any argument, also such as no libc would pass.
 */

import { ProgramEnd } from "../../abi/program.ts";
import { WASI_MODULE, WASI_OLD_MODULE } from "../../abi/wasi.ts";
import { type Kernel } from "../../sim/kernel.ts";
import { type Machine } from "../../sim/machine.ts";
import { type Program } from "../../sim/program.ts";
import { bootWithProgram, type ProgramSetting } from "./program_machine.ts";

/** Error numbers of WASI preview 1, as its witx file gives them. */
export const Errno = {
  SUCCESS: 0,
  BADF: 8,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  INVAL: 28,
  ISDIR: 31,
  LOOP: 32,
  NAMETOOLONG: 37,
  NFILE: 41,
  NOENT: 44,
  NOSPC: 51,
  NOSYS: 52,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  PERM: 63,
  SPIPE: 70,
  NOTCAPABLE: 76,
} as const;

/** Where arguments and answers are put; programs own the first two pages. */
const ANSWER = 0x100;
const TEXT = 0x400;
const OTHER_TEXT = 0x3000;
const VECTORS = 0x6000;
const BUFFER = 0x8000;
const BUFFER_BYTES = 0x10000;

/** All rights that there are. */
export const ALL_RIGHTS = (1n << 30n) - 1n;

/** The right to write, which nobody has to a directory. */
const WRITE = 1n << 6n;

export class Caller {
  readonly machine: Machine;
  readonly kernel: Kernel;
  readonly memory: WebAssembly.Memory;
  readonly #program: Program;

  constructor(setting: ProgramSetting = {}, pages = 2) {
    const { machine, booted } = bootWithProgram(new Uint8Array(8), setting);
    this.machine = machine;
    this.kernel = booted.kernel;
    this.#program = machine.makeProgram();
    const status = this.#program.open();
    if (status !== 0) throw new Error(`program_open answered ${status}`);
    const memory = this.#program.lend(pages, pages);
    if (!memory) throw new Error("no memory for the program");
    this.memory = memory;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** Calls the function `name`; its answer. */
  call(name: string, ...parameters: (number | bigint)[]): number {
    return this.#program.serve(WASI_MODULE, name)(...parameters) ?? 0;
  }

  /** Calls the function of the first WASI. */
  callOld(name: string, ...parameters: (number | bigint)[]): number {
    return this.#program.serve(WASI_OLD_MODULE, name)(...parameters) ?? 0;
  }

  /** Puts `text` where a path is looked for; its address and its bytes. */
  path(text: string, at = TEXT): [number, number] {
    const bytes = new TextEncoder().encode(text);
    this.bytes.set(bytes, at);
    return [at, bytes.length];
  }

  /** `path_open`; the descriptor, or the error number negated. */
  open(
    path: string,
    flags = 0,
    { fd = 3, rights = flags & 2 ? ALL_RIGHTS & ~WRITE : ALL_RIGHTS, fdFlags = 0, lookup = 1 } = {},
  ) {
    const status = this.call(
      "path_open",
      fd,
      lookup,
      ...this.path(path),
      flags,
      rights,
      ALL_RIGHTS,
      fdFlags,
      ANSWER,
    );
    return status ? -status : this.view.getUint32(ANSWER, true);
  }

  /** Puts one vector, of `bytes` of the buffer; its address, and how many there are. */
  vector(bytes: number): [number, number] {
    this.view.setUint32(VECTORS, BUFFER, true);
    this.view.setUint32(VECTORS + 4, bytes, true);
    return [VECTORS, 1];
  }

  /** `fd_write`, or with `at` `fd_pwrite`; bytes written, or the error number negated. */
  write(fd: number, bytes: Uint8Array, at?: bigint): number {
    if (bytes.length > BUFFER_BYTES) throw new RangeError("larger than the buffer");
    this.bytes.set(bytes, BUFFER);
    const vector = this.vector(bytes.length);
    const status =
      at === undefined
        ? this.call("fd_write", fd, ...vector, ANSWER)
        : this.call("fd_pwrite", fd, ...vector, at, ANSWER);
    return status ? -status : this.view.getUint32(ANSWER, true);
  }

  /** `fd_read`, or with `at` `fd_pread`; what was read, or the error number negated. */
  read(fd: number, bytes: number, at?: bigint): Uint8Array | number {
    const vector = this.vector(bytes);
    const status =
      at === undefined
        ? this.call("fd_read", fd, ...vector, ANSWER)
        : this.call("fd_pread", fd, ...vector, at, ANSWER);
    const read = this.view.getUint32(ANSWER, true);
    return status ? -status : this.bytes.slice(BUFFER, BUFFER + read);
  }

  /** `fd_seek`; the position, or the error number negated. */
  seek(fd: number, offset: bigint, whence: number): bigint {
    const status = this.call("fd_seek", fd, offset, whence, ANSWER);
    return status ? BigInt(-status) : this.view.getBigUint64(ANSWER, true);
  }

  /** `fd_fdstat_get`; what the descriptor is, or the error number negated. */
  describe(fd: number) {
    const status = this.call("fd_fdstat_get", fd, ANSWER);
    if (status) return -status;
    return {
      type: this.view.getUint8(ANSWER),
      flags: this.view.getUint16(ANSWER + 2, true),
      rights: this.view.getBigUint64(ANSWER + 8, true),
      inheriting: this.view.getBigUint64(ANSWER + 16, true),
    };
  }

  /** A function that takes a directory and a path. */
  at(name: string, path: string, fd = 3): number {
    return this.call(name, fd, ...this.path(path));
  }

  rename(from: string, to: string): number {
    return this.call("path_rename", 3, ...this.path(from), 3, ...this.path(to, OTHER_TEXT));
  }

  link(from: string, to: string): number {
    return this.call("path_link", 3, 0, ...this.path(from), 3, ...this.path(to, OTHER_TEXT));
  }

  symlink(target: string, path: string): number {
    return this.call("path_symlink", ...this.path(target), 3, ...this.path(path, OTHER_TEXT));
  }

  /** Type, links and size of the file at `path`, or the error number negated. */
  stat(path: string, follow = true): { type: number; links: number; size: number } | number {
    const status = this.call("path_filestat_get", 3, Number(follow), ...this.path(path), ANSWER);
    if (status) return -status;
    return {
      type: this.view.getUint8(ANSWER + 16),
      links: Number(this.view.getBigUint64(ANSWER + 24, true)),
      size: Number(this.view.getBigUint64(ANSWER + 32, true)),
    };
  }

  /** Names in the directory that `fd` has open, read through a buffer of `bytes`. */
  list(fd: number, bytes = 200): string[] {
    const names: string[] = [];
    for (let cookie = 0n; ;) {
      const status = this.call("fd_readdir", fd, BUFFER, bytes, cookie, ANSWER);
      if (status) throw new Error(`fd_readdir answered ${status}`);
      const used = this.view.getUint32(ANSWER, true);
      for (let at = 0; at + 24 <= used;) {
        const size = this.view.getUint32(BUFFER + at + 16, true);
        if (at + 24 + size > used) break;
        cookie = this.view.getBigUint64(BUFFER + at, true);
        const start = BUFFER + at + 24;
        names.push(new TextDecoder().decode(this.bytes.slice(start, start + size)));
        at += 24 + size;
      }
      if (used < bytes) return names;
    }
  }

  /** Ends the program; the kernel checks that every frame came back. */
  end(status = 0): void {
    this.#program.end(ProgramEnd.EXITED, status);
  }
}
