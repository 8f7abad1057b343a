#include "clock.h"

#include "cpu.h"

/*
 * The time-stamp counter tells the time; how fast it runs is measured against
 * channel 2 of the 8254 interval timer, which every PC has and whose frequency
 * is fixed. Its output is read back through the PC's system control port B.
 */
#define PIT_HZ 1193182
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND 0x43
#define PIT_ONE_SHOT 0xb0 /* channel 2, low then high byte, mode 0 */
#define CONTROL_B 0x61
#define CONTROL_GATE 0x01
#define CONTROL_SPEAKER 0x02
#define CONTROL_OUTPUT 0x20

#define MEASURED_NS 5000000ull
#define MEASURED_TICKS (PIT_HZ * MEASURED_NS / 1000000000)

/* Polls, each of about a microsecond, before the timer counts as absent. */
#define MEASURE_POLLS 1000000

static uint64_t start;

/*
 * Nanoseconds per tick of the counter, 32.32 fixed point. One for one until
 * measured, and for good on a machine without the timer.
 */
static uint64_t scale = 1ull << 32;

void clock_init(void) {
    start = read_tsc();
    uint8_t control = in8(CONTROL_B) & ~CONTROL_SPEAKER;
    out8(CONTROL_B, control & ~CONTROL_GATE);
    out8(PIT_COMMAND, PIT_ONE_SHOT);
    out8(PIT_CHANNEL_2, MEASURED_TICKS & 0xff);
    out8(PIT_CHANNEL_2, MEASURED_TICKS >> 8);
    out8(CONTROL_B, control | CONTROL_GATE);
    uint64_t before = read_tsc();
    for (int polls = 0; !(in8(CONTROL_B) & CONTROL_OUTPUT); polls++)
        if (polls == MEASURE_POLLS)
            return;
    uint64_t ticks = read_tsc() - before;
    if (ticks)
        scale = (MEASURED_NS << 32) / ticks;
}

uint64_t clock_nanoseconds(void) {
    uint64_t ticks = read_tsc() - start;
    return (uint64_t)((unsigned __int128)ticks * scale >> 32);
}
