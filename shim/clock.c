#include "clock.h"

#include <stdbool.h>

#include "cpu.h"

/*
 * The time-stamp counter tells the time. How fast it runs some processors tell;
 * else it is measured against channel 2 of the 8254 interval timer, which every
 * PC has and whose frequency is fixed. Its output is read back through the PC's
 * system control port B.
 */
#define PIT_HZ 1193182
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND 0x43
#define PIT_ONE_SHOT 0xb0 /* channel 2, low then high byte, mode 0 */
#define CONTROL_B 0x61
#define CONTROL_GATE 0x01
#define CONTROL_SPEAKER 0x02
#define CONTROL_OUTPUT 0x20

#define SECOND_NS 1000000000ull
#define MEASURED_NS 5000000ull
#define MEASURED_TICKS (PIT_HZ * MEASURED_NS / SECOND_NS)

/* Polls, each of about a microsecond, before the timer counts as absent. */
#define MEASURE_POLLS 1000000

/* Measurements at most, and the share of one that may be uncertain: 1 in 256. */
#define MEASURE_TRIES 16
#define PRECISION 256

/* Ratio of the counter to the processor's crystal, and its base frequency (Intel SDM vol. 2A). */
#define CPUID_TSC 0x15
#define CPUID_FREQUENCY 0x16

static uint64_t start;

/*
 * Nanoseconds per tick of the counter, 32.32 fixed point. One for one until
 * known, and for good on a machine without the timer.
 */
static uint64_t scale = 1ull << 32;

/* What the processor says of the counter's frequency in Hz; 0 if it says nothing. */
static uint64_t told_frequency(void) {
    struct cpuid ratio = cpuid(CPUID_TSC);
    if (ratio.eax == 0 || ratio.ebx == 0)
        return 0;
    if (ratio.ecx)
        return (uint64_t)ratio.ecx * ratio.ebx / ratio.eax;
    /* Where the crystal's frequency is not told, the counter runs at the base frequency. */
    return (cpuid(CPUID_FREQUENCY).eax & 0xffff) * 1000000ull;
}

/* Bounds of how many ticks of the counter a length of time has. */
struct ticks {
    uint64_t least, most;
};

/*
 * Lets the timer run for MEASURED_NS. It starts between two looks at the counter
 * and ends between two others: a host that takes the processor away in between
 * changes nothing, and one that does so at an end moves the bounds apart. False
 * if there is no timer.
 */
static bool measure(struct ticks *ticks) {
    uint8_t control = in8(CONTROL_B) & ~(CONTROL_SPEAKER | CONTROL_GATE);
    out8(CONTROL_B, control);
    out8(PIT_COMMAND, PIT_ONE_SHOT);
    out8(PIT_CHANNEL_2, MEASURED_TICKS & 0xff);
    out8(PIT_CHANNEL_2, MEASURED_TICKS >> 8);
    uint64_t before_start = read_tsc();
    out8(CONTROL_B, control | CONTROL_GATE);
    uint64_t after_start = read_tsc();
    uint64_t before_end = after_start;
    for (int polls = 0; polls < MEASURE_POLLS; polls++) {
        uint64_t now = read_tsc();
        if (in8(CONTROL_B) & CONTROL_OUTPUT) {
            ticks->least = before_end - after_start;
            ticks->most = read_tsc() - before_start;
            return true;
        }
        before_end = now;
    }
    return false;
}

/* The counter's frequency in Hz by the best of several measurements; 0 if there is no timer. */
static uint64_t measured_frequency(void) {
    struct ticks best = {0, UINT64_MAX};
    for (int tries = 0; tries < MEASURE_TRIES; tries++) {
        struct ticks ticks;
        if (!measure(&ticks))
            return 0;
        if (ticks.most - ticks.least < best.most - best.least)
            best = ticks;
        if (best.most - best.least <= best.most / PRECISION)
            break;
    }
    return (best.least + (best.most - best.least) / 2) * (SECOND_NS / MEASURED_NS);
}

void clock_init(void) {
    start = read_tsc();
    uint64_t frequency = told_frequency();
    if (!frequency)
        frequency = measured_frequency();
    if (frequency)
        scale = (SECOND_NS << 32) / frequency;
}

uint64_t clock_nanoseconds(void) {
    uint64_t ticks = read_tsc() - start;
    return (uint64_t)((unsigned __int128)ticks * scale >> 32);
}
