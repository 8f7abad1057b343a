/**
 * The contract of `contract/allocator.h` as a module's exports and imports: what has to be there,
 * what may be there, and of which types it is.
 */

/** The largest order that is asked for. */
export const LARGEST_ORDER = 9;

/** What `allocator_alloc` returns if it cannot. */
export const NO_FRAME = 0xffff_ffff;

/** Orders that `allocator_free_blocks` is asked for are below this. */
export const QUERY_ORDERS = 32;

/** Frames `[start, start + count)`. */
export interface Run {
  readonly start: number;
  readonly count: number;
}

/** A file that is no allocator; the message says why, for its author. */
export class NotAnAllocatorError extends Error {
  override name = "NotAnAllocatorError";
}

/** How many 32-bit integers a function takes and returns. */
interface Signature {
  readonly parameters: number;
  readonly results: number;
}

const REQUIRED: Readonly<Record<string, Signature>> = {
  allocator_init: { parameters: 1, results: 0 },
  allocator_alloc: { parameters: 1, results: 1 },
  allocator_free: { parameters: 2, results: 1 },
};

const OPTIONAL: Readonly<Record<string, Signature>> = {
  allocator_init_map: { parameters: 2, results: 0 },
  allocator_free_blocks: { parameters: 1, results: 1 },
  allocator_metadata_bytes: { parameters: 0, results: 1 },
};

/** Every function that a module may export for the judge, the three required ones first. */
export const FUNCTIONS: readonly string[] = [...Object.keys(REQUIRED), ...Object.keys(OPTIONAL)];

/** What a module may import, all from `env`. */
const IMPORTS: readonly string[] = ["memory_take", "abort"];

const I32 = 0x7f;

/** A module that imports one function of `signature`, by "a" and "b", and nothing else. */
function probeOf({ parameters, results }: Signature): Uint8Array<ArrayBuffer> {
  const vector = (items: readonly number[]) => [items.length, ...items];
  const types = [
    1,
    0x60,
    ...vector(Array<number>(parameters).fill(I32)),
    ...vector(Array<number>(results).fill(I32)),
  ];
  const imports = [1, ...vector([0x61]), ...vector([0x62]), 0, 0];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.from([...header, 1, ...vector(types), 2, ...vector(imports)]);
}

function hasSignature(value: WebAssembly.ExportValue, signature: Signature): boolean {
  try {
    new WebAssembly.Instance(new WebAssembly.Module(probeOf(signature)), { a: { b: value } });
    return true;
  } catch {
    return false;
  }
}

/** True if `module` exports the function `name`. */
export function exportsFunction(module: WebAssembly.Module, name: string): boolean {
  return WebAssembly.Module.exports(module).some(
    (each) => each.name === name && each.kind === "function",
  );
}

function signatureText({ parameters, results }: Signature): string {
  const takes = parameters === 0 ? "nothing" : Array(parameters).fill("i32").join(", ");
  return `takes ${takes} and returns ${results === 0 ? "nothing" : "i32"}`;
}

/** The module in `bytes`; throws a NotAnAllocatorError if it has not what the contract asks for. */
export function readModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    throw new NotAnAllocatorError(`it is no WebAssembly module: ${(error as Error).message}`);
  }
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from === "env" && kind === "function" && IMPORTS.includes(name)) continue;
    throw new NotAnAllocatorError(
      `it imports ${from}.${name}, which is not there; there are env.${IMPORTS.join(" and env.")}`,
    );
  }
  const exports = WebAssembly.Module.exports(module);
  const missing = Object.keys(REQUIRED).filter((wanted) => !exportsFunction(module, wanted));
  if (missing.length) throw new NotAnAllocatorError(`it does not export ${missing.join(", ")}`);
  const usesMemory =
    WebAssembly.Module.imports(module).some(({ name }) => name === "memory_take") ||
    exports.some(({ name }) => name === "allocator_init_map");
  if (usesMemory && !exports.some(({ name, kind }) => name === "memory" && kind === "memory")) {
    throw new NotAnAllocatorError("it does not export its memory, as memory");
  }
  return module;
}

/** Throws a NotAnAllocatorError if one of the contract's functions is not of its type. */
export function checkSignatures(exports: WebAssembly.Exports): void {
  for (const [name, signature] of Object.entries({ ...REQUIRED, ...OPTIONAL })) {
    const value = exports[name];
    if (value === undefined || hasSignature(value, signature)) continue;
    throw new NotAnAllocatorError(`${name} is not a function that ${signatureText(signature)}`);
  }
}
