/** Translating a module for the shim: what is refused, and that it gives the same C every time. */

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksum } from "../../scripts/wasm/translated_module.ts";

const ROOT = join(import.meta.dirname, "../..");
const KERNEL = join(ROOT, "builddir/kernel.wasm");

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slopos-translation-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function translate(module: string, output: string) {
  const script = join(ROOT, "scripts/translate_module.mjs");
  return spawnSync("node", [script, module, output], { encoding: "utf8" });
}

/** A module in text; each part can be replaced. */
function kernel(
  parts: Partial<Record<"first" | "memory" | "version" | "main", string>> = {},
): string {
  const {
    first = "",
    memory = `(memory (export "memory") 1)`,
    version = `(func (export "abi_version") (result i32) (i32.const 2))`,
    main = `(func (export "kernel_main") (param i64 i32) (result i32) (i32.const 0))`,
  } = parts;
  return `(module ${first} ${memory} ${version} ${main})`;
}

describe("a translation", () => {
  test("of the kernel is the same every time, and names its hash", () => {
    const outputs = ["a", "b"].map((name) => {
      const output = join(folder, `${name}.c`);
      expect(translate(KERNEL, output)).toMatchObject({ status: 0, stderr: "" });
      return readFileSync(output, "utf8").replaceAll(`"${name}.h"`, "");
    });
    expect(outputs[0]).toBe(outputs[1]);
    const hash = createHash("blake2b512").update(readFileSync(KERNEL)).digest("hex");
    expect(outputs[0]).toContain(`"BLAKE2b-512=${hash}"`);
  });

  test("names every function of the kernel that has a name", () => {
    const output = join(folder, "named.c");
    translate(KERNEL, output);
    const table = /translated_function functions\[\] = \{([^]*?)\n\};/.exec(
      readFileSync(output, "utf8"),
    );
    expect(table![1]).toContain(`"src/boot/crash/recurse"`);
    expect(table![1]).toContain(`"kernel_main"`);
    expect(table![1]).not.toContain("<unnamed>");
  });

  test("lists what programs call, with its signature", () => {
    const output = join(folder, "calls.c");
    translate(KERNEL, output);
    const [, table = ""] = /kernel_function exports\[\] = \{([^]*?)\n\};/.exec(
      readFileSync(output, "utf8"),
    )!;
    const listed = [...table.matchAll(/\{"(\w+)", "([^"]+)", call_(\w+)\}/g)];
    // Of each kind one by hand, as abi/wasi.ts and the design have it.
    expect(listed.map(([, name, signature]) => [name, signature])).toEqual(
      expect.arrayContaining([
        ["program_grow", "i(iI)"],
        ["program_end", "i(iII)"],
        ["program_start", "v()"],
        ["wasi_fd_write", "i(iiii)"],
        ["wasi_path_open", "i(iiiiiIIii)"],
        ["wasi_proc_exit", "v(i)"],
        ["wasi_unstable_fd_seek", "i(iIii)"],
      ]),
    );
    expect(listed.every(([, name, , called]) => name === called)).toBe(true);
    const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(KERNEL)))
      .map(({ name }) => name)
      .filter((name) => /^(program|wasi)_/.test(name));
    expect(listed.map(([, name]) => name).sort()).toEqual(names.sort());
  });

  test.each([
    [
      "an import that ABI 2 does not have, though never called",
      kernel({ first: `(import "shim" "launch" (func))` }),
      "imports shim.launch, which ABI 2 does not have",
    ],
    [
      "an import of another module",
      kernel({ first: `(import "env" "clock" (func))` }),
      "imports env.clock, which ABI 2",
    ],
    [
      "an imported global",
      kernel({ first: `(import "shim" "clock" (global i32))` }),
      "imports shim.clock, which ABI 2",
    ],
    ["no kernel_main", kernel({ main: "" }), "does not export kernel_main"],
    [
      "a kernel_main with its arguments the other way round",
      kernel({ main: `(func (export "kernel_main") (param i32 i64) (result i32) (i32.const 0))` }),
      "exports kernel_main with another signature",
    ],
    [
      "an abi_version that returns an i64",
      kernel({ version: `(func (export "abi_version") (result i64) (i64.const 1))` }),
      "exports abi_version with another signature",
    ],
    ["no memory", kernel({ memory: "" }), "does not start with 65536 bytes of memory"],
    [
      "two pages of memory",
      kernel({ memory: `(memory (export "memory") 2)` }),
      "does not start with 65536 bytes of memory",
    ],
    ["two tables", kernel({ first: "(table 1 funcref) (table 1 funcref)" }), "more than one table"],
  ])("is refused for %s", (_, text, message) => {
    const [source, module, output] = ["m.wat", "m.wasm", "m.c"].map((name) => join(folder, name));
    writeFileSync(source!, text);
    execFileSync("wat2wasm", ["-o", module!, source!]);
    const { status, stderr } = translate(module!, output!);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  test("is refused for what is no module", () => {
    const module = join(folder, "no.wasm");
    writeFileSync(module, "no module");
    expect(translate(module, join(folder, "no.c")).status).toBe(1);
  });
});

describe("the checksum", () => {
  // By hand: (0 ^ 1) * factor, and with a second word of one byte, 2.
  const factor = 0x9e3779b97f4a7c15n;

  test("is what the shim computes", () => {
    expect(checksum(new Uint8Array(0))).toBe(0n);
    expect(checksum(Uint8Array.of(1))).toBe(factor);
    const two = BigInt.asUintN(64, (factor ^ 2n) * factor);
    expect(checksum(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2))).toBe(two);
  });

  test("changes with each bit", () => {
    const bytes = readFileSync(KERNEL).subarray(0, 256);
    const whole = checksum(bytes);
    for (let bit = 0; bit < 8 * bytes.length; ++bit) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(checksum(changed)).not.toBe(whole);
    }
  });
});
