#include "descriptors.h"

#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "cpu.h"
#include "engine.h"

#define EXCEPTIONS 32
#define CODE_SELECTOR 0x08
#define TSS_SELECTOR 0x18

/* Intel SDM vol. 3A, 3.4.5 (segments) and 8.2.3 (TSS descriptor). */
#define SEGMENT_CODE_64 0x00af9b000000ffff
#define SEGMENT_DATA 0x00cf93000000ffff
#define TSS_AVAILABLE 0x0000890000000000

/* Intel SDM vol. 3A, figure 8-11. */
struct __attribute__((packed)) task_state {
    uint32_t reserved0;
    uint64_t privilege_stack[3];
    uint64_t reserved1;
    uint64_t interrupt_stack[7];
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map;
};

/*
 * Interrupt gate, Intel SDM vol. 3A, figure 6-8:
 *
 *     0         16         32    35     40     48          64      96
 *     | 15:0    | selector | IST | 0    | type | 31:16     | 63:32 | 0
 */
struct __attribute__((packed)) gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t stack;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

#define GATE_INTERRUPT 0x8e

struct __attribute__((packed)) table_pointer {
    uint16_t limit;
    uint64_t base;
};

extern const char exception_entries[EXCEPTIONS][16];
void load_descriptor_tables(const struct table_pointer *gdt, const struct table_pointer *idt);
_Noreturn void exception_report(const struct exception_frame *frame);

static uint64_t gdt[5];
static struct gate idt[EXCEPTIONS];
static struct task_state tss;
static _Alignas(16) uint8_t exception_stack[16384];

void descriptors_init(void) {
    uint64_t tss_base = (uint64_t)&tss;
    tss.interrupt_stack[0] = (uint64_t)(exception_stack + sizeof exception_stack);
    tss.io_map = sizeof tss;

    gdt[1] = SEGMENT_CODE_64;
    gdt[2] = SEGMENT_DATA;
    gdt[3] = TSS_AVAILABLE | (sizeof tss - 1) | (tss_base & 0xffffff) << 16 |
             (tss_base >> 24 & 0xff) << 56;
    gdt[4] = tss_base >> 32;

    for (int vector = 0; vector < EXCEPTIONS; vector++) {
        uint64_t entry = (uint64_t)exception_entries[vector];
        idt[vector] = (struct gate){
            .offset_low = (uint16_t)entry,
            .selector = CODE_SELECTOR,
            .stack = 1,
            .type = GATE_INTERRUPT,
            .offset_middle = (uint16_t)(entry >> 16),
            .offset_high = (uint32_t)(entry >> 32),
        };
    }

    struct table_pointer gdt_pointer = {sizeof gdt - 1, (uint64_t)gdt};
    struct table_pointer idt_pointer = {sizeof idt - 1, (uint64_t)idt};
    load_descriptor_tables(&gdt_pointer, &idt_pointer);
}

static const char *exception_name(uint64_t vector) {
    static const char *const names[] = {
        "divide error",
        "debug",
        "NMI",
        "breakpoint",
        "overflow",
        "bound range exceeded",
        "invalid opcode",
        "device not available",
        "double fault",
        "coprocessor overrun",
        "invalid TSS",
        "segment not present",
        "stack fault",
        "general protection fault",
        "page fault",
        "reserved exception",
        "x87 error",
        "alignment check",
        "machine check",
        "SIMD error",
        "virtualization",
        "control protection",
    };
    return vector < sizeof names / sizeof *names ? names[vector] : "reserved exception";
}

_Noreturn void exception_report(const struct exception_frame *frame) {
    /* An exception while one is reported: say no more, just end. */
    static bool reporting;
    if (reporting)
        machine_end(ERROR_CPU_EXCEPTION);
    reporting = true;
    engine_exception(frame);
    panic("cpu", ERROR_CPU_EXCEPTION,
          "%s vector=%llu error=0x%llx rip=0x%016llx cr2=0x%016llx "
          "rsp=0x%016llx",
          exception_name(frame->vector), (unsigned long long)frame->vector,
          (unsigned long long)frame->error, (unsigned long long)frame->rip,
          (unsigned long long)read_cr2(), (unsigned long long)frame->rsp);
}
