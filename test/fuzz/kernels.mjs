/**
 * Small kernels, each with one thing about it, and how the shim must end each of them. They are
 * written here byte by byte, so that nothing but the shim decides about them.
 */

import { Buffer } from "node:buffer";
import {
  I32,
  I64,
  SectionId,
  body,
  leb,
  name,
  section,
  type,
  vector,
  write,
} from "./wasm_writer.mjs";

const UNREACHABLE = 0x00;
const LOOP_FOREVER = [0x03, 0x40, 0x0c, 0, 0x0b];
const CALL = 0x10;
const DROP = 0x1a;
const I32_CONST = 0x41;
const MEMORY_GROW = [0x40, 0];
const ZERO = [I32_CONST, 0];

const ABI_VERSION = 0;
const KERNEL_MAIN = 1;
const EXTRA = 2;

const exported = (text, kind, index) => [...name(text), kind, ...leb(index)];

/**
 * A kernel of three functions: abi_version, kernel_main and one of type () -> (). Each part can be
 * replaced; `more` are sections to add, by id.
 */
function kernel({
  types = [type([], [I32]), type([I64, I32], [I32]), type([], [])],
  imports = [],
  memory = [0, 1],
  exports = [
    exported("memory", 2, 0),
    exported("abi_version", 0, imports.length + ABI_VERSION),
    exported("kernel_main", 0, imports.length + KERNEL_MAIN),
  ],
  abiVersion = [I32_CONST, 2],
  main = ZERO,
  extra = [],
  bodies = [body(abiVersion), body(main), body(extra)],
  more = [],
} = {}) {
  const sections = [
    section(SectionId.TYPE, vector(...types)),
    section(SectionId.FUNCTION, vector([0], [1], [2])),
    ...(memory ? [section(SectionId.MEMORY, vector(memory))] : []),
    section(SectionId.EXPORT, vector(...exports)),
    section(SectionId.CODE, vector(...bodies)),
    ...(imports.length ? [section(SectionId.IMPORT, vector(...imports))] : []),
    ...more,
  ];
  return write(sections.sort((a, b) => a.id - b.id));
}

const importOf = (module, field, typeIndex) => [
  ...name(module),
  ...name(field),
  0,
  ...leb(typeIndex),
];
const calls = (index, ...before) => ({ main: [...before, CALL, ...leb(index), ...ZERO] });
const nested = (depth) => [
  ...Array.from({ length: depth }, () => [0x02, 0x40]).flat(),
  ...Array.from({ length: depth }, () => 0x0b),
];
const start = (index) => section(SectionId.START, leb(index));
const data = (offset, bytes) =>
  section(SectionId.DATA, vector([0, I32_CONST, ...offset, 0x0b, ...bytes]));
const manyFunctions = (count) =>
  write([
    section(SectionId.TYPE, vector(type([], []))),
    section(SectionId.FUNCTION, [...leb(count), ...Buffer.alloc(count)]),
    section(SectionId.MEMORY, vector([0, 1])),
  ]);

/** [what it is, module, its outcome, what the message must say] */
export const KERNELS = [
  ["that returns", kernel(), "started"],
  ["that returns an error", kernel({ main: [I32_CONST, 4] }), "failed"],

  // Outlines.
  ["of no bytes", Buffer.alloc(0), "refused", /does not begin as WebAssembly 1/],
  ["of WebAssembly 2", Buffer.from([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]), "refused", /WebAssembly 1/],
  ["with a section 13", write([section(13, [])]), "refused", /unknown kind/],
  ["with two type sections", write([section(1, [0]), section(1, [0])]), "refused", /twice/],
  [
    "with its code before its types",
    write([section(10, [0]), section(1, [0])]),
    "refused",
    /wrong/,
  ],
  ["whose section is too long", write([{ ...section(1, [0]), length: 2 }]), "refused", /truncated/],
  ["of a million types", write([section(1, leb(1000000))]), "refused", /counts more elements/],
  ["of types that nobody counted", write([section(1, [])]), "refused", /number of its elements/],

  // Exports.
  [
    "without abi_version",
    kernel({ exports: [exported("kernel_main", 0, 1)] }),
    "refused",
    /abi_version/,
  ],
  [
    "without kernel_main",
    kernel({ exports: [exported("abi_version", 0, 0)] }),
    "refused",
    /kernel_main/,
  ],
  [
    "whose kernel_main takes nothing",
    kernel({ exports: [exported("abi_version", 0, 0), exported("kernel_main", 0, 0)] }),
    "refused",
    /exports kernel_main with another signature/,
  ],
  [
    "whose kernel_main takes its arguments the other way round",
    kernel({ types: [type([], [I32]), type([I32, I64], [I32]), type([], [])] }),
    "refused",
    /exports kernel_main with another signature/,
  ],
  [
    "whose abi_version returns nothing",
    kernel({ exports: [exported("abi_version", 0, 2), exported("kernel_main", 0, 1)] }),
    "refused",
    /exports abi_version with another signature/,
  ],
  [
    "of ABI 3",
    kernel({ abiVersion: [I32_CONST, 3] }),
    "refused",
    /speaks ABI 3, this shim speaks ABI 2/,
  ],
  [
    "whose abi_version is an import",
    kernel({
      imports: [importOf("shim", "cpu_features", 0)],
      exports: [exported("abi_version", 0, 0), exported("kernel_main", 0, 2)],
    }),
    "refused",
  ],
  [
    "whose kernel_main is a global",
    kernel({ exports: [exported("abi_version", 0, 0), exported("kernel_main", 3, 0)] }),
    "refused",
  ],

  // Imports.
  [
    "that imports what ABI 2 does not have",
    kernel({ imports: [importOf("shim", "launch", 0)] }),
    "refused",
    /imports shim\.launch, which ABI 2 does not have/,
  ],
  [
    "that imports from another module",
    kernel({ imports: [importOf("env", "clock", 0)] }),
    "refused",
    /imports env\.clock/,
  ],
  [
    "that imports clock with another signature",
    kernel({ imports: [importOf("shim", "clock", 0)] }),
    "refused",
    /signature/,
  ],
  [
    "that imports its memory",
    kernel({
      memory: null,
      more: [section(SectionId.IMPORT, vector([...name("shim"), ...name("m"), 2, 0, 1]))],
    }),
    "refused",
  ],
  [
    "that imports a global",
    kernel({
      more: [section(SectionId.IMPORT, vector([...name("shim"), ...name("g"), 3, I32, 0]))],
    }),
    "refused",
    /imports shim\.g/,
  ],

  // Memory.
  ["without memory", kernel({ memory: null }), "refused", /memory/],
  ["with no page of memory", kernel({ memory: [0, 0] }), "refused", /memory/],
  ["with two pages of memory", kernel({ memory: [0, 2] }), "refused", /memory/],
  ["with 4 GiB of memory", kernel({ memory: [0, ...leb(65536)] }), "refused", /memory/],
  [
    "with more memory than there are addresses",
    kernel({ memory: [0, ...leb(0xffffffff)] }),
    "refused",
  ],
  ["with less memory at most than at least", kernel({ memory: [1, 2, 1] }), "refused"],
  [
    "that grows its memory to the end",
    kernel({ main: [I32_CONST, ...leb(60000), ...MEMORY_GROW, DROP, ...ZERO] }),
    "started",
  ],
  [
    "that shrinks its memory",
    kernel({ main: [I32_CONST, 0x7f, ...MEMORY_GROW, DROP, ...ZERO] }),
    "started",
  ],
  [
    "with data outside its memory",
    kernel({ more: [data(leb(65535), [2, 1, 2])] }),
    "refused",
    /data segment/,
  ],
  [
    "with data below its memory",
    kernel({ more: [data([0x7f], [2, 1, 2])] }),
    "refused",
    /data segment/,
  ],

  // Start functions.
  ["whose start function returns", kernel({ more: [start(EXTRA)] }), "started"],
  [
    "whose start function traps",
    kernel({ extra: [UNREACHABLE], more: [start(EXTRA)] }),
    "trapped",
    /unreachable/,
  ],
  [
    "whose start function recurses",
    kernel({ extra: [CALL, EXTRA], more: [start(EXTRA)] }),
    "trapped",
    /stack overflow/,
  ],
  ["whose start function has parameters", kernel({ more: [start(KERNEL_MAIN)] }), "trapped"],
  ["whose start function is not there", kernel({ more: [start(7)] }), "refused", /start function/],
  [
    "whose start function is an import",
    kernel({ imports: [importOf("shim", "x", 2)], more: [start(0)] }),
    "refused",
  ],

  // What it does.
  ["that traps", kernel({ main: [UNREACHABLE] }), "trapped", /unreachable/],
  ["that divides by zero", kernel({ main: [...ZERO, ...ZERO, 0x6d] }), "trapped", /divide by zero/],
  [
    "that reads outside its memory",
    kernel({ main: [I32_CONST, 0x7f, 0x28, 2, 0] }),
    "trapped",
    /out of bounds/,
  ],
  ["that recurses", kernel({ ...calls(EXTRA), extra: [CALL, EXTRA] }), "trapped", /stack overflow/],
  ["that loops", kernel({ main: [...LOOP_FOREVER, ...ZERO] }), "endless"],
  [
    "that has an import write outside its memory",
    kernel({
      types: [type([], [I32]), type([I64, I32], [I32]), type([], []), type([I32, I32], [])],
      imports: [importOf("shim", "console_write", 3)],
      main: [I32_CONST, ...[0x80, 0x80, 0x04], I32_CONST, 1, CALL, 0, ...ZERO],
    }),
    "trapped",
    /out of bounds/,
  ],

  // Size.
  [
    "of 50000 blocks inside each other",
    kernel({ extra: nested(50000), ...calls(EXTRA) }),
    "exhausted",
  ],
  // Blocks of exactly wasm3's header and six wasm pages: not to be taken for linear memory.
  ["with 3277 functions", manyFunctions(3277), "refused", /abi_version/],
  [
    "with more imports than memory",
    kernel({ imports: Array.from({ length: 60000 }, () => importOf("shim", "x", 2)) }),
    "refused",
    /more functions than/,
  ],
  ["with a million functions", manyFunctions(1000000), "refused"],
  ["with 30000 functions", manyFunctions(30000), "refused"],
  ["with two billion functions", write([section(SectionId.FUNCTION, leb(2000000000))]), "refused"],
  [
    "with a function of four billion locals",
    kernel({ bodies: [body(ZERO), [8, 1, ...leb(0xffffffff), I32, 0x0b], body()] }),
    "refused",
  ],
];
