/* The imports of ABI 2, as wasm3 functions. Used by wasm3_engine.c. */

#ifndef SHIM_RAW_IMPORTS_H
#define SHIM_RAW_IMPORTS_H

#include "wasm3.h"

/*
 * Gives `module` every import of ABI 2 that it names. Returns wasm3's error if
 * one is named with another signature.
 */
M3Result imports_link(IM3Module module);

#endif
