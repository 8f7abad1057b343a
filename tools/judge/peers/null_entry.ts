/**
 * The floor: an allocator that counts and keeps nothing. What a workload costs with it is what the
 * workload and its calls cost. It hands out frames that are in use, so nobody asks whether it is
 * right.
 */

let frameCount: u32 = 0;
let freeCount: u32 = 0;

export function allocator_init(frames: u32): void {
  frameCount = freeCount = frames;
}

export function allocator_alloc(order: u32): u32 {
  const count: u32 = 1 << order;
  if (freeCount < count) return 0xffffffff;
  freeCount -= count;
  return freeCount;
}

export function allocator_free(frame: u32, order: u32): bool {
  freeCount += 1 << order;
  return frame < frameCount;
}
