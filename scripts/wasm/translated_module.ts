/**
 * What the shim has to know of a module that wasm2c translated to C, written as C for the end of the
 * translation (shim/aot/translated_module.h), and what the shim could not run, refused.
 *
 * wasm2c is that of wabt 1.0.32; what is read of its output is checked to be there.
 */

import { createHash } from "node:crypto";
import { ABI_VERSION } from "../../abi/version.ts";
import { entries, imports, Reader, sections } from "./wasm_binary.ts";

/** The name that the translation has in C; symbols begin with it. */
export const TRANSLATION_NAME = "kernel";

/** Section ids (WebAssembly Core Specification 2.0, 5.5.2). */
const CUSTOM = 0;
const TYPE = 1;
const FUNCTION = 3;
const TABLE = 4;
const MEMORY = 5;
const EXPORT = 7;
const START = 8;

/** What wasm3 calls a function without a name. */
const UNNAMED = "<unnamed>";

/** Subsection of function names (appendix, 7.4.1). */
const FUNCTION_NAMES = 1;

const EXPORT_KINDS = { function: 0 };

/** Value types by their byte (5.3.1), as wasm3 writes signatures. */
const VALUE_TYPES: Readonly<Record<number, string>> = {
  0x7f: "i",
  0x7e: "I",
  0x7d: "f",
  0x7c: "F",
};

/** What the shim calls, and its signature. */
const EXPORTS: readonly (readonly [name: string, signature: string])[] = [
  ["abi_version", "i()"],
  ["kernel_main", "i(Ii)"],
];

/** Exports that a program's calls come to; see shim/wasm3/program.c. */
const FOR_PROGRAMS = /^(?:program|wasi)_\w+$/;

/** Factor of the checksum; see translated_module.h. */
const CHECKSUM_FACTOR = 0x9e3779b97f4a7c15n;

/** A module that the shim cannot run, or C that wasm2c 1.0.32 does not write. */
export class TranslationError extends Error {}

/** Functions of a module by their index, imports first. */
interface Functions {
  /** How many are imported. */
  readonly imported: number;
  /** Signatures of the types, like `i(Ii)`. */
  readonly types: readonly string[];
  /** Type of each function that is defined. */
  readonly defined: readonly number[];
  /** Index of the function that is exported by a name. */
  readonly exported: ReadonlyMap<string, number>;
  /** Names of functions: of those that have both, the exported one, as in wasm3. */
  readonly names: ReadonlyMap<number, string>;
  /** Name of the start function; null if there is none. */
  readonly start: string | null;
}

function valueTypes(reader: Reader): string {
  const count = reader.u32();
  return Array.from({ length: count }, () => VALUE_TYPES[reader.byte()] ?? "?").join("");
}

function readSignature(reader: Reader): string {
  reader.byte();
  const parameters = valueTypes(reader);
  return `${valueTypes(reader) || "v"}(${parameters})`;
}

/** Names in the custom section `name`. */
function nameSection(module: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  for (const { id, contents, end } of sections(module)) {
    if (id !== CUSTOM) continue;
    const reader = new Reader(module, contents, end);
    if (reader.name() !== "name") continue;
    while (!reader.done) {
      const kind = reader.byte();
      const next = reader.u32() + reader.position;
      if (kind === FUNCTION_NAMES) {
        for (let count = reader.u32(); count > 0; --count) names.set(reader.u32(), reader.name());
      }
      reader.position = next;
    }
  }
  return names;
}

function readFunctions(module: Uint8Array): Functions {
  const exported = new Map<string, number>();
  entries(module, EXPORT, (reader) => {
    const name = reader.name();
    const kind = reader.byte();
    const index = reader.u32();
    if (kind === EXPORT_KINDS.function) exported.set(name, index);
  });
  const names = nameSection(module);
  for (const [name, index] of [...exported].reverse()) names.set(index, name);
  const start = sections(module).find(({ id }) => id === START);
  return {
    start: start ? (names.get(new Reader(module, start.contents).u32()) ?? UNNAMED) : null,
    imported: imports(module).filter(({ kind }) => kind === "func").length,
    types: entries(module, TYPE, readSignature),
    defined: entries(module, FUNCTION, (reader) => reader.u32()),
    exported,
    names,
  };
}

/** Throws for an import that is not among `known`, called or not. */
function checkImports(module: Uint8Array, known: ReadonlySet<string>): void {
  for (const item of imports(module)) {
    if (item.module !== "shim" || item.kind !== "func" || !known.has(item.name)) {
      throw new TranslationError(
        `it imports ${item.module}.${item.name}, which ABI ${ABI_VERSION} does not have`,
      );
    }
  }
}

function checkExports({ imported, types, defined, exported }: Functions): void {
  for (const [name, signature] of EXPORTS) {
    const index = exported.get(name);
    if (index === undefined) throw new TranslationError(`it does not export ${name}`);
    if (types[defined[index - imported] ?? -1] !== signature) {
      throw new TranslationError(`it exports ${name} with another signature`);
    }
  }
}

/** Number of entries of the module's table, 0 without one. */
function tableSize(module: Uint8Array): number {
  const sizes = entries(module, TABLE, (reader) => {
    reader.byte();
    return reader.limits().minimum;
  });
  if (sizes.length > 1) throw new TranslationError("it has more than one table");
  return sizes[0] ?? 0;
}

function checkMemory(module: Uint8Array): void {
  const minima = entries(module, MEMORY, (reader) => reader.limits().minimum);
  if (minima.length !== 1 || minima[0] !== 1) {
    throw new TranslationError("it does not start with 65536 bytes of memory of its own");
  }
}

/** The checksum of `module`; see translated_module.h. */
export function checksum(module: Uint8Array): bigint {
  const padded = new Uint8Array(Math.ceil(module.length / 8) * 8);
  padded.set(module);
  const words = new DataView(padded.buffer);
  let sum = 0n;
  for (let at = 0; at < padded.length; at += 8) {
    sum = BigInt.asUintN(64, (sum ^ words.getBigUint64(at, true)) * CHECKSUM_FACTOR);
  }
  return sum;
}

/** `text` as a C string. */
function quote(text: string): string {
  return JSON.stringify(text.replaceAll(/[^ -~]/g, "?"));
}

/** Calls through the table have one trap for three reasons; the shim tells them apart. */
function tellCallsApart(c: string): string {
  const parts = c.split("TRAP(CALL_INDIRECT)");
  if (parts.length !== 2) throw new TranslationError("this is not the C that wasm2c 1.0.32 writes");
  return parts.join("(wasm_rt_trap_call(&table, x), 0)");
}

/** The C symbols of what `pattern` finds, a function for each. */
function symbols(c: string, pattern: RegExp): RegExpExecArray[] {
  return [...c.matchAll(pattern)];
}

/** An export that programs' calls come to, by its name, its signature and its C symbol. */
interface ProgramExport {
  readonly name: string;
  readonly signature: string;
  readonly symbol: string;
}

function programExports(
  { imported, types, defined, exported }: Functions,
  wrappers: readonly RegExpExecArray[],
): ProgramExport[] {
  return wrappers.flatMap(([, name = "", symbol = ""]) => {
    if (!FOR_PROGRAMS.test(name)) return [];
    const signature = types[defined[exported.get(name)! - imported] ?? -1] ?? "?";
    return /^[iIv]\([iI]*\)$/.test(signature) ? [{ name, signature, symbol }] : [];
  });
}

/** A C function that calls the export with parameters from an array of words. */
function callFromWords({ name, signature, symbol }: ProgramExport): string {
  const count = signature.length - "v()".length;
  const words = Array.from({ length: count }, (_, index) => `, p[${index}]`).join("");
  const call = `${symbol}(&instance${words})`;
  const body = signature.startsWith("v") ? `${call}; return 0;` : `return ${call};`;
  return `static uint64_t call_${name}(const uint64_t *p) { ${body} }`;
}

/**
 * The C for `module`, of which `c` is wasm2c's translation. `known` are the names that it may import
 * of `shim`. Throws a TranslationError for a module that the shim cannot run.
 */
export function completeTranslation(
  module: Uint8Array,
  c: string,
  known: ReadonlySet<string>,
): string {
  const functions = readFunctions(module);
  checkImports(module, known);
  checkExports(functions);
  checkMemory(module);
  const instance = `Z_${TRANSLATION_NAME}_instance_t`;
  const definitions = symbols(
    c,
    new RegExp(`^static [\\w ]+ (w2c_\\w+)\\(${instance}\\* instance[^;{]*\\{$`, "gm"),
  );
  const wrappers = symbols(
    c,
    new RegExp(`^/\\* export: '(.*)' \\*/\\n[\\w ]+ (Z_\\w+)\\(${instance}\\* instance`, "gm"),
  );
  if (definitions.length !== functions.defined.length) {
    throw new TranslationError("this is not the C that wasm2c 1.0.32 writes");
  }
  const exported = programExports(functions, wrappers);
  const named = [
    ...definitions.map(([, symbol], index) => {
      const name = functions.names.get(functions.imported + index) ?? UNNAMED;
      return `{${symbol}, ${quote(name)}, false}`;
    }),
    ...wrappers.map(([, name, symbol]) => `{${symbol}, ${quote(name!)}, true}`),
    `{Z_${TRANSLATION_NAME}_init_module, NULL, true}`,
    ...[`Z_${TRANSLATION_NAME}_instantiate`, "instantiate"].map(
      (symbol) =>
        `{${symbol}, ${functions.start === null ? "NULL" : quote(functions.start)}, true}`,
    ),
    ...EXPORTS.map(([name]) => `{${name}, ${quote(name)}, true}`),
    ...exported.map(({ name }) => `{call_${name}, ${quote(name)}, true}`),
  ];
  const numbers = functions.types.map((type) => functions.types.indexOf(type));
  const entriesOfTable = tableSize(module);
  const hash = createHash("blake2b512").update(module).digest("hex");
  const call = (name: string) => `Z_${TRANSLATION_NAME}Z_${name}`;
  return `${tellCallsApart(c)}
#include "aot_imports.h"
#include "translated_module.h"

static const uint32_t type_numbers[] = {${numbers.join(", ") || "0"}};
${entriesOfTable ? `static wasm_rt_funcref_t table[${entriesOfTable}];` : ""}
static ${instance} instance;
static void instantiate(void) {
  Z_${TRANSLATION_NAME}_init_module();
  Z_${TRANSLATION_NAME}_instantiate(&instance${functions.imported ? ", NULL" : ""});
}
static int32_t abi_version(void) { return (int32_t)${call("abi_version")}(&instance); }
static int32_t kernel_main(uint64_t hhdm_offset, uint32_t memmap_entries) {
  return (int32_t)${call("kernel_main")}(&instance, hhdm_offset, memmap_entries);
}
${exported.map(callFromWords).join("\n")}
static const struct kernel_function exports[] = {
  ${exported.map(({ name, signature }) => `{"${name}", "${signature}", call_${name}},`).join("\n  ")}
  {0},
};
static const struct translated_function functions[] = {
  ${named.join(",\n  ")}
};
const struct translated_module translated_module = {
  .bytes = ${module.length},
  .checksum = ${checksum(module)}u,
  .hash = "BLAKE2b-512=${hash}",
  .functions = functions,
  .function_count = ${named.length},
  .type_numbers = type_numbers,
  .table = ${entriesOfTable ? "table" : "NULL"},
  .instantiate = instantiate,
  .abi_version = abi_version,
  .kernel_main = kernel_main,
  .exports = exports,
  .export_count = ${exported.length},
};
`;
}
