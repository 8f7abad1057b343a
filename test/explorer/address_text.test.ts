/** Addresses as people write them. */

import { expect, test } from "vitest";
import { parseAddress } from "../../explorer/src/address_text.ts";

test.each([
  ["0x100000", 0x100000n],
  ["0X10_0000", 0x100000n],
  ["1048576", 1048576n],
  ["4096", 4096n],
  ["0", 0n],
  ["00100000", 0x100000n],
  ["0000_0000_0010_0000", 0x100000n],
  ["ffff800000000000", 0xffff800000000000n],
  [" ffff_8000_0010_0000 ", 0xffff800000100000n],
  ["0xffffffffffffffff", (1n << 64n) - 1n],
  ["18446744073709551615", (1n << 64n) - 1n],
  ["3 GiB", 3n << 30n],
  ["512M", 512n << 20n],
  ["16TiB", 16n << 40n],
])("%s is read as it is written", (text, value) => {
  expect(parseAddress(text)).toBe(value);
});

test.each([
  "",
  " ",
  "twelve",
  "0x",
  "0x1g",
  "-1",
  "1.5 GiB",
  "18446744073709551616",
  "0x10000000000000000",
  "3 XiB",
  "10 20",
])("%s is no address", (text) => {
  expect(parseAddress(text)).toBeNull();
});
