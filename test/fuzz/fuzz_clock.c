/*
 * The shim's clock on machines whose host takes the processor away.
 *
 * A machine here is a counter of some frequency, a timer, and a list of moments
 * at which time passes and nothing runs. Whatever these are, time must come out
 * right within 1 percent as soon as one measurement in sixteen is undisturbed.
 */
#include "fuzz.h"

/* Takes the place of shim/cpu.h. */
#define SHIM_CPU_H

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static struct cpuid cpuid(uint32_t leaf);
static uint64_t read_tsc(void);
static void out8(uint16_t port, uint8_t value);
static uint8_t in8(uint16_t port);

/* The file's own variables are part of the machine: each one begins afresh. */
#include "../../shim/clock.c"

#define PICOSECONDS_A_SECOND 1000000000000ull
#define NEVER UINT64_MAX

/* All that the PIT's channel 2 and port B are, as the data sheet has it. */
static struct {
    uint64_t now; /* picoseconds; all that is done takes some */
    uint64_t frequency, first_tsc;
    uint64_t port_time; /* that an access to a port takes; the counter takes an eighth */
    int has_timer, writes;
    uint8_t control, low;
    uint16_t count;
    uint64_t end; /* when the output rises */
    struct cpuid ratio, base;
    uint64_t random;
    unsigned pauses; /* of 65536 accesses how many are followed by one */
    int hits_ends;   /* pauses also come where a measurement begins and ends */
    int runs, quiet; /* the timer's runs so far, and the one that nothing disturbs */
} machine;

/* A number below 65536 (xorshift). */
static unsigned draw(void) {
    machine.random ^= machine.random << 13;
    machine.random ^= machine.random >> 7;
    machine.random ^= machine.random << 17;
    return machine.random & 0xffff;
}

/* Time passes: `time`, and perhaps a pause of 4 us to 65 ms. */
static void pass(uint64_t time, int begins) {
    uint64_t before = machine.now;
    machine.now += time;
    int ends = before < machine.end && machine.now >= machine.end;
    int pauses = machine.hits_ends && (begins || ends);
    if (machine.runs != machine.quiet && (pauses || draw() < machine.pauses))
        machine.now += (uint64_t)4000000 << draw() % 15;
}

static uint64_t read_tsc(void) {
    unsigned __int128 ticks = (unsigned __int128)machine.now * machine.frequency;
    pass(machine.port_time / 8, 0);
    return machine.first_tsc + (uint64_t)(ticks / PICOSECONDS_A_SECOND);
}

static void out8(uint16_t port, uint8_t value) {
    int starts = port == 0x61 && (value & 1) && !(machine.control & 1);
    pass(machine.port_time, starts);
    if (port == 0x61) {
        REQUIRE((value & 2) == 0); /* silence */
        machine.control = value & 0x0f;
        if (starts && machine.writes == 2)
            machine.end = machine.now + (uint64_t)machine.count * PICOSECONDS_A_SECOND / 1193182;
    } else if (port == 0x43) {
        REQUIRE(value == 0xb0 && (machine.control & 1) == 0);
        machine.runs++;
        machine.writes = 0;
        machine.end = NEVER;
    } else {
        REQUIRE(port == 0x42 && machine.writes < 2);
        if (machine.writes++ == 0)
            machine.low = value;
        else
            machine.count = (uint16_t)(value << 8 | machine.low);
    }
}

static uint8_t in8(uint16_t port) {
    REQUIRE(port == 0x61);
    pass(machine.port_time, 0);
    uint8_t output = machine.has_timer && machine.now >= machine.end ? 0x20 : 0;
    return machine.control | output;
}

static struct cpuid cpuid(uint32_t leaf) {
    if (leaf == 0x15)
        return machine.ratio;
    return leaf == 0x16 ? machine.base : (struct cpuid){0};
}

/* A processor that tells its frequency: by its crystal's, or by its own. */
static void tell_frequency(struct input *input, int by_crystal) {
    uint32_t numerator = 1 + take_byte(input), denominator = 1 + take_byte(input) % 16;
    uint64_t crystal = 10000000 + take_number(input, 3);
    machine.ratio = (struct cpuid){.eax = denominator, .ebx = numerator};
    if (by_crystal) {
        machine.ratio.ecx = (uint32_t)crystal;
        machine.frequency = crystal * numerator / denominator;
    } else {
        machine.base.eax = 1 + (uint32_t)take_number(input, 2) % 0xffff;
        machine.frequency = machine.base.eax * 1000000ull;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct input input = {data, bytes};
    uint8_t kind = take_byte(&input);
    memset(&machine, 0, sizeof machine);
    start = 0;
    scale = 1ull << 32;
    machine.has_timer = kind != 255;
    machine.port_time = 1000 * (1000 + take_number(&input, 2) % 2000); /* 1 to 3 us */
    machine.frequency = 100000000 + take_number(&input, 4) % 6000000000;
    machine.first_tsc = take_number(&input, 8) >> 1;
    machine.control = take_byte(&input) & 0x0e;
    machine.end = NEVER;
    machine.quiet = 1 + take_byte(&input) % 16;
    machine.random = 1 + take_number(&input, 7);
    machine.hits_ends = take_byte(&input) & 1;
    unsigned pauses = (unsigned)take_number(&input, 2) >> take_byte(&input) % 16;
    if (kind % 4 == 1)
        tell_frequency(&input, kind / 4 % 2);
    machine.pauses = pauses;

    clock_init();
    REQUIRE(machine.runs <= 16);
    if (machine.ratio.eax)
        REQUIRE(machine.runs == 0);

    machine.pauses = 0;
    machine.hits_ends = 0;
    uint64_t since = clock_nanoseconds(), began = machine.now;
    machine.now += PICOSECONDS_A_SECOND;
    uint64_t passed = clock_nanoseconds() - since;
    uint64_t real = (machine.now - began) / 1000;
    if (!machine.has_timer && !machine.ratio.eax)
        real = (uint64_t)((unsigned __int128)real * machine.frequency / 1000000000);
    REQUIRE(passed > real - real / 100 && passed < real + real / 100);
    return 0;
}
