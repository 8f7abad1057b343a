/**
 * Takes memory until there is none, looks into every frame that comes whether it is zero, and whether
 * every page keeps what is written to it, and says what it saw. What it took goes back to the kernel when it ends.
 *
 *     npx slopos run --memory 64M --log programs/memory.ts
 */

const PAGE_BYTES: usize = 65536;

/** Bytes from one word that is looked at to the next. */
const STEP: usize = 256;

const first = memory.size();
let refused = false;
let dirty: i32 = 0;
let lost: i32 = 0;

// Large steps while they are granted, then smaller ones: so few are refused.
for (let step: i32 = 256; step > 0;) {
  const before = memory.grow(step);
  if (before < 0) {
    refused = true;
    step /= 2;
    continue;
  }
  for (let page = before; page < before + step; ++page) {
    const start = usize(page) * PAGE_BYTES;
    for (let at: usize = 0; at < PAGE_BYTES; at += STEP) {
      if (load<u64>(start + at) != 0) ++dirty;
    }
    store<u64>(start, page);
    store<u64>(start + PAGE_BYTES - 8, ~u64(page));
  }
}

const last = memory.size();
for (let page = first; page < last; ++page) {
  const start = usize(page) * PAGE_BYTES;
  if (load<u64>(start) != u64(page) || load<u64>(start + PAGE_BYTES - 8) != ~u64(page)) ++lost;
}

console.log(
  `I began with ${first} pages of 64 KiB and got ${last - first} more: ${last / 16} MiB.`,
);
console.log(refused ? "Then memory.grow answered -1." : "memory.grow never answered -1.");
console.log(`Words that were not zero: ${dirty}. Pages that lost what was written: ${lost}.`);
if (dirty + lost > 0) process.exit(1);
