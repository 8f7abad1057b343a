/*
 * An allocator in another module: the workloads call it through its exports, as a tool calls the
 * kernel. Addresses are physical ones, 0 for none.
 */

#include "allocator.h"

#define ADDRESS_SHIFT 12

#define IMPORT(name) __attribute__((import_module("allocator"), import_name(#name)))

IMPORT(frame_alloc) uint64_t imported_alloc(uint32_t order, uint32_t flags);
IMPORT(frame_free) uint32_t imported_free(uint64_t address, uint32_t order);

/* Whoever instantiates both modules starts the other one over. */
void allocator_init(uint32_t frames) { (void)frames; }

uint32_t allocator_alloc(uint32_t order) {
    uint32_t frame = (uint32_t)(imported_alloc(order, 0) >> ADDRESS_SHIFT);
    return frame ? frame : NO_FRAME;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    return !imported_free((uint64_t)frame << ADDRESS_SHIFT, order);
}
