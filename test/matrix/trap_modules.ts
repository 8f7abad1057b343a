/**
 * Small kernels that trap, one for each way in which WebAssembly 1.0 and bulk memory can (Core
 * Specification 2.0, 4.4): what provokes the trap, and what wasm3 calls it.
 */

/** A kernel that traps when it is run. */
export interface TrapModule {
  readonly what: string;
  /** It stands for those that are stopped by the same means, in `npm test`. */
  readonly inShortHalf?: true;
  /** What the panic says. */
  readonly trap: string;
  /** Instructions of `kernel_main`, which leave nothing on the stack. */
  readonly body: string;
  /** What else is in the module. */
  readonly definitions?: string;
}

const BOUNDS = "out of bounds memory access";
const OVERFLOW = "integer overflow";
const CONVERSION = "invalid conversion to integer";
const DIVISION = "integer divide by zero";
const STACK = "stack overflow";

/** `count` locals that are all in use at once: more than fits into a page of stack. */
function wideFrame(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const declared = numbers.map((index) => `(local $v${index} i64)`).join(" ");
  const filled = numbers
    .map((index) => `(local.set $v${index} (i64.load (i32.const ${8 * index})))`)
    .join(" ");
  const used = numbers
    .map((index) => `(i64.store (i32.const ${8 * index}) (local.get $v${index}))`)
    .join(" ");
  return `(func $deep (param i64) (result i64) ${declared} ${filled}
    (local.set 0 (call $deep (i64.add (local.get 0) (i64.const 1)))) ${used} (local.get 0))`;
}

export const TRAP_MODULES: readonly TrapModule[] = [
  {
    what: "loads the byte after its memory",
    trap: BOUNDS,
    body: "(drop (i32.load8_u (i32.const 65536)))",
  },
  {
    what: "loads a word of which one byte is there",
    inShortHalf: true,
    trap: BOUNDS,
    body: "(drop (i64.load (i32.const 65535)))",
  },
  {
    what: "stores to the byte after its memory",
    trap: BOUNDS,
    body: "(i32.store8 (i32.const 65536) (i32.const 1))",
  },
  {
    what: "stores a word of which three bytes are there",
    trap: BOUNDS,
    body: "(i32.store (i32.const 65533) (i32.const 1))",
  },
  {
    what: "loads from where address and offset exceed 4 GiB",
    inShortHalf: true,
    trap: BOUNDS,
    body: "(drop (i32.load offset=0xfffffff0 (i32.const 0xfffffff8)))",
  },
  {
    what: "stores as far as an address and an offset reach",
    trap: BOUNDS,
    body: "(i64.store offset=0xffffffff (i32.const 0xffffffff) (i64.const 1))",
  },
  {
    what: "fills over the end of its memory",
    inShortHalf: true,
    trap: BOUNDS,
    body: "(memory.fill (i32.const 65000) (i32.const 7) (i32.const 1000))",
  },
  {
    what: "copies over the end of its memory",
    trap: BOUNDS,
    body: "(memory.copy (i32.const 65000) (i32.const 0) (i32.const 1000))",
  },
  {
    what: "copies from beyond the end of its memory",
    trap: BOUNDS,
    body: "(memory.copy (i32.const 0) (i32.const 65000) (i32.const 1000))",
  },
  {
    what: "hands an import what is not all in its memory",
    inShortHalf: true,
    trap: BOUNDS,
    body: "(call $console_write (i32.const 65530) (i32.const 7))",
  },
  {
    what: "divides by zero, signed",
    inShortHalf: true,
    trap: DIVISION,
    body: "(drop (i32.div_s (i32.const 1) (i32.load (i32.const 0))))",
  },
  {
    what: "takes a remainder by zero, unsigned",
    trap: DIVISION,
    body: "(drop (i64.rem_u (i64.const 1) (i64.load (i32.const 0))))",
  },
  {
    what: "divides the least i32 by -1",
    inShortHalf: true,
    trap: OVERFLOW,
    body: "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 0)) (i32.const 1))))",
  },
  {
    what: "divides the least i64 by -1",
    trap: OVERFLOW,
    body:
      "(drop (i64.div_s (i64.const 0x8000000000000000) " +
      "(i64.sub (i64.load (i32.const 0)) (i64.const 1))))",
  },
  { what: "comes to where it cannot", trap: "unreachable executed", body: "unreachable" },
  {
    what: "calls an entry that its table does not have",
    trap: "undefined element",
    body: "(call_indirect (type $plain) (i32.const 3))",
    definitions: "(table 3 funcref) (elem (i32.const 1) $harmless)",
  },
  {
    what: "calls an entry that is null",
    inShortHalf: true,
    trap: "null table element",
    body: "(call_indirect (type $plain) (i32.const 0))",
    definitions: "(table 3 funcref) (elem (i32.const 1) $harmless)",
  },
  {
    what: "calls an entry of another type",
    trap: "indirect call type mismatch",
    body: "(drop (call_indirect (type $other) (i32.const 1)))",
    definitions: "(table 3 funcref) (elem (i32.const 1) $harmless)",
  },
  {
    what: "makes an integer of NaN",
    inShortHalf: true,
    trap: CONVERSION,
    body: "(drop (i32.trunc_f64_s (f64.div (f64.load (i32.const 0)) (f64.load (i32.const 0)))))",
  },
  {
    what: "makes an i32 of what is too large",
    trap: OVERFLOW,
    body: "(drop (i32.trunc_f64_s (f64.add (f64.load (i32.const 0)) (f64.const 2147483648))))",
  },
  {
    what: "makes an unsigned i64 of -1",
    trap: OVERFLOW,
    body: "(drop (i64.trunc_f32_u (f32.sub (f32.load (i32.const 0)) (f32.const 1))))",
  },
  {
    what: "calls itself without end",
    trap: STACK,
    body: "(drop (call $deep (i64.const 0)))",
    definitions:
      "(func $deep (param i64) (result i64) " +
      "(i64.add (i64.const 1) (call $deep (i64.add (local.get 0) (i64.const 1)))))",
  },
  {
    what: "calls itself without end as the last that it does",
    inShortHalf: true,
    trap: STACK,
    body: "(drop (call $deep (i64.const 0)))",
    definitions:
      "(func $deep (param i64) (result i64) (call $deep (i64.add (local.get 0) (i64.const 1))))",
  },
  {
    what: "has two functions that call each other without end",
    trap: STACK,
    body: "(call $deep (i64.const 0))",
    definitions:
      "(func $deep (param i64) (call $deeper (i64.add (local.get 0) (i64.const 1)))) " +
      "(func $deeper (param i64) (call $deep (local.get 0)))",
  },
  {
    what: "calls itself without end with a frame larger than a page",
    trap: STACK,
    body: "(drop (call $deep (i64.const 0)))",
    definitions: wideFrame(800),
  },
];

/** The module's text. */
export function textOf({ body, definitions = "" }: TrapModule): string {
  return `(module
    (type $plain (func))
    (type $other (func (result i64)))
    (import "shim" "console_write" (func $console_write (param i32 i32)))
    (memory (export "memory") 1)
    (func $harmless)
    ${definitions}
    (func $abi_version (export "abi_version") (result i32) (i32.const 2))
    (func $kernel_main (export "kernel_main") (param i64 i32) (result i32) ${body} (i32.const 0)))`;
}
