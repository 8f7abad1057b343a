/*
 * Silence: the protocol hands over with all interrupt requests masked.
 */
#ifndef SLOPOS_STUB_INTERRUPTS_H
#define SLOPOS_STUB_INTERRUPTS_H

#include <efi.h>

/*
 * Masks the legacy PICs and those inputs of the I/O APICs, as far as ACPI knows
 * any, that would deliver a fixed or lowest-priority interrupt. Runs after boot
 * services and before the firmware's page tables are left.
 */
void interrupts_mask(const EFI_SYSTEM_TABLE *system);

#endif
