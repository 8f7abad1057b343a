/* The runtime system of wasm2c's C, but for traps. */

#include "wasm-rt.h"

#include "console.h"
#include "cpu.h"
#include "linear_memory.h"
#include "translated_module.h"
#include "wasm_memory.h"

#define MSR_GS_BASE 0xc0000101

#define WASM_PAGE_BYTES 65536

/* As many as wasm3 takes: one less than wasm allows. */
#define WASM_PAGES_MAX 65535

wasm_rt_memory_t *wasm_memory;

bool wasm_rt_is_initialized(void) { return true; }

/* wasm2c registers the module's types in turn, once. */
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...) {
    static uint32_t registered;
    return translated_module.type_numbers[registered++];
}

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t elements,
                                    uint32_t max) {
    *table = (wasm_rt_funcref_table_t){translated_module.table, max, elements};
}

/* Resizes the memory; false, and nothing changes, if it cannot be. */
static bool resize(uint64_t pages) {
    char *data = linear_memory_resize(pages * WASM_PAGE_BYTES);
    if (!data)
        return false;
    if (data != wasm_memory->data)
        write_msr(MSR_GS_BASE, (uint64_t)data);
    wasm_memory->data = data;
    wasm_memory->pages = (uint32_t)pages;
    wasm_memory->size = pages * WASM_PAGE_BYTES;
    return true;
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *new, uint32_t pages, uint32_t max_pages) {
    wasm_memory = new;
    new->max_pages = max_pages < WASM_PAGES_MAX ? max_pages : WASM_PAGES_MAX;
    if (pages != FIRST_LINEAR_BYTES / WASM_PAGE_BYTES || !resize(pages))
        panic("shim", ERROR_INVALID_MODULE,
              "the wasm module does not start with %d bytes of memory of its own",
              FIRST_LINEAR_BYTES);
}

uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *grown, uint32_t delta) {
    uint32_t before = grown->pages;
    uint64_t pages = (uint64_t)before + delta;
    return pages <= grown->max_pages && resize(pages) ? before : UINT32_MAX;
}
