/**
 * A buddy allocator as Linux builds it, with its per-CPU pages in front: `bench/peers/list_buddy.h`
 * and `list_buddy_pcp.c`, request for request, for the judge and for the explorer, which need no C
 * compiler so; a test compares the two block by block. A record for each frame, a doubly linked list
 * for each order; single frames come from a list of their own, which is filled and emptied by batches.
 * Exports and imports are those of the contract (`allocator.h`).
 */

/** The address of `bytes` of zeroed memory for tables. */
@external("env", "memory_take")
declare function memoryTake(bytes: u32): usize;

/** What `allocator_alloc` returns if it cannot. */
const NO_FRAME: u32 = 0xffffffff;

/** MAX_PAGE_ORDER of x86-64. */
const BUDDY_MAX_ORDER: u32 = 10;

/** What zone_batchsize gives a zone of 4 GiB, and the classic high mark of six batches. */
const BATCH: u32 = 63;
const HIGH: u32 = 6 * BATCH;

/** States of a record. */
const PART: u16 = 0;
const FREE: u16 = 1;
const ALLOCATED: u16 = 2;

/** The head of a list, or the beginning of an entry in it. */
@unmanaged
class List {
  next: List;
  prev: List;
}

/** The record of a frame; `order` and `state` are those of the block that begins there. */
@unmanaged
class Page extends List {
  order: u16;
  state: u16;
}

const LIST_BYTES = offsetof<List>();
const PAGE_BYTES = offsetof<Page>();

/** A list for each order, 0 to BUDDY_MAX_ORDER, 8 bytes each. */
const areas: usize = memory.data(88, 8);
const hot = changetype<List>(memory.data(8, 8));

/** The records, one for each frame. */
let pages: usize = 0;
let pageCount: u32 = 0;
let hotCount: u32 = 0;


@inline
function areaOf(order: u32): List {
  return changetype<List>(areas + usize(order) * LIST_BYTES);
}


@inline
function pageAt(frame: u32): Page {
  return changetype<Page>(pages + usize(frame) * PAGE_BYTES);
}


@inline
function frameOf(page: Page): u32 {
  return u32((changetype<usize>(page) - pages) / PAGE_BYTES);
}


@inline
function clear(list: List): void {
  list.next = list.prev = list;
}


@inline
function isEmpty(list: List): bool {
  return list.next == list;
}

/** Puts `entry` after `at`. */
@inline
function add(at: List, entry: List): void {
  const next = at.next;
  next.prev = entry;
  entry.next = next;
  entry.prev = at;
  at.next = entry;
}


@inline
function remove(entry: List): void {
  entry.prev.next = entry.next;
  entry.next.prev = entry.prev;
}


@inline
function pushFree(page: Page, order: u32): void {
  page.order = u16(order);
  page.state = FREE;
  add(areaOf(order), page);
}


@inline
function removeFree(page: Page): void {
  remove(page);
  page.state = PART;
}

/** The first frame of a block of `order`, cut from the smallest that there is; NO_FRAME if none. */
function take(order: u32): u32 {
  for (let from = order; from <= BUDDY_MAX_ORDER; ++from) {
    const area = areaOf(from);
    if (isEmpty(area)) continue;
    const page = changetype<Page>(area.next);
    removeFree(page);
    const frame = frameOf(page);
    while (from > order) {
      --from;
      pushFree(pageAt(frame + (1 << from)), from);
    }
    page.order = u16(order);
    page.state = ALLOCATED;
    return frame;
  }
  return NO_FRAME;
}

/** Gives the block of `order` at `frame` back and merges it with its buddies. */
function give(frame: u32, order: u32): void {
  pageAt(frame).state = PART;
  for (; order < BUDDY_MAX_ORDER; ++order) {
    const other = frame ^ (1 << order);
    if (other >= pageCount) break;
    const buddy = pageAt(other);
    if (buddy.state != FREE || buddy.order != order) break;
    removeFree(buddy);
    frame &= other;
  }
  pushFree(pageAt(frame), order);
}

/** Starts over with `frames` frames, 0 to `frames` - 1, all free. */
export function allocator_init(frames: u32): void {
  pages = memoryTake(frames * u32(PAGE_BYTES));
  pageCount = frames;
  for (let order: u32 = 0; order <= BUDDY_MAX_ORDER; ++order) clear(areaOf(order));
  for (let end = frames; end;) {
    const order: u32 = ctz(end | (1 << BUDDY_MAX_ORDER));
    end -= 1 << order;
    pushFree(pageAt(end), order);
  }
  clear(hot);
  hotCount = 0;
}

/** Fills the empty list in the order of addresses; false if no frame is left. */
function refill(): bool {
  for (; hotCount < BATCH; ++hotCount) {
    const frame = take(0);
    if (frame == NO_FRAME) break;
    const page = pageAt(frame);
    page.state = PART;
    add(hot.prev, page);
  }
  return hotCount != 0;
}

/** Gives `count` frames back, those that were used the longest time ago. */
function drain(count: u32): void {
  hotCount -= count;
  while (count--) {
    const page = changetype<Page>(hot.prev);
    remove(page);
    give(frameOf(page), 0);
  }
}


@inline
function takeHot(): u32 {
  if (!hotCount && !refill()) return NO_FRAME;
  const page = changetype<Page>(hot.next);
  remove(page);
  --hotCount;
  page.order = 0;
  page.state = ALLOCATED;
  return frameOf(page);
}

/** The first frame of a block of `order`, or `NO_FRAME`. */
export function allocator_alloc(order: u32): u32 {
  if (!order) return takeHot();
  const frame = take(order);
  if (frame != NO_FRAME || !hotCount) return frame;
  drain(hotCount);
  return take(order);
}

/** Frees the block of `order` at `frame`; false, and no change, if none was allocated there. */
export function allocator_free(frame: u32, order: u32): bool {
  const page = pageAt(frame);
  if (page.state != ALLOCATED) return false;
  if (order) {
    give(frame, order);
    return true;
  }
  page.state = PART;
  add(hot, page);
  if (++hotCount >= HIGH) drain(BATCH);
  return true;
}
