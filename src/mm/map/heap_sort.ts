/**
 * Heapsort of u64 keys in place: O(n log n) whatever the input, no storage, no recursion
 * (J. W. J. Williams, Algorithm 232, CACM 7(6), 1964).
 */

@inline
function key(keys: usize, index: u32): u64 {
  return load<u64>(keys + (usize(index) << 3));
}


@inline
function setKey(keys: usize, index: u32, value: u64): void {
  store<u64>(keys + (usize(index) << 3), value);
}

/** Lets `value` sink from `hole` to its place in a max-heap of `count` keys. */
function sink(keys: usize, count: u32, hole: u32, value: u64): void {
  while (true) {
    let child: u32 = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && key(keys, child + 1) > key(keys, child)) ++child;
    if (key(keys, child) <= value) break;
    setKey(keys, hole, key(keys, child));
    hole = child;
  }
  setKey(keys, hole, value);
}

/** Puts `count` keys at `keys` into the order of a heap: the largest first. */
export function heapify(keys: usize, count: u32): void {
  for (let root = count >> 1; root-- > 0;) sink(keys, count, root, key(keys, root));
}

/** Replaces the largest of `count` keys, a heap, by `value`. */
export function replaceLargest(keys: usize, count: u32, value: u64): void {
  sink(keys, count, 0, value);
}

/** Sorts `count` keys at `keys`, smallest first. */
export function heapSort(keys: usize, count: u32): void {
  heapify(keys, count);
  while (count > 1) {
    const last = key(keys, --count);
    const largest = key(keys, 0);
    sink(keys, count, 0, last);
    setKey(keys, count, largest);
  }
}
