/**
 * Files as a program has them: what the loader brought, read where it lies, and what the program writes,
 * one behaviour at a time. What interacts is in test/property/wasi_files.test.ts.
 */

import { describe, expect, test } from "vitest";
import { MmStat } from "../../abi/mm_stat.ts";
import { type BootFile } from "../../sim/boot_files.ts";
import { file } from "../support/program_machine.ts";
import { tar } from "../support/tar_writer.ts";
import { ALL_RIGHTS, Caller, Errno } from "../support/wasi_caller.ts";

const CREAT = 1;
const DIRECTORY = 2;
const EXCL = 4;
const TRUNC = 8;

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array | number) =>
  typeof read === "number" ? read : new TextDecoder().decode(read);

/** Bytes that tell where they are from. */
const pattern = (length: number) =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 255);

describe("what the loader brought", () => {
  const contents = pattern(10_001);
  const caller = () =>
    new Caller({
      files: [
        file("/data/numbers", contents),
        file("empty", new Uint8Array(0)),
        {
          bytes: tar([
            { name: "./", type: "5" },
            { name: "notes/", type: "5" },
            { name: "notes/today", contents: bytes("rain\n"), time: 86_400 },
            { name: "again", type: "1", link: "notes/today" },
            { name: "short", type: "2", link: "notes/today" },
            { name: "leaf", prefix: "a/long/way", contents: pattern(513) },
            { name: "pipe", type: "6" },
          ]),
          cmdline: "tar=/archive",
        },
      ],
    });

  test("is found by name, below directories that came by themselves", () => {
    const program = caller();
    expect(program.list(3)).toEqual([".", "..", "data", "empty", "archive", "tmp"]);
    expect(program.list(program.open("archive", DIRECTORY))).toEqual([
      ".",
      "..",
      "notes",
      "again",
      "short",
      "a",
    ]);
    expect(program.stat("data/numbers")).toEqual({ type: 4, links: 1, size: 10_001 });
    expect(program.stat("archive/again")).toEqual({ type: 4, links: 2, size: 5 });
    expect(program.stat("archive/short", false)).toEqual({ type: 7, links: 1, size: 11 });
    expect(program.stat("archive/a/long/way/leaf")).toEqual({ type: 4, links: 1, size: 513 });
    program.end();
  });

  test("is read where it lies: without a frame", () => {
    const program = caller();
    const fd = program.open("data/numbers");
    const before = program.kernel.mmStat(MmStat.PROGRAM);
    expect(program.read(fd, 9_000)).toEqual(contents.slice(0, 9_000));
    expect(program.read(fd, 9_000)).toEqual(contents.slice(9_000));
    expect(program.read(fd, 9_000)).toEqual(new Uint8Array(0));
    expect(program.read(fd, 5, 4_094n)).toEqual(contents.slice(4_094, 4_099));
    expect(text(program.read(program.open("archive/short"), 100))).toBe("rain\n");
    expect(program.kernel.mmStat(MmStat.PROGRAM)).toBe(before);
    program.end();
  });

  test("is written to in copies of its pages, one by one", () => {
    const program = caller();
    const fd = program.open("data/numbers");
    const before = program.kernel.mmStat(MmStat.PROGRAM);
    expect(program.write(fd, bytes("xyz"), 8_190n)).toBe(3);
    // Two pages of contents, and one of addresses above them.
    expect(program.kernel.mmStat(MmStat.PROGRAM)).toBe(before + 3);
    const wanted = contents.slice();
    wanted.set(bytes("xyz"), 8_190);
    expect(program.read(fd, 11_000)).toEqual(wanted);
    program.end();
  });

  test("is cut, and what is cut stays away when it grows again", () => {
    const program = caller();
    const fd = program.open("data/numbers");
    expect(program.call("fd_filestat_set_size", fd, 5_001n)).toBe(0);
    expect(program.call("fd_filestat_set_size", fd, 9_000n)).toBe(0);
    const wanted = new Uint8Array(9_000);
    wanted.set(contents.slice(0, 5_001));
    expect(program.read(fd, 10_000)).toEqual(wanted);
    program.end();
  });
});

describe("what the loader brought wrongly", () => {
  const refusal = (files: BootFile[]) => {
    expect(() => new Caller({ files })).toThrow(/program_open answered/);
  };

  test("a damaged tar, two files of one name, a file in a directory's place, an unknown word", () => {
    const archive = tar([{ name: "f", contents: bytes("1") }]);
    const damaged = archive.slice();
    damaged[3] = 65;
    refusal([{ bytes: damaged, cmdline: "tar=/" }]);
    refusal([{ bytes: archive.slice(0, 512), cmdline: "tar=/" }]);
    refusal([{ bytes: archive.slice(0, 1100), cmdline: "tar=/" }]);
    refusal([file("f", bytes("0")), { bytes: archive, cmdline: "tar=/" }]);
    refusal([file("f", bytes("0")), file("f/g", bytes("0"))]);
    refusal([{ bytes: archive, cmdline: "zip=/" }]);
    refusal([{ bytes: archive, cmdline: "" }]);
  });
});

describe("what the program writes", () => {
  test("is there until it is removed, and its frames come back", () => {
    const program = new Caller();
    const before = program.kernel.mmStat(MmStat.PROGRAM);
    const fd = program.open("tmp/new", CREAT | EXCL);
    expect(fd).toBe(4);
    expect(program.write(fd, pattern(60_000))).toBe(60_000);
    expect(program.seek(fd, 0n, 0)).toBe(0n);
    expect(program.read(fd, 60_000)).toEqual(pattern(60_000));
    expect(program.open("tmp/new", CREAT | EXCL)).toBe(-Errno.EXIST);
    expect(program.at("path_unlink_file", "tmp/new")).toBe(0);
    expect(program.open("tmp/new")).toBe(-Errno.NOENT);
    // Open, it is still there.
    expect(program.read(fd, 3, 100n)).toEqual(pattern(103).slice(100));
    expect(program.call("fd_close", fd)).toBe(0);
    expect(program.kernel.mmStat(MmStat.PROGRAM)).toBe(before);
    program.end();
  });

  test("holes read as zero and cost nothing", () => {
    const program = new Caller();
    const fd = program.open("hole", CREAT);
    const before = program.kernel.mmStat(MmStat.PROGRAM);
    expect(program.write(fd, bytes("end"), 1n << 40n)).toBe(3);
    expect(program.kernel.mmStat(MmStat.PROGRAM)).toBeLessThan(before + 6);
    expect(program.read(fd, 5, (1n << 40n) - 2n)).toEqual(Uint8Array.of(0, 0, 101, 110, 100));
    expect(program.call("fd_filestat_set_size", fd, (1n << 48n) + 1n)).toBe(Errno.FBIG);
    expect(program.write(fd, bytes("x"), 1n << 48n)).toBe(-Errno.FBIG);
    program.end();
  });

  test("appends at the end, wherever the position is", () => {
    const program = new Caller();
    const fd = program.open("log", CREAT, { fdFlags: 1 });
    expect(program.write(fd, bytes("one "))).toBe(4);
    expect(program.seek(fd, 0n, 0)).toBe(0n);
    expect(program.write(fd, bytes("two"))).toBe(3);
    expect(text(program.read(fd, 10, 0n))).toBe("one two");
    program.end();
  });

  test("full memory is NOSPC and loses nothing", () => {
    const program = new Caller({ memory: 20n << 20n });
    const fd = program.open("big", CREAT);
    const chunk = pattern(65_536);
    let written = 0;
    let last = 0;
    while ((last = program.write(fd, chunk)) > 0) written += last;
    expect(last).toBe(-Errno.NOSPC);
    expect(program.kernel.mmStat(MmStat.FREE)).toBe(0);
    for (let at = 0; at < written; at += 65_536) {
      const part = chunk.slice(0, Math.min(65_536, written - at));
      expect(Buffer.compare(program.read(fd, 65_536, BigInt(at)) as Uint8Array, part)).toBe(0);
    }
    // There is room for a few more names in frames that are there already.
    let files = 0;
    while (program.at("path_create_directory", `dir ${files}`) === 0) ++files;
    expect(files).toBeLessThan(20);
    expect(program.at("path_create_directory", "dir")).toBe(Errno.NOSPC);
    expect(program.list(3).length).toBe(4 + files);
    expect(program.at("path_unlink_file", "big")).toBe(0);
    expect(program.call("fd_close", fd)).toBe(0);
    expect(program.at("path_create_directory", "dir")).toBe(0);
    program.end();
  });
});

describe("names", () => {
  test("lead no way out", () => {
    const program = new Caller();
    program.at("path_create_directory", "a");
    const fd = program.open("a", DIRECTORY);
    for (const path of ["..", "../tmp", "/", "/tmp", "a/../..", "a/../../x"]) {
      expect(program.open(path, 0, { fd }), path).toBe(
        path.startsWith("a") ? -Errno.NOENT : -Errno.NOTCAPABLE,
      );
    }
    expect(program.open("a/../..")).toBe(-Errno.NOTCAPABLE);
    expect(program.symlink("/etc", "out")).toBe(Errno.NOTCAPABLE);
    expect(program.symlink("../..", "a/up")).toBe(0);
    expect(program.open("a/up")).toBe(-Errno.NOTCAPABLE);
    program.end();
  });

  test("may be long, and not longer", () => {
    const program = new Caller();
    const longest = "n".repeat(255);
    expect(program.open(longest, CREAT)).toBeGreaterThan(3);
    expect(program.list(3, 400)).toEqual([".", "..", "tmp", longest]);
    expect(program.open(`${longest}n`, CREAT)).toBe(-Errno.NAMETOOLONG);
    expect(program.open("x/".repeat(2_048))).toBe(-Errno.NOENT);
    expect(program.open(`${"x/".repeat(2_048)}y`)).toBe(-Errno.NAMETOOLONG);
    expect(program.open("a\0b", CREAT)).toBe(-Errno.INVAL);
    expect(program.open("", CREAT)).toBe(-Errno.NOENT);
    program.end();
  });

  test("links in a ring end", () => {
    const program = new Caller();
    expect(program.symlink("b", "a")).toBe(0);
    expect(program.symlink("a", "b")).toBe(0);
    expect(program.open("a")).toBe(-Errno.LOOP);
    expect(program.open("a", 0, { lookup: 0 })).toBe(-Errno.LOOP);
    program.end();
  });

  test("a thousand of them are found, listed through any buffer, and removed", () => {
    const program = new Caller();
    program.at("path_create_directory", "many");
    const names = Array.from({ length: 1_000 }, (_, index) => `file ${index}`);
    for (const name of names) {
      const fd = program.open(`many/${name}`, CREAT);
      expect(program.call("fd_close", fd)).toBe(0);
    }
    const fd = program.open("many", DIRECTORY);
    for (const buffer of [64, 333, 60_000])
      expect(program.list(fd, buffer).slice(2)).toEqual(names);
    for (const name of names) expect(program.at("path_unlink_file", `many/${name}`)).toBe(0);
    expect(program.list(fd)).toEqual([".", ".."]);
    expect(program.at("path_remove_directory", "many")).toBe(0);
    program.end();
  });
});

describe("descriptors", () => {
  test("have the lowest number that is free, thousands of them", () => {
    const program = new Caller();
    for (let wanted = 4; wanted < 3_000; ++wanted)
      expect(program.open("tmp", DIRECTORY)).toBe(wanted);
    for (const fd of [2_000, 70, 5]) expect(program.call("fd_close", fd)).toBe(0);
    for (const fd of [5, 70, 2_000, 3_000]) expect(program.open("tmp", DIRECTORY)).toBe(fd);
    for (const fd of [3_001, 0x7fff_ffff, 0xffff_ffff]) {
      expect(program.call("fd_close", fd)).toBe(Errno.BADF);
    }
    program.end();
  });

  test("stay as they are where a call's answer has no place", () => {
    const NOWHERE = 0xffff_fff0;
    const said: number[] = [];
    const program = new Caller({
      input: bytes("typed\n"),
      words: ["input=stream"],
      machine: { output: (stream) => said.push(stream) },
    });
    const fd = program.open("f", CREAT);
    program.write(fd, bytes("abcdef"));
    program.seek(fd, 2n, 0);
    // One vector, that of the buffer; what was read last says where it is.
    expect(program.read(fd, 1)).toEqual(bytes("c"));
    const [vectors] = program.vector(2);
    expect(program.call("fd_read", fd, vectors, 1, NOWHERE)).toBe(Errno.FAULT);
    expect(program.call("fd_write", fd, vectors, 1, NOWHERE)).toBe(Errno.FAULT);
    expect(program.call("fd_pwrite", fd, vectors, 1, 0n, NOWHERE)).toBe(Errno.FAULT);
    expect(program.call("fd_seek", fd, 0n, 0, NOWHERE)).toBe(Errno.FAULT);
    expect(program.read(fd, 10)).toEqual(bytes("def"));
    expect(text(program.read(fd, 10, 0n))).toBe("abcdef");
    expect(program.call("fd_read", 0, vectors, 1, NOWHERE)).toBe(Errno.FAULT);
    expect(text(program.read(0, 10))).toBe("typed\n");
    expect(program.call("fd_write", 1, vectors, 1, NOWHERE)).toBe(Errno.FAULT);
    expect(said).toEqual([]);
    program.end();
  });

  test("are renumbered in place of others, which are closed", () => {
    const program = new Caller();
    const before = program.kernel.mmStat(MmStat.PROGRAM);
    const fd = program.open("tmp/gone", CREAT);
    program.write(fd, pattern(60_000));
    expect(program.at("path_unlink_file", "tmp/gone")).toBe(0);
    const directory = program.open("tmp", DIRECTORY);
    expect(program.call("fd_renumber", directory, fd)).toBe(0);
    // Nobody has the file any more.
    expect(program.kernel.mmStat(MmStat.PROGRAM)).toBe(before);
    expect(program.list(fd)).toEqual([".", ".."]);
    expect(program.call("fd_renumber", directory, fd)).toBe(Errno.BADF);
    program.end();
  });

  test("do what their rights say, and rights are only given up", () => {
    const program = new Caller();
    const fd = program.open("f", CREAT, { rights: 1n << 1n });
    expect(program.write(fd, bytes("x"))).toBe(-Errno.BADF);
    expect(program.call("fd_fdstat_set_rights", fd, ALL_RIGHTS, 0n)).toBe(Errno.NOTCAPABLE);
    expect(program.call("fd_fdstat_set_rights", fd, 0n, 0n)).toBe(0);
    expect(program.read(fd, 1)).toBe(-Errno.BADF);
    expect(program.open("f", TRUNC | DIRECTORY)).toBe(-Errno.NOTDIR);
    expect(program.open("tmp", TRUNC)).toBe(-Errno.ISDIR);
    program.end();
  });

  test("of the console cannot seek, and there are no sockets", () => {
    const program = new Caller();
    expect(program.seek(1, 0n, 1)).toBe(BigInt(-Errno.SPIPE));
    expect(program.read(0, 10)).toEqual(new Uint8Array(0));
    expect(program.read(1, 10)).toBe(-Errno.BADF);
    expect(program.call("sock_shutdown", 0, 1)).toBe(Errno.NOTSOCK);
    expect(program.call("sock_shutdown", 99, 1)).toBe(Errno.BADF);
    expect(program.call("proc_raise", 6)).toBe(Errno.NOSYS);
    program.end();
  });
});
