/**
 * A bitmap with next fit, as many small kernels have it: `bench/peers/bitmap.c`, request for request.
 * One bit a frame, and a search that goes on where the last one ended.
 */

@external("env", "memory_take")
declare function memoryTake(bytes: u32): usize;

const NO_FRAME: u32 = 0xffffffff;
const WORD_ORDER: u32 = 6;
const WORD_BITS: u32 = 1 << WORD_ORDER;
const ALL: u64 = 0xffffffffffffffff;

/** Bit n of word w is set while frame 64w + n is free. */
let words: usize = 0;
let wordCount: u32 = 0;

/** The word that the last allocation was from. */
let hint: u32 = 0;

/** For each order below WORD_ORDER the bits at which an aligned block of it may begin. */
const aligned: StaticArray<u64> = [
  0xffffffffffffffff, 0x5555555555555555, 0x1111111111111111, 0x0101010101010101,
  0x0001000100010001, 0x0000000100000001,
];


@inline
function wordAt(word: u32): u64 {
  return load<u64>(words + (usize(word) << 3));
}


@inline
function setWord(word: u32, value: u64): void {
  store<u64>(words + (usize(word) << 3), value);
}

export function allocator_init(frames: u32): void {
  wordCount = (frames + WORD_BITS - 1) / WORD_BITS;
  words = memoryTake(wordCount * 8);
  memory.fill(words, 0xff, usize(wordCount) * 8);
  if (frames % WORD_BITS) setWord(wordCount - 1, (u64(1) << u64(frames % WORD_BITS)) - 1);
  hint = 0;
}

/** `order` is below WORD_ORDER. */
@inline
function maskOf(order: u32): u64 {
  return (u64(1) << u64(1 << order)) - 1;
}

/** Bit n is set if the aligned 2^`order` bits from n on are all set in `word`. */
@inline
function runsIn(word: u64, order: u32): u64 {
  for (let step: u32 = 0; step < order; ++step) word &= word >> u64(1 << step);
  return word & unchecked(aligned[order]);
}

function takeInWord(order: u32): u32 {
  for (let looked: u32 = 0, word = hint; looked < wordCount; ++looked) {
    const runs = runsIn(wordAt(word), order);
    if (runs) {
      const bit = ctz(runs);
      setWord(word, wordAt(word) & ~(maskOf(order) << bit));
      hint = word;
      return word * WORD_BITS + u32(bit);
    }
    if (++word == wordCount) word = 0;
  }
  return NO_FRAME;
}

function allAre(first: u32, count: u32, value: u64): bool {
  for (let word = first; word < first + count; ++word) if (wordAt(word) != value) return false;
  return true;
}

function setAll(first: u32, count: u32, value: u64): void {
  for (let word = first; word < first + count; ++word) setWord(word, value);
}

function takeWords(order: u32): u32 {
  const count: u32 = 1 << (order - WORD_ORDER);
  let word = hint & ~(count - 1);
  for (let looked: u32 = 0; looked < wordCount; looked += count) {
    if (word + count <= wordCount && allAre(word, count, ALL)) {
      setAll(word, count, 0);
      hint = word;
      return word * WORD_BITS;
    }
    word += count;
    if (word >= wordCount) word = 0;
  }
  return NO_FRAME;
}

export function allocator_alloc(order: u32): u32 {
  return order < WORD_ORDER ? takeInWord(order) : takeWords(order);
}

export function allocator_free(frame: u32, order: u32): bool {
  const word = frame / WORD_BITS;
  if (order >= WORD_ORDER) {
    const count: u32 = 1 << (order - WORD_ORDER);
    if (!allAre(word, count, 0)) return false;
    setAll(word, count, ALL);
    return true;
  }
  const bits = maskOf(order) << u64(frame % WORD_BITS);
  const old = wordAt(word);
  if (old & bits) return false;
  setWord(word, old | bits);
  return true;
}
