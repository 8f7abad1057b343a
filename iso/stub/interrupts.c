/*
 * The 8259 pair, and the I/O APICs that the ACPI table MADT lists (ACPI 6.5,
 * 5.2.5 to 5.2.12; Intel 82093AA data sheet).
 */
#include "interrupts.h"

#include <string.h>

#include "x86.h"

#define PIC1_DATA 0x21
#define PIC2_DATA 0xa1

/* Offsets in ACPI structures. */
#define RSDP_XSDT 24
#define TABLE_LENGTH 4
#define XSDT_ENTRIES 36
#define MADT_ENTRIES 44
#define MADT_TYPE_IO_APIC 1
#define MADT_IO_APIC_ADDRESS 4

/* Registers of an I/O APIC, reached through a selector and a window. */
#define IO_APIC_WINDOW 4 /* in words of 4 bytes */
#define IO_APIC_VERSION 1
#define IO_APIC_REDIRECTION 0x10
#define REDIRECTION_MODE 0x700 /* 0 fixed, 0x100 lowest priority */
#define REDIRECTION_MASKED 0x10000

static uint32_t read32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

static uint64_t read64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

static void mask_io_apic(volatile uint32_t *registers) {
    registers[0] = IO_APIC_VERSION;
    uint32_t inputs = (registers[IO_APIC_WINDOW] >> 16 & 0xff) + 1;
    for (uint32_t input = 0; input < inputs; input++) {
        registers[0] = IO_APIC_REDIRECTION + 2 * input;
        uint32_t redirection = registers[IO_APIC_WINDOW];
        if ((redirection & REDIRECTION_MODE) <= 0x100) {
            registers[IO_APIC_WINDOW] = redirection | REDIRECTION_MASKED;
        }
    }
}

static void mask_all_of(const uint8_t *madt) {
    const uint8_t *end = madt + read32(madt + TABLE_LENGTH);
    const uint8_t *entry = madt + MADT_ENTRIES;
    /* An entry starts with its type and its length, a byte each. */
    while (end - entry >= 2 && entry[1] >= 2) {
        if (entry[0] == MADT_TYPE_IO_APIC) {
            mask_io_apic((volatile uint32_t *)(uintptr_t)read32(entry + MADT_IO_APIC_ADDRESS));
        }
        entry += entry[1];
    }
}

/* The ACPI 2.0 root pointer among the firmware's tables, or null. */
static const uint8_t *find_rsdp(const EFI_SYSTEM_TABLE *system) {
    EFI_GUID acpi = ACPI_20_TABLE_GUID;
    for (UINTN i = 0; i < system->NumberOfTableEntries; i++) {
        const EFI_CONFIGURATION_TABLE *table = &system->ConfigurationTable[i];
        if (memcmp(&table->VendorGuid, &acpi, sizeof(acpi)) == 0) {
            return table->VendorTable;
        }
    }
    return NULL;
}

void interrupts_mask(const EFI_SYSTEM_TABLE *system) {
    port_write(PIC1_DATA, 0xff);
    port_write(PIC2_DATA, 0xff);

    const uint8_t *rsdp = find_rsdp(system);
    if (rsdp == NULL) {
        return;
    }
    const uint8_t *xsdt = (const uint8_t *)read64(rsdp + RSDP_XSDT);
    uint32_t length = read32(xsdt + TABLE_LENGTH);
    for (uint32_t at = XSDT_ENTRIES; at + 8 <= length; at += 8) {
        const uint8_t *table = (const uint8_t *)read64(xsdt + at);
        if (memcmp(table, "APIC", 4) == 0) {
            mask_all_of(table);
        }
    }
}
