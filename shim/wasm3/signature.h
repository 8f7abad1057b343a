/* Signatures of functions as text. Used by program.c and kernel_exports.c. */

#ifndef SHIM_SIGNATURE_H
#define SHIM_SIGNATURE_H

#include "kernel_exports.h"
#include "wasm3.h"

/* Bytes of the longest signature that is written, its zero included. */
#define SIGNATURE_BYTES (KERNEL_PARAMETERS_MAX + 4)

/*
 * Writes the signature of `function` as `kernel_has_signature` takes it; an
 * empty text for more parameters than KERNEL_PARAMETERS_MAX or two results.
 */
void wasm3_signature(IM3Function function, char signature[SIGNATURE_BYTES]);

#endif
