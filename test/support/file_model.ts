/**
 * Files and descriptors as plainly as can be: a tree of objects with maps of names and arrays of bytes.
 * Shares nothing with the kernel but the error numbers of WASI. POSIX.1-2017 says what is meant.
 */

import { Errno } from "./wasi_caller.ts";

interface FileNode {
  readonly kind: "file";
  contents: Uint8Array;
  links: number;
}

interface Directory {
  readonly kind: "directory";
  parent: Directory | null;
  readonly entries: Map<string, ModelNode>;
}

interface Link {
  readonly kind: "link";
  readonly target: string;
  links: number;
}

type ModelNode = FileNode | Directory | Link;

interface Open {
  readonly node: FileNode | Directory;
  position: number;
  flags: number;
}

/** Where a path leads: the directory and the name at its end, and what is there. */
interface Place {
  readonly directory: Directory;
  /** "" if the path ends with a directory itself, as `..` does. */
  readonly name: string;
  readonly node: ModelNode | null;
  readonly slash: boolean;
}

const CREAT = 1;
const DIRECTORY = 2;
const EXCL = 4;
const TRUNC = 8;
const LINKS_MAX = 40;

/** The flag that makes every write one at the end. */
const APPEND = 1;

const rightsOf = (...bits: number[]) =>
  bits.reduce((rights, bit) => rights | (1n << BigInt(bit)), 0n);

/** Rights by their bits in WASI's witx file: those that mean something for a file, and for a directory. */
const FILE_RIGHTS = rightsOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23, 27);
const DIRECTORY_RIGHTS = rightsOf(
  ...[3, 4, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26],
);

/** What a descriptor is, as `fd_fdstat_get` says it. */
export interface Described {
  readonly type: number;
  readonly flags: number;
  readonly rights: bigint;
  readonly inheriting: bigint;
}

/** An answer: negative is an error number. */
export type Answer = number;

function directory(parent: Directory | null): Directory {
  return { kind: "directory", parent, entries: new Map() };
}

export class FileModel {
  readonly root = directory(null);
  readonly #open = new Map<number, Open>();

  constructor() {
    this.root.entries.set("tmp", directory(this.root));
    this.#open.set(3, { node: this.root, position: 0, flags: 0 });
  }

  /** Puts a file at `path`, in the root. */
  add(path: string, contents: Uint8Array): void {
    this.root.entries.set(path, { kind: "file", contents, links: 1 });
  }

  #walk(path: string, follow: boolean): Place | number {
    let rest = path;
    let current = this.root;
    let links = 0;
    if (rest === "") return Errno.NOENT;
    if (rest.startsWith("/")) return Errno.NOTCAPABLE;
    for (;;) {
      const [, part, slashes, after] = /^([^/]*)(\/*)(.*)$/s.exec(rest) as unknown as string[];
      const isLast = after === "";
      const slash = isLast && slashes !== "";
      if (part === "" || part === ".") {
        if (isLast) return { directory: current, name: "", node: current, slash };
        rest = after!;
        continue;
      }
      if (part === "..") {
        if (current === this.root) return Errno.NOTCAPABLE;
        if (!current.parent) return Errno.NOENT;
        current = current.parent;
        if (isLast) return { directory: current, name: "", node: current, slash };
        rest = after!;
        continue;
      }
      const node = current.entries.get(part!) ?? null;
      if (node?.kind === "link" && (!isLast || follow || slash)) {
        if (++links > LINKS_MAX) return Errno.LOOP;
        rest = node.target + slashes + after;
        continue;
      }
      if (isLast) return { directory: current, name: part!, node, slash };
      if (!node) return Errno.NOENT;
      if (node.kind !== "directory") return Errno.NOTDIR;
      current = node;
      rest = after!;
    }
  }

  /** As `#walk`, for what must exist. */
  #find(path: string, follow: boolean): (Place & { readonly node: ModelNode }) | number {
    const place = this.#walk(path, follow);
    if (typeof place === "number") return place;
    if (!place.node) return Errno.NOENT;
    if (place.slash && place.node.kind !== "directory") return Errno.NOTDIR;
    return { ...place, node: place.node };
  }

  #isRemoved(place: Directory): boolean {
    return place !== this.root && !place.parent;
  }

  #lowest(): number {
    for (let fd = 4; ; ++fd) if (!this.#open.has(fd)) return fd;
  }

  open(path: string, flags: number, fdFlags: number): Answer {
    const isExclusive = (flags & CREAT) !== 0 && (flags & EXCL) !== 0;
    const place = this.#walk(path, !isExclusive);
    if (typeof place === "number") return -place;
    let { node } = place;
    if (!node) {
      if (!(flags & CREAT)) return -Errno.NOENT;
      if (flags & DIRECTORY) return -Errno.INVAL;
      if (place.slash) return -Errno.ISDIR;
      if (this.#isRemoved(place.directory)) return -Errno.NOENT;
      node = { kind: "file", contents: new Uint8Array(0), links: 1 };
      place.directory.entries.set(place.name, node);
    } else {
      if (isExclusive) return -Errno.EXIST;
      if (node.kind === "link") return -Errno.LOOP;
      if (node.kind === "directory") {
        // Whoever does not say that a directory is meant asks for the right to write.
        if (!(flags & DIRECTORY) || flags & (TRUNC | CREAT)) return -Errno.ISDIR;
      } else {
        if (flags & DIRECTORY || place.slash) return -Errno.NOTDIR;
        if (flags & TRUNC) node.contents = new Uint8Array(0);
      }
    }
    const fd = this.#lowest();
    this.#open.set(fd, { node, position: 0, flags: fdFlags });
    return fd;
  }

  close(fd: number): Answer {
    return this.#open.delete(fd) ? 0 : Errno.BADF;
  }

  /** Makes `to` what `from` is. */
  renumber(from: number, to: number): Answer {
    const open = this.#open.get(from);
    if (!open || !this.#open.has(to)) return Errno.BADF;
    this.#open.delete(from);
    this.#open.set(to, open);
    return 0;
  }

  setFlags(fd: number, flags: number): Answer {
    const open = this.#open.get(fd);
    if (!open) return Errno.BADF;
    if (flags > 31) return Errno.INVAL;
    open.flags = flags;
    return 0;
  }

  /** What `fd`, opened with every right that there is to be had, is. */
  describe(fd: number): Described | Answer {
    const open = this.#open.get(fd);
    if (!open) return -Errno.BADF;
    const { flags } = open;
    return open.node.kind === "file"
      ? { type: 4, flags, rights: FILE_RIGHTS, inheriting: 0n }
      : { type: 3, flags, rights: DIRECTORY_RIGHTS, inheriting: DIRECTORY_RIGHTS | FILE_RIGHTS };
  }

  #file(fd: number): (Open & { readonly node: FileNode }) | number {
    const open = this.#open.get(fd);
    if (!open) return -Errno.BADF;
    return open.node.kind === "file" ? (open as Open & { node: FileNode }) : -Errno.ISDIR;
  }

  write(fd: number, bytes: Uint8Array, at?: number): Answer {
    const open = this.#file(fd);
    if (typeof open === "number") return open;
    const { node } = open;
    const position = open.flags & APPEND ? node.contents.length : (at ?? open.position);
    const end = position + bytes.length;
    if (end > node.contents.length && bytes.length > 0) {
      const grown = new Uint8Array(end);
      grown.set(node.contents);
      node.contents = grown;
    }
    // Another array: a file that is removed and one that is written must not share it.
    node.contents = node.contents.slice();
    if (bytes.length > 0) node.contents.set(bytes, position);
    // POSIX: a write of no bytes has no other results.
    if (at === undefined && bytes.length > 0) this.#open.get(fd)!.position = end;
    return bytes.length;
  }

  read(fd: number, bytes: number, at?: number): Uint8Array | Answer {
    const open = this.#file(fd);
    if (typeof open === "number") return open;
    const position = at ?? open.position;
    const read = open.node.contents.slice(position, position + bytes);
    if (at === undefined) this.#open.get(fd)!.position += read.length;
    return read;
  }

  seek(fd: number, offset: number, whence: number): Answer {
    const open = this.#file(fd);
    if (typeof open === "number") return open === -Errno.ISDIR ? -Errno.BADF : open;
    const from = [0, open.position, open.node.contents.length][whence]!;
    if (from + offset < 0) return -Errno.INVAL;
    this.#open.get(fd)!.position = from + offset;
    return from + offset;
  }

  resize(fd: number, size: number): Answer {
    const open = this.#file(fd);
    if (typeof open === "number") return -open;
    const resized = new Uint8Array(size);
    resized.set(open.node.contents.slice(0, size));
    open.node.contents = resized;
    return 0;
  }

  makeDirectory(path: string): Answer {
    const place = this.#walk(path, false);
    if (typeof place === "number") return place;
    if (place.node) return Errno.EXIST;
    if (this.#isRemoved(place.directory)) return Errno.NOENT;
    place.directory.entries.set(place.name, directory(place.directory));
    return 0;
  }

  removeDirectory(path: string): Answer {
    const place = this.#walk(path, false);
    if (typeof place === "number") return place;
    const { node } = place;
    if (!node) return Errno.NOENT;
    if (node.kind !== "directory") return Errno.NOTDIR;
    if (place.name === "") return Errno.INVAL;
    if (node.entries.size > 0) return Errno.NOTEMPTY;
    node.parent = null;
    place.directory.entries.delete(place.name);
    return 0;
  }

  unlink(path: string): Answer {
    const place = this.#walk(path, false);
    if (typeof place === "number") return place;
    const { node } = place;
    if (!node) return Errno.NOENT;
    if (node.kind === "directory") return Errno.ISDIR;
    if (place.slash) return Errno.NOTDIR;
    --node.links;
    place.directory.entries.delete(place.name);
    return 0;
  }

  link(from: string, to: string): Answer {
    const source = this.#find(from, false);
    if (typeof source === "number") return source;
    const place = this.#walk(to, false);
    if (typeof place === "number") return place;
    if (place.node) return Errno.EXIST;
    if (place.slash) return Errno.NOENT;
    if (source.node.kind === "directory") return Errno.PERM;
    if (this.#isRemoved(place.directory)) return Errno.NOENT;
    ++source.node.links;
    place.directory.entries.set(place.name, source.node);
    return 0;
  }

  symlink(target: string, path: string): Answer {
    if (target === "") return Errno.NOENT;
    const place = this.#walk(path, false);
    if (typeof place === "number") return place;
    if (place.node) return Errno.EXIST;
    if (place.slash) return Errno.NOENT;
    if (target.startsWith("/")) return Errno.NOTCAPABLE;
    if (this.#isRemoved(place.directory)) return Errno.NOENT;
    place.directory.entries.set(place.name, { kind: "link", target, links: 1 });
    return 0;
  }

  rename(from: string, to: string): Answer {
    const source = this.#find(from, false);
    if (typeof source === "number") return source;
    if (source.name === "") return Errno.INVAL;
    const place = this.#walk(to, false);
    if (typeof place === "number") return place;
    const { node } = source;
    const there = place.node;
    if (there === node) return 0;
    if (place.name === "") return Errno.INVAL;
    if (node.kind !== "directory" && (source.slash || place.slash)) return Errno.NOTDIR;
    if (node.kind === "directory") {
      for (let up: Directory | null = place.directory; up; up = up.parent) {
        if (up === node) return Errno.INVAL;
      }
    }
    if (!there && this.#isRemoved(place.directory)) return Errno.NOENT;
    if (there) {
      if (node.kind === "directory" && there.kind !== "directory") return Errno.NOTDIR;
      if (node.kind !== "directory" && there.kind === "directory") return Errno.ISDIR;
      if (there.kind === "directory") {
        if (there.entries.size > 0) return Errno.NOTEMPTY;
        there.parent = null;
      } else --there.links;
    }
    source.directory.entries.delete(source.name);
    // An entry that is replaced keeps its place in the order.
    place.directory.entries.set(place.name, node);
    if (node.kind === "directory") node.parent = place.directory;
    return 0;
  }

  stat(path: string, follow: boolean): { type: number; links: number; size: number } | Answer {
    const place = this.#find(path, follow);
    if (typeof place === "number") return -place;
    const { node } = place;
    if (node.kind === "file") return { type: 4, links: node.links, size: node.contents.length };
    if (node.kind === "link") return { type: 7, links: node.links, size: node.target.length };
    return { type: 3, links: node === this.root ? 0 : 1, size: 0 };
  }

  /** Names in the directory at `path`, without the dots; null if it is none. */
  list(path: string): string[] | null {
    const place = this.#walk(path, true);
    if (typeof place === "number" || place.node?.kind !== "directory") return null;
    return [...place.node.entries.keys()];
  }
}
