/**
 * The list buddy with per-CPU pages of `list_buddy_pcp.c` once more, as a module that needs no C
 * compiler: the explorer sets it beside the kernel. It gives the same blocks to the same requests,
 * one by one; a test compares the two.
 *
 * A record for each frame, a doubly linked list for each order, last in first out, blocks split and
 * merged at once; in front of that a list of single frames, filled and emptied by batches. What is
 * left out of Linux's design is said in `list_buddy.h`. Exports and imports are those of
 * `allocator.h`.
 */

/** The address of `bytes` of zeroed memory for tables. */
@external("env", "memory_take")
declare function memory_take(bytes: u32): usize;

/** What `allocator_alloc` returns if it cannot. */
const NO_FRAME: u32 = 0xffffffff;

/** MAX_PAGE_ORDER of x86-64. */
const MAX_ORDER: u32 = 10;

/** What zone_batchsize gives a zone of 4 GiB, and the classic high mark of six batches. */
const BATCH: u32 = 63;
const HIGH: u32 = 6 * BATCH;

/** States of a record. */
const PART: u16 = 0;
const FREE: u16 = 1;
const ALLOCATED: u16 = 2;

/** A place in a list, or its head: addresses of the neighbours in a circle. */
@unmanaged
class Link {
  next: usize;
  prev: usize;
}

const LINK_BYTES: usize = 8;

/** The record of a frame; `order` and `state` are those of the block that begins there. */
@unmanaged
class Page {
  link: usize;
  linkPrev: usize;
  order: u16;
  state: u16;
}

const PAGE_BYTES: usize = 12;

/** The records, one for each frame. */
let pages: usize = 0;
let pageCount: u32 = 0;

/** Heads of the lists of free blocks, by order, and after them the head of the single frames. */
const heads: usize = memory.data(8 * 12);
const hot: usize = heads + usize(MAX_ORDER + 1) * LINK_BYTES;
let hotCount: u32 = 0;


@inline
function links(at: usize): Link {
  return changetype<Link>(at);
}


@inline
function pageOf(frame: u32): usize {
  return pages + usize(frame) * PAGE_BYTES;
}


@inline
function record(page: usize): Page {
  return changetype<Page>(page);
}


@inline
function frameOf(page: usize): u32 {
  return u32((page - pages) / PAGE_BYTES);
}


@inline
function headOf(order: u32): usize {
  return heads + usize(order) * LINK_BYTES;
}


@inline
function clearList(head: usize): void {
  links(head).next = head;
  links(head).prev = head;
}


@inline
function isEmpty(head: usize): bool {
  return links(head).next == head;
}

/** Puts `entry` after `at`. */
@inline
function insertAfter(at: usize, entry: usize): void {
  const next = links(at).next;
  links(next).prev = entry;
  links(entry).next = next;
  links(entry).prev = at;
  links(at).next = entry;
}


@inline
function unlink(entry: usize): void {
  links(links(entry).next).prev = links(entry).prev;
  links(links(entry).prev).next = links(entry).next;
}


@inline
function pushFree(page: usize, order: u32): void {
  record(page).order = u16(order);
  record(page).state = FREE;
  insertAfter(headOf(order), page);
}


@inline
function removeFree(page: usize): void {
  unlink(page);
  record(page).state = PART;
}

/** A block of `order`, cut from the smallest that there is; 0 if there is none. */
function buddyTake(order: u32): usize {
  for (let from = order; from <= MAX_ORDER; ++from) {
    if (isEmpty(headOf(from))) continue;
    const page = links(headOf(from)).next;
    removeFree(page);
    while (from > order) {
      --from;
      pushFree(page + (PAGE_BYTES << usize(from)), from);
    }
    record(page).order = u16(order);
    record(page).state = ALLOCATED;
    return page;
  }
  return 0;
}

/** Gives the block of `order` at `page` back and merges it with its buddies. */
function buddyGive(page: usize, order: u32): void {
  let frame = frameOf(page);
  record(page).state = PART;
  for (; order < MAX_ORDER; ++order) {
    const other = frame ^ (1 << order);
    if (other >= pageCount) break;
    const buddy = record(pageOf(other));
    if (buddy.state != FREE || buddy.order != order) break;
    removeFree(pageOf(other));
    frame &= other;
  }
  pushFree(pageOf(frame), order);
}

/** Fills the empty list of single frames in the order of addresses; false if no frame is left. */
function refill(): bool {
  for (; hotCount < BATCH; ++hotCount) {
    const page = buddyTake(0);
    if (!page) break;
    record(page).state = PART;
    insertAfter(links(hot).prev, page);
  }
  return hotCount != 0;
}

/** Gives `count` single frames back, those that were used the longest time ago. */
function drain(count: u32): void {
  hotCount -= count;
  for (; count; --count) {
    const page = links(hot).prev;
    unlink(page);
    buddyGive(page, 0);
  }
}

function takeHot(): u32 {
  if (!hotCount && !refill()) return NO_FRAME;
  const page = links(hot).next;
  unlink(page);
  --hotCount;
  record(page).order = 0;
  record(page).state = ALLOCATED;
  return frameOf(page);
}

/** Starts over with `frames` frames, 0 to `frames` - 1, all free. */
export function allocator_init(frames: u32): void {
  pages = memory_take(frames * u32(PAGE_BYTES));
  pageCount = frames;
  for (let order: u32 = 0; order <= MAX_ORDER; ++order) clearList(headOf(order));
  clearList(hot);
  hotCount = 0;
  for (let end = frames; end;) {
    const order = ctz(end | (1 << MAX_ORDER));
    end -= 1 << order;
    pushFree(pageOf(end), order);
  }
}

/** The first frame of a block of `order`, or `NO_FRAME`. */
export function allocator_alloc(order: u32): u32 {
  if (!order) return takeHot();
  let page = buddyTake(order);
  if (!page && hotCount) {
    drain(hotCount);
    page = buddyTake(order);
  }
  return page ? frameOf(page) : NO_FRAME;
}

/** Frees the block of `order` at `frame`; false, and no change, if none was allocated there. */
export function allocator_free(frame: u32, order: u32): bool {
  const page = pageOf(frame);
  if (record(page).state != ALLOCATED) return false;
  if (order) {
    buddyGive(page, order);
    return true;
  }
  record(page).state = PART;
  insertAfter(hot, page);
  if (++hotCount >= HIGH) drain(BATCH);
  return true;
}
