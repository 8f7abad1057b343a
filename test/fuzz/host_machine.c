#include "host_machine.h"

#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "../../shim/wasm3/program.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "engine.h"
#include "fuzz.h"
#include "linear_memory.h"
#include "wasm3.h"

/*
 * Physical memory: RAM from 0 on, and nothing up to where the 46 bits of a
 * large machine end. An access past RAM faults, as one past the direct map does.
 */
#define RAM_BYTES ((uint64_t)16 << 20)
#define PHYSICAL_BYTES ((uint64_t)1 << 46)

/* What one entry of a page table spans, by level. */
#define PAGE_2M ((uint64_t)2 << 20)
#define PAGE_1G ((uint64_t)1 << 30)

/* The window onto which linear memory moves: below it lies its header page. */
#define WINDOW_BYTES ((uint64_t)1 << 30)

/* wasm3's heap for the kernel in the shim: see shim/wasm3/heap.c. */
#define HEAP_BYTES ((size_t)2 << 20)

#define COM1 0x3f8
#define COM1_STATUS (COM1 + 5)
#define COM1_CAN_SEND 0x20
#define DEBUG_EXIT 0xf4

/* Bounds of the code that touches physical memory (see run.mjs). */
extern const char __start_shim_imports[], __stop_shim_imports[];

static struct traces *traces;
static uint8_t *physical;
static char *stack_low; /* of the native stack */
static char *window;
static int linear_file; /* all of linear memory, its header page first */
static size_t heap_used;

void out8(uint16_t port, uint8_t value) {
    if (port == COM1 && traces->length < SCREEN_BYTES)
        traces->screen[traces->length++] = (char)value;
    if (port == DEBUG_EXIT)
        _exit(value << 1 | 1);
}

uint8_t in8(uint16_t port) { return port == COM1_STATUS ? COM1_CAN_SEND : 0; }

uint64_t clock_nanoseconds(void) {
    static uint64_t now;
    return now += 1000;
}

static const struct memory_map_entry memory_map[] = {
    {0, 0x1000, 1},
    {0x1000, 0x9f000, 0},
    {0xa0000, 0x60000, 1},
    {0x100000, RAM_BYTES - 0x300000, 0},
    {RAM_BYTES - 0x200000, 0x100000, 5},
    {RAM_BYTES - 0x100000, 0x100000, 6},
};

#define MEMORY_MAP_ENTRIES (sizeof memory_map / sizeof *memory_map)

bool boot_info_memory_map(uint32_t index, struct memory_map_entry *entry) {
    if (index >= MEMORY_MAP_ENTRIES)
        return false;
    *entry = memory_map[index];
    return true;
}

const char *boot_info_options(void) { return ""; }

void boot_info_forget(void) {}

/* No boot of these has a file beside the kernel. */
int program_run(const struct boot_info *info) {
    (void)info;
    REQUIRE(false);
    return 0;
}

/*
 * wasm3's heap (ld --wrap): as small as the shim's, and each block on its own,
 * so that AddressSanitizer knows its ends. Nothing is given back, as in the
 * shim, whose heap takes back the last block at most.
 */
void *__wrap_m3_Malloc_Impl(size_t bytes) {
    if (bytes > HEAP_BYTES - heap_used)
        return NULL;
    heap_used += bytes;
    return calloc(1, bytes + (bytes == 0));
}

void *host_realloc(void *block, size_t bytes, size_t old_bytes) {
    void *moved = __wrap_m3_Malloc_Impl(bytes);
    if (moved && block)
        memcpy(moved, block, old_bytes < bytes ? old_bytes : bytes);
    return moved;
}

/* The phases, told from the calls that begin them (ld --wrap). */
M3Result __real_m3_ParseModule(IM3Environment, IM3Module *, const uint8_t *, uint32_t);
M3Result __wrap_m3_ParseModule(IM3Environment environment, IM3Module *module, const uint8_t *bytes,
                               uint32_t count) {
    M3Result result = __real_m3_ParseModule(environment, module, bytes, count);
    if (!result)
        traces->phase = PHASE_LOAD;
    return result;
}

M3Result __real_m3_LoadModule(IM3Runtime, IM3Module);
M3Result __wrap_m3_LoadModule(IM3Runtime runtime, IM3Module module) {
    M3Result result = __real_m3_LoadModule(runtime, module);
    if (!result)
        traces->phase = PHASE_COMPILE;
    return result;
}

M3Result __real_m3_FindFunction(IM3Function *, IM3Runtime, const char *);
M3Result __wrap_m3_FindFunction(IM3Function *function, IM3Runtime runtime, const char *name) {
    M3Result result = __real_m3_FindFunction(function, runtime, name);
    if (!result && strcmp(name, "kernel_main") == 0)
        traces->phase = PHASE_RUN;
    return result;
}

/* The kernel's window does not exist in a process: this one takes its place. */
int __real_linear_memory_commit(uint64_t virtual, uint64_t bytes);
int __wrap_linear_memory_commit(uint64_t virtual, uint64_t bytes) {
    if (bytes > WINDOW_BYTES - PAGE_BYTES || virtual % PAGE_BYTES != 0)
        return -1;
    REQUIRE(ftruncate(linear_file, (off_t)(PAGE_BYTES + bytes)) == 0);
    return __real_linear_memory_commit((uint64_t)(window + PAGE_BYTES), bytes);
}

/* Both places of linear memory show the same bytes, as the kernel maps them. */
static void map_linear_memory(void) {
    int flags = MAP_SHARED | MAP_FIXED, access = PROT_READ | PROT_WRITE;
    linear_file = memfd_create("linear memory", 0);
    REQUIRE(linear_file >= 0);
    REQUIRE(ftruncate(linear_file, sizeof first_linear_memory) == 0);
    REQUIRE(mmap(&first_linear_memory, sizeof first_linear_memory, access, flags, linear_file, 0) ==
            &first_linear_memory);
    REQUIRE(mmap(window, WINDOW_BYTES, access, flags, linear_file, 0) == window);
}

/* What the shim's exception entry does, and where it came from. */
static void on_exception(int signal, siginfo_t *details, void *context) {
    const ucontext_t *machine = context;
    const char *at = (const char *)machine->uc_mcontext.gregs[REG_RIP];
    const char *address = details->si_addr;
    const char *stack = (const char *)machine->uc_mcontext.gregs[REG_RSP];
    (void)signal;
    traces->place = PLACE_ELSEWHERE;
    if (at >= __start_shim_imports && at < __stop_shim_imports)
        traces->place = PLACE_PHYSICAL;
    else if (stack < stack_low + 2 * PAGE_BYTES && address < stack_low + 2 * PAGE_BYTES)
        traces->place = PLACE_STACK;
    _exit(EXIT_EXCEPTION);
}

static void catch_exceptions(void) {
    static char stack[65536];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_exception, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
    REQUIRE(sigaltstack(&alternative, NULL) == 0);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        REQUIRE(sigaction(signals[i], &action, NULL) == 0);
}

const char *__asan_default_options(void) {
    return "exitcode=99:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"
           "handle_abort=0:detect_leaks=0:symbolize=0";
}

static void keep_report(const char *report) {
    size_t bytes = strlen(report), room = SCREEN_BYTES - traces->length;
    bytes = bytes < room ? bytes : room;
    memcpy(traces->screen + traces->length, report, bytes);
    traces->length += bytes;
}

struct traces *machine_prepare(void) {
    int flags = MAP_ANONYMOUS | MAP_NORESERVE;
    traces = mmap(NULL, sizeof *traces, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_SHARED, -1, 0);
    uint8_t *room = mmap(NULL, PHYSICAL_BYTES + PAGE_1G, PROT_NONE, flags | MAP_PRIVATE, -1, 0);
    physical = (uint8_t *)(((uint64_t)room + PAGE_1G - 1) & ~(PAGE_1G - 1));
    window = mmap(NULL, WINDOW_BYTES, PROT_NONE, flags | MAP_PRIVATE, -1, 0);
    REQUIRE(traces != MAP_FAILED && (void *)room != MAP_FAILED && window != MAP_FAILED);
    REQUIRE(mprotect(physical, RAM_BYTES, PROT_READ | PROT_WRITE) == 0);
    return traces;
}

/*
 * The loader's page tables, where the map says that its memory is: the direct
 * map shows RAM. It begins on a 1 GiB border, so that three tables do.
 */
static void map_directly(void) {
    uint64_t *root = (uint64_t *)(physical + HOST_PAGE_ROOT);
    uint64_t *gigabytes = root + PAGE_BYTES / 8, *pages = gigabytes + PAGE_BYTES / 8;
    uint64_t virtual = (uint64_t)physical;
    const uint64_t table = 3, page = 0x83; /* present and writable; a 2 MiB page */

    root[virtual >> 39 & 511] = (HOST_PAGE_ROOT + PAGE_BYTES) | table;
    gigabytes[virtual >> 30 & 511] = (HOST_PAGE_ROOT + 2 * PAGE_BYTES) | table;
    for (uint64_t at = 0; at < RAM_BYTES; at += PAGE_2M)
        pages[at / PAGE_2M] = at | page;
}

_Noreturn void machine_run(const uint8_t *module, size_t bytes) {
    static struct boot_info info;
    char here;
    /* As much native stack as AddressSanitizer makes of the shim's 512 KiB. */
    stack_low = &here - ((size_t)7 << 20);
    __asan_set_error_report_callback(keep_report);
    catch_exceptions();
    map_linear_memory();
    map_directly();
    info.hhdm_offset = (uint64_t)physical;
    info.memory_map_entries = MEMORY_MAP_ENTRIES;
    info.module = module;
    info.module_bytes = bytes;
    info.regions[REGION_LINEAR_MEMORY] =
        (struct boot_region){RAM_BYTES - 0x80000, FIRST_LINEAR_BYTES, 0xffffffff80000000};
    machine_end(engine_run(&info));
}
