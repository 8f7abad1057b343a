#include "calendar.h"

#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "cpu.h"

/* The MC146818 and its like: an index, with the NMI's switch in bit 7, and a register. */
#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71

#define STATUS_A 0x0a
#define A_UPDATING 0x80
#define STATUS_B 0x0b
#define B_HOURS_24 0x02
#define B_BINARY 0x04
#define HOURS_PM 0x80

/* Polls, each of a microsecond or so: an update takes two thousand at most. */
#define UPDATE_POLLS 100000

#define SECOND_NS 1000000000ull

struct date {
    uint8_t second, minute, hour, day, month, year;
};

static uint8_t read_register(uint8_t index) {
    out8(CMOS_INDEX, index);
    return in8(CMOS_DATA);
}

static struct date read_once(void) {
    for (int polls = 0; read_register(STATUS_A) & A_UPDATING && polls < UPDATE_POLLS; polls++)
        ;
    return (struct date){
        .second = read_register(0),
        .minute = read_register(2),
        .hour = read_register(4),
        .day = read_register(7),
        .month = read_register(8),
        .year = read_register(9),
    };
}

static uint8_t from_decimal(uint8_t value) { return (uint8_t)((value >> 4) * 10 + (value & 15)); }

/* Reads the date until it is the same twice, and undoes how it is written; false if it is none. */
static bool read_date(struct date *date) {
    struct date again = read_once();
    int tries = 0;
    do {
        *date = again;
        again = read_once();
    } while (memcmp(date, &again, sizeof again) != 0 && ++tries < 10);
    uint8_t status = read_register(STATUS_B);
    bool afternoon = !(status & B_HOURS_24) && date->hour & HOURS_PM;
    date->hour &= (uint8_t)~HOURS_PM;
    if (!(status & B_BINARY)) {
        date->second = from_decimal(date->second);
        date->minute = from_decimal(date->minute);
        date->hour = from_decimal(date->hour);
        date->day = from_decimal(date->day);
        date->month = from_decimal(date->month);
        date->year = from_decimal(date->year);
    }
    if (!(status & B_HOURS_24))
        date->hour = (uint8_t)(date->hour % 12 + (afternoon ? 12 : 0));
    return date->second < 60 && date->minute < 60 && date->hour < 24 && date->day >= 1 &&
           date->day <= 31 && date->month >= 1 && date->month <= 12 && date->year < 100;
}

/* Days from 1970 to a date of this century, which is all that two digits of a year can tell. */
static uint64_t days_to(const struct date *date) {
    static const uint16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint64_t year = date->year;
    uint64_t leaps = (year + 3) / 4; /* 2000 was one */
    bool leaps_now = year % 4 == 0 && date->month > 2;
    return 10957 + year * 365 + leaps + before[date->month - 1] + leaps_now + date->day - 1;
}

uint64_t calendar_nanoseconds(void) {
    static bool read;
    static uint64_t start; /* when the clock began to count; 0 if it is not known */
    struct date date;
    if (!read && read_date(&date)) {
        uint64_t minutes = (days_to(&date) * 24 + date.hour) * 60 + date.minute;
        start = (minutes * 60 + date.second) * SECOND_NS - clock_nanoseconds();
    }
    read = true;
    return start ? start + clock_nanoseconds() : 0;
}
