/**
 * Sizes as people write them, and a plausible PC of a given size.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type MapInput, MapError } from "./map_input.ts";

const KIB = 1n << 10n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const TIB = 1n << 40n;

/** Bytes of a unit by its first letter. Units are powers of 1024, as everywhere in memory sizes. */
const UNITS: Readonly<Record<string, bigint>> = { b: 1n, k: KIB, m: MIB, g: GIB, t: TIB };

/** Bytes of "512M", "16TiB", "64 KB" or "4096"; null for anything else. Fractions are not taken. */
export function parseSize(text: string): bigint | null {
  const [, digits, unit] = /^(\d{1,20}) ?(?:([kmgt])(?:i?b)?|b|bytes)?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return null;
  return BigInt(digits) * UNITS[unit?.toLowerCase() ?? "b"]!;
}

/**
 * Bytes of `digits`, which may have a fraction, in `unit` ("KiB", "GB", "bytes"); what is less than
 * a byte is dropped. Null for what is no size.
 */
export function sizeInUnits(digits: string, unit: string): bigint | null {
  const [, whole, fraction = ""] = /^(\d{1,20})(?:\.(\d{1,10}))?$/.exec(digits) ?? [];
  const bytes = UNITS[unit.charAt(0).toLowerCase()];
  if (whole === undefined || bytes === undefined) return null;
  return (BigInt(whole + fraction) * bytes) / 10n ** BigInt(fraction.length);
}

const UNIT_NAMES = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** Three to four digits of `value`; a whole number has no fraction. */
function shortNumber(value: number): string {
  return value.toFixed(Number.isInteger(value) || value >= 1000 ? 0 : value >= 100 ? 1 : 2);
}

/** `bytes` for a person: a whole number of bytes, or three to four digits of the largest unit. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  // What would be written as 1024 of a unit is one of the next.
  while (Number(shortNumber(value)) >= 1024 && unit + 1 < UNIT_NAMES.length) {
    value /= 1024;
    ++unit;
  }
  return `${shortNumber(value)} ${UNIT_NAMES[unit]}`;
}

/** Sizes that `syntheticMap` takes, bytes: below, no kernel fits; above, no PC has address lines. */
export const SMALLEST_SIZE = 2n * MIB;
export const LARGEST_SIZE = 4096n * TIB;

/** Memory that would lie between here and 4 GiB lies above 4 GiB instead: devices are there. */
const LOW_MEMORY_END = 3n * GIB;

/** ACPI's tables and its non-volatile storage, at the top of low memory, each. */
const ACPI_BYTES = 64n * KIB;

/**
 * The map of a PC with `bytes` bytes of memory, as a BIOS reports it: 640 KiB but for 1 KiB, a hole
 * below 1 MiB, low memory with ACPI's at its top, devices below 4 GiB, the rest above.
 */
function entriesOfSize(bytes: bigint): MemoryMapEntry[] {
  const lowEnd = bytes < LOW_MEMORY_END ? bytes : LOW_MEMORY_END;
  const entry = (base: bigint, end: bigint, type: number) => ({ base, length: end - base, type });
  const map = [
    entry(0n, 639n * KIB, MemoryType.USABLE),
    entry(639n * KIB, 640n * KIB, MemoryType.RESERVED),
    entry(960n * KIB, MIB, MemoryType.RESERVED),
    entry(MIB, lowEnd - 2n * ACPI_BYTES, MemoryType.USABLE),
    entry(lowEnd - 2n * ACPI_BYTES, lowEnd - ACPI_BYTES, MemoryType.ACPI_RECLAIMABLE),
    entry(lowEnd - ACPI_BYTES, lowEnd, MemoryType.ACPI_NVS),
    entry(0xe000_0000n, 0xf000_0000n, MemoryType.RESERVED), // PCI Express configuration space
    entry(0xfec0_0000n, 0xfec0_1000n, MemoryType.RESERVED), // I/O APIC
    entry(0xfee0_0000n, 0xfee0_1000n, MemoryType.RESERVED), // local APIC
    entry(0xffc0_0000n, 4n * GIB, MemoryType.RESERVED), // firmware
  ];
  const highEnd = 4n * GIB + bytes - lowEnd;
  return highEnd > 4n * GIB ? [...map, entry(4n * GIB, highEnd, MemoryType.USABLE)] : map;
}

/**
 * The map of a plausible PC with as much memory as `size` says: "512M", "16TiB", or bytes. Taken in
 * whole frames. MapError for what is no size, and for one that no PC has.
 */
export function syntheticMap(size: string | number | bigint): MapInput {
  const bytes = parseSize(`${size}`);
  if (bytes === null) {
    throw new MapError(`"${size}" is not a size; write it like 512M, 4GiB or 1TiB`);
  }
  const bare = `${size}`.trim();
  if (typeof size === "string" && bytes < SMALLEST_SIZE && /^\d+$/.test(bare)) {
    throw new MapError(`"${size}" has no unit; write ${bare}M for MiB or ${bare}G for GiB`);
  }
  if (bytes < SMALLEST_SIZE || bytes > LARGEST_SIZE) {
    throw new MapError(`"${size}" is not a PC's size; it lies between 2 MiB and 4096 TiB`);
  }
  const whole = bytes - (bytes % BigInt(FRAME_BYTES));
  return {
    format: "size",
    source: `a PC with ${formatBytes(whole)}`,
    entries: entriesOfSize(whole),
    notes: [],
  };
}
