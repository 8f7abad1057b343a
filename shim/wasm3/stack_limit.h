/*
 * How deep wasm calls may nest on the native stack. Used by program.c.
 *
 * wasm3 looks after its stack of wasm values, and a function without any passes
 * that by. It also asks `m3_Yield` before each call.
 */

#ifndef SHIM_STACK_LIMIT_H
#define SHIM_STACK_LIMIT_H

#include <stdint.h>

/*
 * Bytes at the low end of a stack that calls leave to what they call of the
 * shim's, and to wasm3's compiler, which recurses with the nesting of blocks.
 */
#define STACK_MARGIN (96 * 1024)

/* No wasm call begins below this address any more. At first the boot stack's. */
extern uint64_t stack_limit;

#endif
