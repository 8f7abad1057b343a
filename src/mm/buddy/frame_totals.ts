/**
 * The two totals of the buddy allocator. Frame 0 is never managed, so both fit 32 bits.
 */

let managed: u32 = 0;
let free: u32 = 0;

export function clearTotals(): void {
  managed = 0;
  free = 0;
}

/** Frames under management. */
@inline
export function managedTotal(): u32 {
  return managed;
}

/** Free frames, without those of the lent words and without lazy ones. */
@inline
export function freeTotal(): u32 {
  return free;
}

/** `frames` more are under management, or fewer for a negative number. */
@inline
export function countManaged(frames: i32): void {
  managed += u32(frames);
}

/** `frames` more are free, or fewer for a negative number. */
@inline
export function countFree(frames: i32): void {
  free += u32(frames);
}
