/* The imports of ABI 1, as wasm3 functions. Used by runtime.c. */

#ifndef SHIM_IMPORTS_H
#define SHIM_IMPORTS_H

#include "boot_info.h"
#include "wasm3.h"

/*
 * Gives `module` every import of ABI 1 that it names. Returns wasm3's error if
 * one is named with another signature.
 */
M3Result imports_link(IM3Module module, const struct boot_info *info);

#endif
