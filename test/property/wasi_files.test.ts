/**
 * Any sequence of calls on files, side by side with a model that is nothing but maps: every answer, every
 * byte read, every list of names, and in the end every frame.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MmStat } from "../../abi/mm_stat.ts";
import { FileModel } from "../support/file_model.ts";
import { file } from "../support/program_machine.ts";
import { draws } from "../support/seeds.ts";
import { Caller } from "../support/wasi_caller.ts";

/** Few names, so that sequences meet; a file of the loader's among them. */
const name = fc.constantFrom("a", "b", "c", "boot", "tmp");
const wild = fc.array(fc.oneof(name, fc.constantFrom(".", "..", "")), {
  minLength: 1,
  maxLength: 4,
});
const path = fc
  .oneof(
    { weight: 5, arbitrary: fc.tuple(name) },
    { weight: 3, arbitrary: fc.tuple(name, name) },
    { weight: 2, arbitrary: wild },
  )
  .map((parts) => parts.join("/"));
/** Mostly such as are open: new ones have the lowest number. */
const opened = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 4, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 7, max: 9 }) },
);
const fd = fc.oneof({ weight: 9, arbitrary: opened }, { weight: 1, arbitrary: fc.constant(3) });
/** Around the borders of pages, and of the file that the loader brought. */
const position = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.constantFrom(4_095, 4_096, 4_097, 5_000, 8_192, 12_287, 40_960),
);
const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(4_096, 4_097, 9_000));

const open = fc.record({
  call: fc.constant("open" as const),
  path,
  // Create it, or look for a directory, or whatever there is.
  flags: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    fc.constant(2),
    fc.integer({ min: 0, max: 15 }),
  ),
  fdFlags: fc.constantFrom(0, 0, 1, 31),
});

const onDescriptor = fc.oneof(
  fc.record({ call: fc.constant("write" as const), fd, size, seed: fc.nat(255) }),
  fc.record({ call: fc.constant("pwrite" as const), fd, size, seed: fc.nat(255), position }),
  fc.record({ call: fc.constant("read" as const), fd, size }),
  fc.record({ call: fc.constant("pread" as const), fd, size, position }),
  fc.record({
    call: fc.constant("seek" as const),
    fd,
    offset: fc.oneof(position, fc.integer({ min: -30, max: 0 })),
    whence: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ call: fc.constant("resize" as const), fd, position }),
  fc.record({ call: fc.constant("describe" as const), fd }),
  fc.record({ call: fc.constant("set flags" as const), fd, flags: fc.constantFrom(0, 1, 31, 32) }),
  fc.record({ call: fc.constant("renumber" as const), from: opened, to: opened }),
  fc.record({ call: fc.constant("close" as const), fd: opened }),
);

const onPath = fc.oneof(
  fc.record({
    call: fc.constantFrom("mkdir" as const, "rmdir" as const, "unlink" as const, "list" as const),
    path,
  }),
  fc.record({
    call: fc.constantFrom("rename" as const, "link" as const, "symlink" as const),
    path,
    to: path,
  }),
  fc.record({ call: fc.constant("stat" as const), path, follow: fc.boolean() }),
);

const step = fc.oneof(
  { weight: 2, arbitrary: open },
  { weight: 4, arbitrary: onDescriptor },
  { weight: 2, arbitrary: onPath },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const bytes = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed + (at >> 8)) & 255);

/** What the kernel answers. */
function ask(program: Caller, next: Step): unknown {
  switch (next.call) {
    case "open":
      return program.open(next.path, next.flags, { fdFlags: next.fdFlags });
    case "close":
      return program.call("fd_close", next.fd);
    case "renumber":
      return program.call("fd_renumber", next.from, next.to);
    case "set flags":
      return program.call("fd_fdstat_set_flags", next.fd, next.flags);
    case "describe":
      return program.describe(next.fd);
    case "write":
      return program.write(next.fd, bytes(next.size, next.seed));
    case "pwrite":
      return program.write(next.fd, bytes(next.size, next.seed), BigInt(next.position));
    case "read":
      return program.read(next.fd, next.size);
    case "pread":
      return program.read(next.fd, next.size, BigInt(next.position));
    case "seek":
      return Number(program.seek(next.fd, BigInt(next.offset), next.whence));
    case "resize":
      return program.call("fd_filestat_set_size", next.fd, BigInt(next.position));
    case "mkdir":
      return program.at("path_create_directory", next.path);
    case "rmdir":
      return program.at("path_remove_directory", next.path);
    case "unlink":
      return program.at("path_unlink_file", next.path);
    case "rename":
      return program.rename(next.path, next.to);
    case "link":
      return program.link(next.path, next.to);
    case "symlink":
      return program.symlink(next.path, next.to);
    case "stat":
      return program.stat(next.path, next.follow);
    case "list": {
      const opened = program.open(next.path, 2);
      if (opened < 0) return null;
      const names = program.list(opened, 100).slice(2).sort();
      program.call("fd_close", opened);
      return names;
    }
  }
}

/** What the model answers. */
function expected(model: FileModel, next: Step): unknown {
  switch (next.call) {
    case "open":
      return model.open(next.path, next.flags, next.fdFlags);
    case "close":
      return model.close(next.fd);
    case "renumber":
      return model.renumber(next.from, next.to);
    case "set flags":
      return model.setFlags(next.fd, next.flags);
    case "describe":
      return model.describe(next.fd);
    case "write":
      return model.write(next.fd, bytes(next.size, next.seed));
    case "pwrite":
      return model.write(next.fd, bytes(next.size, next.seed), next.position);
    case "read":
      return model.read(next.fd, next.size);
    case "pread":
      return model.read(next.fd, next.size, next.position);
    case "seek":
      return model.seek(next.fd, next.offset, next.whence);
    case "resize":
      return model.resize(next.fd, next.position);
    case "mkdir":
      return model.makeDirectory(next.path);
    case "rmdir":
      return model.removeDirectory(next.path);
    case "unlink":
      return model.unlink(next.path);
    case "rename":
      return model.rename(next.path, next.to);
    case "link":
      return model.link(next.path, next.to);
    case "symlink":
      return model.symlink(next.path, next.to);
    case "stat":
      return model.stat(next.path, next.follow);
    case "list":
      return model.list(next.path)?.sort() ?? null;
  }
}

describe("calls on files", () => {
  test("answer as the model does, and every frame comes back", () => {
    const brought = bytes(5_001, 3);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
        const program = new Caller({
          files: [file("boot", brought)],
          machine: { options: "selftest=off" },
          memory: 32n << 20n,
        });
        const model = new FileModel();
        model.add("boot", brought);
        const start =
          program.kernel.mmStat(MmStat.ALLOCATED) - program.kernel.mmStat(MmStat.PROGRAM);
        for (const next of steps) {
          const answer = ask(program, next);
          expect(answer, JSON.stringify(next)).toEqual(expected(model, next));
        }
        program.end();
        expect(program.kernel.mmStat(MmStat.ALLOCATED)).toBe(start);
        expect(program.kernel.mmStat(MmStat.PROGRAM)).toBe(0);
      }),
      draws(7_2027, 250),
    );
  });
});
