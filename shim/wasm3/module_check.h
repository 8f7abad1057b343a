/*
 * The outline of a wasm module, checked before wasm3 sees it. Used by wasm3_engine.c.
 *
 * wasm3 0.5 reads sections with their bounds in mind, but it does not validate:
 * it takes the word of a count before it has the memory for it, and it compiles
 * instructions without checking their types. This file stops what its parser
 * cannot bear. It is no validator, and there is none at run time: that the
 * kernel's instructions are valid is what the compiler that wrote them checks,
 * and that they arrived unchanged is what the loader checks, by the hash in
 * limine.conf. A module of other origin could misuse wasm3's memory.
 */

#ifndef SHIM_MODULE_CHECK_H
#define SHIM_MODULE_CHECK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Functions that the kernel may have, imports included: wasm3's heap for it has
 * room for them, and wasm3 crashes where the heap has not.
 */
#define KERNEL_FUNCTIONS_MAX 8192

/*
 * Checks magic number, version, the order and the bounds of the sections, and
 * that each has as many bytes at least as the elements that it counts, and no
 * more than `functions_max` functions. Null, or what is wrong.
 */
const char *module_check(const uint8_t *module, size_t bytes, uint32_t functions_max);

/*
 * What wasm3 would take for something else in a module that `module_check`
 * passed: more than one memory or table, an imported table, or a memory that is
 * shared or has 64-bit addresses. Null, or what there is.
 */
const char *module_misread(const uint8_t *module, size_t bytes);

#endif
