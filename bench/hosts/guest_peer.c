/*
 * Runs the workloads on the reference as machine code in the guest: takes the place of an engine in
 * the shim (engine.h), and of kernel_entry.ts, whose steps and log lines these are. The kernel that
 * the ISO carries is not looked at.
 *
 * One compilation unit with the workloads and the peer, so that the compiler can put one into the
 * other, as link-time optimisation does on the host.
 */

#include "../peers/memory.h"

#include "boot_info.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "engine.h"

#include <string.h>

/* As many frames as a guest of 512 MiB has for the kernel, in whole blocks of 2^10. */
#define FRAMES (126 * 1024)

/* Room for 24 bytes of records and 4 of the workloads' list a frame, and some. */
#define ARENA_BYTES ((size_t)FRAMES * 32)

#define SAMPLE_NS 50000000ull
#define MIX_LOAD 70
#define LARGE_ORDER 9

static _Alignas(64) unsigned char arena[ARENA_BYTES];
static size_t taken;

void memory_reset(void) {
    memset(arena, 0, taken);
    taken = 0;
}

void *memory_take(size_t bytes) {
    void *start = arena + taken;
    taken += (bytes + 63) & ~(size_t)63;
    if (taken > sizeof arena)
        panic("bench", ERROR_UNSUPPORTED, "the arena is too small");
    return start;
}

size_t memory_taken(void) { return taken; }

#include "../peers/list_buddy_pcp.c"

#include "../loops.c"

const char engine_name[] = "native";

void engine_exception(const struct exception_frame *frame) { (void)frame; }

static const char *wanted;

/* True if the command line's word `bench=…` names `workload`. */
static bool is_wanted(const char *workload) {
    size_t length = strlen(workload);
    for (const char *at = wanted; at && *at && *at != ' '; at = strpbrk(at, ", ")) {
        at += *at == ',';
        if (strncmp(at, workload, length) == 0 && strchr(", ", at[length]))
            return true;
        if (strncmp(at, "all", 3) == 0)
            return true;
    }
    return false;
}

static void report(const char *workload, uint64_t nanoseconds, uint64_t units) {
    console_print("[    0.000000] bench: workload=%s ns=%llu units=%llu\n", workload,
                  (unsigned long long)nanoseconds, (unsigned long long)units);
}

static void require(bool holds) {
    if (!holds)
        panic("bench", ERROR_UNSUPPORTED, "a request failed or frames were lost");
}

static void run_stacks(const char *workload, uint32_t order, uint32_t depth) {
    if (!is_wanted(workload))
        return;
    bench_init(FRAMES);
    uint64_t spent = 0, units = 0;
    for (uint32_t size = 16; spent < SAMPLE_NS; size *= 2) {
        uint64_t begin = clock_nanoseconds();
        uint32_t failures =
            depth == 1 ? bench_pairs(order, size) : bench_stacks(order, depth, size);
        spent += clock_nanoseconds() - begin;
        units += (uint64_t)size * depth;
        require(failures == 0);
    }
    report(workload, spent, units);
}

static void run_every_frame(void) {
    if (!is_wanted("W2"))
        return;
    bench_init(FRAMES);
    uint64_t filling = 0, draining = 0, units = 0;
    while (filling < SAMPLE_NS) {
        uint64_t begin = clock_nanoseconds();
        uint32_t count = bench_fill(0);
        uint64_t middle = clock_nanoseconds();
        bench_shuffle();
        uint64_t resumed = clock_nanoseconds();
        require(count == FRAMES && bench_drain(0) == 0);
        draining += clock_nanoseconds() - resumed;
        filling += middle - begin;
        units += count;
    }
    report("W2-alloc", filling, units);
    report("W2-free", draining, units);
}

static void run_every_large_block(void) {
    if (!is_wanted("W4"))
        return;
    bench_init(FRAMES);
    uint64_t spent = 0, units = 0;
    while (spent < SAMPLE_NS) {
        uint64_t begin = clock_nanoseconds();
        units += bench_fill(LARGE_ORDER);
        require(bench_drain(LARGE_ORDER) == 0);
        spent += clock_nanoseconds() - begin;
    }
    report("W4", spent, units);
}

static void run_mix(const char *workload, enum mix mix) {
    if (!is_wanted(workload))
        return;
    bench_init(FRAMES);
    bench_mix_rise(mix, MIX_LOAD);
    bench_mix(mix, MIX_LOAD, FRAMES);
    uint64_t spent = 0, units = 0;
    for (uint32_t size = 1024; spent < SAMPLE_NS; size *= 2) {
        uint64_t begin = clock_nanoseconds();
        bench_mix(mix, MIX_LOAD, size);
        spent += clock_nanoseconds() - begin;
        units += size;
    }
    report(workload, spent, units);
    require(bench_mix_drop(0) == 0);
}

int engine_run(const struct boot_info *info) {
    const char *option = strstr(boot_info_options(), "bench=");
    wanted = option ? option + strlen("bench=") : "";
    console_print("[    0.000000] bench: frames=%u\n", FRAMES);
    run_stacks("W1", 0, 1);
    run_stacks("d64", 0, 64);
    run_stacks("d4096", 0, 4096);
    run_every_frame();
    run_mix("W3-single", MIX_SINGLE);
    run_mix("W3-geometric", MIX_GEOMETRIC);
    run_mix("W3-uniform", MIX_UNIFORM);
    run_mix("kernel-mix", MIX_KERNEL);
    run_mix("Linux-mix", MIX_LINUX);
    run_every_large_block();
    run_stacks("order-9-pair", LARGE_ORDER, 1);
    /* What the run script takes for success. */
    console_print("[    0.000000] boot: SlopOS Kernel Started!\n");
    return 0;
}
