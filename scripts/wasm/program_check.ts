/**
 * Whether a wasm module is a program that the machine can run: what is asked before it is packed into an
 * ISO, and before the simulated machine runs it.
 *
 * The machine's runtime validates next to nothing and takes some modules for others than they are, so
 * that a real validator and this reader have the word before it.
 */

import { WASI_FUNCTIONS, WASI_MODULE, WASI_OLD_MODULE } from "../../abi/wasi.ts";
import { entries, ModuleError, type Reader, SectionId, sections } from "./wasm_binary.ts";
import { missingInstructions } from "./wasm_code.ts";

/** A function's type as `abi/wasi.ts` writes it: parameters and results, `i` and `I`. */
type Signature = string;

const KNOWN: ReadonlyMap<string, Signature> = new Map(
  WASI_FUNCTIONS.map((line) => {
    const [name, parameters, result] = line.split(" ");
    return [name!, `${parameters} ${result}`];
  }),
);

/** Letters of value types (5.3.1). */
const LETTERS: Readonly<Record<number, string>> = { 0x7f: "i", 0x7e: "I", 0x7d: "f", 0x7c: "F" };

/** Bits of the limits of a memory: shared between threads, addresses of 64 bits. */
const LIMIT_MAXIMUM = 1;
const LIMIT_SHARED = 2;
const LIMIT_64 = 4;

/** Section of exception tags. */
const TAGS = 13;

/** Kinds of imports (5.5.5). */
const KIND_NAMES = ["function", "table", "memory", "global", "tag"] as const;

function readTypes(module: Uint8Array): Signature[] {
  const letters = (reader: Reader) =>
    Array.from({ length: reader.u32() }, () => LETTERS[reader.byte()] ?? "?").join("");
  return entries(module, SectionId.TYPE, (reader) => {
    reader.byte();
    const parameters = letters(reader);
    return `${parameters} ${letters(reader)}`;
  });
}

/** Reads limits of any kind; their flags. */
function skipLimits(reader: Reader): number {
  const flags = reader.byte();
  for (let numbers = flags & LIMIT_MAXIMUM ? 2 : 1; numbers > 0; --numbers) {
    while (reader.byte() >= 0x80);
  }
  return flags;
}

interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: (typeof KIND_NAMES)[number];
  readonly signature: Signature;
}

function readImports(module: Uint8Array): Import[] {
  const types = readTypes(module);
  return entries(module, SectionId.IMPORT, (reader) => {
    const from = reader.name();
    const name = reader.name();
    const kind = KIND_NAMES[reader.byte()] ?? "tag";
    let signature = "";
    if (kind === "function") signature = types[reader.u32()] ?? "?";
    else if (kind === "global") reader.slice(2);
    else {
      if (kind !== "memory") reader.byte();
      if (kind === "tag") reader.u32();
      else skipLimits(reader);
    }
    return { module: from, name, kind, signature };
  });
}

/** Why the machine cannot serve an import, or "". */
function objectionToImport({ module, name, kind, signature }: Import): string {
  const what = `${module}.${name}`;
  if (kind !== "function") return `it imports a ${kind}, ${what}; nothing is there to be imported`;
  if (module !== WASI_MODULE && module !== WASI_OLD_MODULE) {
    return `it imports ${what}: only ${WASI_MODULE} can be imported from`;
  }
  const known = KNOWN.get(name);
  if (known === undefined) return `it imports ${what}, which WASI preview 1 does not have`;
  return known === signature ? "" : `it imports ${what} with another signature than WASI gives it`;
}

/** Why the machine cannot give the module its memory and tables, or nothing. */
function objectionsToStorage(module: Uint8Array): string[] {
  const found: string[] = [];
  const memories = entries(module, SectionId.MEMORY, skipLimits);
  if (memories.length === 0) found.push("it has no memory");
  if (memories.length > 1) found.push("it has more than one memory");
  if (memories.some((flags) => flags & LIMIT_64)) found.push("its memory has 64-bit addresses");
  if (memories.some((flags) => flags & LIMIT_SHARED)) found.push("its memory is shared");
  const tables = sections(module).find(({ id }) => id === SectionId.TABLE);
  if (tables && module[tables.contents]! > 1) found.push("it has more than one table");
  const usesPassive = entries(module, SectionId.DATA, (reader) => {
    const kind = reader.u32();
    if (kind === 2) reader.u32();
    if (kind !== 1) reader.constant();
    reader.slice(reader.u32());
    return kind === 1;
  }).some(Boolean);
  if (usesPassive) found.push("it uses passive segments");
  const elements = sections(module).find(({ id }) => id === SectionId.ELEMENT);
  // Only the plainest kind of element segment begins with 0.
  if (elements && entriesBegin(module, elements.contents)) found.push("it uses passive segments");
  if (sections(module).some(({ id }) => id === TAGS)) found.push("it uses exceptions");
  return found;
}

/** True if the vector at `at` has entries and the first of them does not begin with 0. */
function entriesBegin(module: Uint8Array, at: number): boolean {
  return module[at]! > 0 && module[at + 1] !== 0;
}

/** Why `_start` cannot be called, or nothing. */
function objectionsToStart(module: WebAssembly.Module): string[] {
  const exports = WebAssembly.Module.exports(module);
  const has = (name: string) => exports.some((item) => item.name === name);
  if (has("_start")) {
    return has("memory") ? [] : ["it does not export its memory, which WASI asks for"];
  }
  return [
    has("_initialize")
      ? "it is a library: it exports _initialize and no _start"
      : "it is no command: it does not export _start",
  ];
}

/** True if `bytes` are a wasm module that a real validator accepts. */
function isValid(bytes: Uint8Array): boolean {
  return WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>);
}

/** What keeps `bytes` from being run as a program, each in a phrase about "it"; nothing if nothing does. */
export function programObjections(bytes: Uint8Array): string[] {
  const begins = [0, 0x61, 0x73, 0x6d].every((byte, index) => bytes[index] === byte);
  if (!begins) return ["it is no WebAssembly module"];
  if (bytes[4] !== 1 || bytes[6] !== 0) {
    return ["it is a WebAssembly component; a core module is needed (target wasm32-wasip1)"];
  }
  if (!isValid(bytes)) return ["it is not valid WebAssembly, or uses what is not standard yet"];
  try {
    const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    return [
      ...readImports(bytes).map(objectionToImport).filter(Boolean),
      ...objectionsToStorage(bytes),
      ...missingInstructions(bytes).map((name) => `it uses ${name}, which the machine lacks`),
      ...objectionsToStart(module),
    ];
  } catch (error) {
    // What is valid can still be beyond this reader.
    if (error instanceof ModuleError) return [`it cannot be read: ${error.message}`];
    throw error;
  }
}
