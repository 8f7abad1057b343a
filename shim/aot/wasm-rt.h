/*
 * What the C that wasm2c (wabt 1.0.32) writes expects of its runtime system: the
 * header of this name that comes with wabt is for hosted programs. Used by the
 * translated module and the files of this folder.
 *
 * An access to linear memory is one instruction and no comparison: GS holds
 * where the data begins, an address and an offset of 32 bits each are what is
 * added, and nothing is mapped after the data as far as these reach (guard.h).
 */

#ifndef WASM_RT_H
#define WASM_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WASM_RT_MEMCHECK_SIGNAL_HANDLER 1
#define WASM_RT_USE_STACK_DEPTH_COUNT 0

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* What is at `address` in linear memory, of the type that `example` has. */
#define LINEAR_MEMORY(example, address)                                                            \
    (((__seg_gs struct { __typeof__(example) value; }                                              \
       __attribute__((packed, may_alias)) *)(address))                                             \
         ->value)

/*
 * wasm2c loads by `memcpy(&result, &mem->data[addr], …)` and stores by
 * `memcpy(&mem->data[addr], &wrapped, …)`. Only linear memory is made of char,
 * so that the type of `to` tells which of them it is.
 */
#define wasm_rt_memcpy(to, from, bytes)                                                            \
    _Generic((to), char *                                                                          \
             : LINEAR_MEMORY(*(from), addr) = *(from), default                                     \
             : *(to) = LINEAR_MEMORY(*(to), addr))

typedef enum {
    WASM_RT_TRAP_NONE,
    WASM_RT_TRAP_OOB,
    WASM_RT_TRAP_INT_OVERFLOW,
    WASM_RT_TRAP_DIV_BY_ZERO,
    WASM_RT_TRAP_INVALID_CONVERSION,
    WASM_RT_TRAP_UNREACHABLE,
    WASM_RT_TRAP_CALL_INDIRECT,
    WASM_RT_TRAP_EXHAUSTION,
    /* wasm2c has one trap for all that a call through a table can fail of; these two are ours. */
    WASM_RT_TRAP_UNDEFINED_ELEMENT,
    WASM_RT_TRAP_NULL_ELEMENT,
} wasm_rt_trap_t;

typedef enum {
    WASM_RT_I32,
    WASM_RT_I64,
    WASM_RT_F32,
    WASM_RT_F64,
} wasm_rt_type_t;

typedef void (*wasm_rt_function_ptr_t)(void);

typedef struct {
    uint32_t func_type;
    wasm_rt_function_ptr_t func; /* null: no function */
    void *module_instance;
} wasm_rt_funcref_t;

typedef void *wasm_rt_externref_t;
static const wasm_rt_externref_t wasm_rt_externref_null_value = NULL;

typedef struct {
    char *data;
    uint32_t pages, max_pages;
    uint64_t size; /* bytes */
} wasm_rt_memory_t;

typedef struct {
    wasm_rt_funcref_t *data;
    uint32_t max_size;
    uint32_t size;
} wasm_rt_funcref_table_t;

typedef struct {
    wasm_rt_externref_t *data;
    uint32_t max_size;
    uint32_t size;
} wasm_rt_externref_table_t;

bool wasm_rt_is_initialized(void);

/* Ends the machine with the trap's text and a backtrace. */
_Noreturn void wasm_rt_trap(wasm_rt_trap_t trap);

/* The same for a call of entry `index`, which is not there, is null or has another type. */
_Noreturn void wasm_rt_trap_call(const wasm_rt_funcref_table_t *table, uint32_t index);

/* A number for the type of a function, the same for the same types. */
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...);

/* Makes the module's memory; it starts with the first linear memory. */
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t max_pages);

/* `memory.grow`: returns the size in pages before, or UINT32_MAX and nothing changes. */
uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages);

/* Makes the module's table. */
void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t elements,
                                    uint32_t max);

/* Of the functions that end an instance, which nothing calls. */
void wasm_rt_free_memory(wasm_rt_memory_t *memory);
void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table);

#endif
