/**
 * Small mistakes that a person could make in `src/mm`, one at a time. Each is a text that occurs
 * exactly once in its file, and what stands there instead. `npm run test:mutate` applies them.
 *
 * A mutant that no input can tell from the original has no place here.
 */

/** @type {readonly (readonly [file: string, original: string, mutant: string])[]} */
export const MUTANTS = [
  // Frames: rounding, limits, overflow.
  ["frames", "u64((address & (FRAME_SIZE - 1)) != 0)", "1"],
  [
    "frames",
    "return (value + alignment - 1) & ~(alignment - 1);",
    "return (value + alignment) & ~(alignment - 1);",
  ],
  ["frames", "return end < base ? u64.MAX_VALUE : end;", "return end;"],

  // Sanitising: what wins, what shrinks, what grows, where a region ends.
  [
    "map/sanitise",
    "const outerFirst = min(frameOf(base), FRAME_LIMIT);",
    "const outerFirst = min(frameAtOrAfter(base), FRAME_LIMIT);",
  ],
  [
    "map/sanitise",
    "const outerPast = min(frameAtOrAfter(end), FRAME_LIMIT);",
    "const outerPast = min(frameOf(end), FRAME_LIMIT);",
  ],
  [
    "map/sanitise",
    "let innerFirst = min(frameAtOrAfter(base), FRAME_LIMIT);",
    "let innerFirst = min(frameOf(base), FRAME_LIMIT);",
  ],
  [
    "map/sanitise",
    "const innerPast = min(frameOf(end), FRAME_LIMIT);",
    "const innerPast = min(frameAtOrAfter(end), FRAME_LIMIT);",
  ],
  ["map/sanitise", "if (innerFirst == 0 && innerPast) {", "if (innerFirst == 1 && innerPast) {"],
  [
    "map/sanitise",
    "if (rank > Rank.BOOTLOADER_RECLAIMABLE) {",
    "if (rank >= Rank.BOOTLOADER_RECLAIMABLE) {",
  ],
  [
    "map/sanitise",
    "if (outerFirst != innerFirst) emitInterval(outerFirst, innerFirst, Rank.RESERVED);",
    "",
  ],
  [
    "map/sanitise",
    "while (rank >= 0 && !load<u32>(open + (usize(rank) << 2))) --rank;",
    "while (rank > 0 && !load<u32>(open + (usize(rank) << 2))) --rank;",
  ],
  ["map/sanitise", "const change: i32 = event & 1 ? 1 : -1;", "const change: i32 = 1;"],
  ["map/sanitise", "if (next == rank) continue;", ""],
  ["map/sanitise", "heapSort(scratch, eventTotal);", ""],
  ["map/sanitise", "return Rank.FRAMEBUFFER;", "return Rank.USABLE;"],
  [
    "map/heap_sort",
    "if (child + 1 < count && key(keys, child + 1) > key(keys, child)) ++child;",
    "if (child + 1 < count && key(keys, child + 1) < key(keys, child)) ++child;",
  ],
  ["map/heap_sort", "root-- > 0;", "root-- > 1;"],

  // Reservations: order, merging, splitting.
  [
    "early/reservations",
    "if (reservation(middle).end <= address) low = middle + 1;",
    "if (reservation(middle).end < address) low = middle + 1;",
  ],
  [
    "early/reservations",
    "return index < count && reservation(index).base < end ? reservation(index) : null;",
    "return index < count && reservation(index).base <= end ? reservation(index) : null;",
  ],
  ["early/reservations", "while (to < count && reservation(to).base < end) ++to;", ""],
  ["early/reservations", "const keepsRight = u32(rightEnd > end);", "const keepsRight: u32 = 0;"],
  ["early/reservations", "const keepsLeft = u32(leftBase < start);", "const keepsLeft: u32 = 0;"],
  ["early/reservations", "let start = alignDown(base, FRAME_SIZE);", "let start = base;"],
  [
    "early/reservations",
    "if (!region || region.base > base) return base;",
    "if (!region || region.base >= base) return base;",
  ],
  ["early/reservations", "return region ? max(region.base, base) : end;", "return end;"],

  // The early allocator: where extents begin and end, and what it must keep off.
  [
    "early/free_extents",
    "past = entry.length ? frameAtOrAfter(end) : first;",
    "past = frameOf(end);",
  ],
  [
    "early/free_extents",
    "first = max<u64>(frameAtOrAfter(entry.base), 1);",
    "first = frameAtOrAfter(entry.base);",
  ],
  [
    "early/free_extents",
    "const isFree = usableOpen != 0 && othersOpen == 0;",
    "const isFree = usableOpen != 0;",
  ],
  [
    "early/free_extents",
    "return count == capacity() && fill(eventAt(count - 1));",
    "return false;",
  ],
  ["early/free_extents", "} else if (event < eventAt(0)) {", "} else if (event > eventAt(0)) {"],
  ["early/free_extents", "if (event <= floor) return;", ""],
  ["early/early_frames", "return start >= first ? start : 0;", "return start;"],
  ["early/early_frames", "if (past < first + wanted || past - wanted < remainder) return 0;", ""],
  ["early/early_frames", "if (frames <= size) continue;", ""],
  [
    "early/early_frames",
    "mappedBy = reason == Reason.PAGE_TABLES ? pageRoot() : 0;",
    "mappedBy = 0;",
  ],
  [
    "early/early_frames",
    "if (skipMapped(mappedBy, last, end) == end) return frameOf(last);",
    "return frameOf(last);",
  ],
  [
    "early/unreserved",
    "range.base = skipReserved(max(position, source.base), end);",
    "range.base = max(position, source.base);",
  ],
  ["early/unreserved", "if (source.type != wanted) continue;", ""],

  // The direct map: what the tables say.
  ["early/direct_map", "if (!mapped) return virtual;", "if (mapped) return virtual;"],
  [
    "early/direct_map",
    "(leafAddress(entry, virtual, level) == virtual - offset) == mapped",
    "!mapped",
  ],
  [
    "early/direct_map",
    "const lastHere = min(last, virtual | inside);",
    "const lastHere = virtual | inside;",
  ],
  ["early/direct_map", "virtual = lastHere + 1;\n    slot += 8;", "virtual = lastHere + 1;"],
  ["early/direct_map", "(physLoad(slot) & tested) != direct", "!(physLoad(slot) & PRESENT)"],

  // Linear memory and carving: what is mapped, committed and recorded.
  ["paging/linear_memory", "data - FRAME_SIZE,", "data,"],
  ["paging/linear_memory", "commitLinearMemory(base, size);\n", ""],
  ["paging/linear_memory", "unmapBeyondLinearMemory(bytes);\n  return", "return"],
  ["runtime/carve", "if (status) giveFrames(start, whole);", ""],
  ["runtime/carve", "spare.bytes -= bytes;", ""],
  ["runtime/carve", "spare.linear += usize(bytes);", ""],
  [
    "runtime/carve",
    "if (chunk.bytes - size > spare.bytes) {",
    "if (chunk.bytes - size < spare.bytes) {",
  ],
  ["runtime/carve", "else spare.bytes = 0;", ""],
  [
    "runtime/carve",
    "const piece = min(largestPiece(), whole - mapped);",
    "const piece = largestPiece();",
  ],
  ["runtime/carve", "if (!chunk.scattered) return reserve(", "return reserve("],
  [
    "runtime/carve",
    "frames > WASM_PAGE_FRAMES ? makeRoomFor(whole) : ErrorCode.NONE",
    "ErrorCode.NONE",
  ],

  // The storage plan.
  ["runtime/storage_plan", "if (count && past == first) {", "if (count && past >= first - 1) {"],
  ["runtime/storage_plan", "else if (source.type != MemoryType.USABLE) continue;", ""],
  [
    "runtime/storage_plan",
    "if (planTables(ADDRESS_LIMIT) <= budget) return;",
    "planTables(ADDRESS_LIMIT);\n  return;",
  ],

  // The list of runs.
  [
    "runtime/managed_runs",
    "while (to < count && u64(managedRun(to).start) <= past) ++to;",
    "while (to < count && u64(managedRun(to).start) < past) ++to;",
  ],
  [
    "runtime/managed_runs",
    "if (runEnd(middle) < frame) low = middle + 1;",
    "if (runEnd(middle) <= frame) low = middle + 1;",
  ],
  ["runtime/managed_runs", "const keepsHigh = u32(highest > past);", "const keepsHigh: u32 = 0;"],
  ["runtime/managed_runs", "past = max(past, runEnd(to - 1));", ""],

  // The runtime allocator: refusals, flags, reservations.
  [
    "runtime/physical_allocator",
    "this.failure = order > MAX_ORDER ? ErrorCode.INVALID_ORDER : ErrorCode.OUT_OF_FRAMES;",
    "this.failure = ErrorCode.OUT_OF_FRAMES;",
  ],
  [
    "runtime/physical_allocator",
    "if (flags & FrameFlag.ZERO) fillAlone(address, FRAME_SIZE << order);",
    "if (flags & FrameFlag.ZERO) fillAlone(address, FRAME_SIZE);",
  ],
  ["runtime/physical_allocator", "if (flags & FrameFlag.BELOW_16M) return Zone.BELOW_16M;", ""],
  [
    "runtime/physical_allocator",
    "return flags & FrameFlag.BELOW_4G ? Zone.BELOW_4G : Zone.ANY;",
    "return Zone.ANY;",
  ],
  [
    "runtime/physical_allocator",
    "if (reservationIn(address, address + bytes)) return ErrorCode.RESERVED;",
    "",
  ],
  ["runtime/physical_allocator", "removeManaged(first, first + count);", ""],
  [
    "runtime/physical_allocator",
    "return reserve(address, bytes, Reason.CALLER);",
    "return ErrorCode.NONE;",
  ],
  [
    "runtime/physical_allocator",
    "buddyInsertRun(u32(first), u32(count));\n      return status;",
    "return status;",
  ],
  ["runtime/physical_allocator", "if (mappedOnly) from = skipUnmapped(root, from, range.end);", ""],
  [
    "runtime/physical_allocator",
    "const end = min(range.end, max(range.base, reclaimLimit));",
    "const end = range.end;",
  ],
  ["runtime/physical_allocator", "if (!unmapped) return 0;", "return 0;"],
  [
    "runtime/physical_allocator",
    "if (closed != ErrorCode.NOT_READY) return ErrorCode.ALREADY_INITIALIZED;",
    "",
  ],
  [
    "runtime/physical_allocator",
    "closed = ErrorCode.BUSY;\n  return allocator;",
    "return allocator;",
  ],
  ["runtime/physical_allocator", "closed = ErrorCode.BUSY;\n  physFill(", "physFill("],
  ["runtime/physical_allocator", "if (frame >= FRAME_LIMIT) {", "if (frame > 2 * FRAME_LIMIT) {"],
  [
    "runtime/physical_allocator",
    "return order > MAX_ORDER ? ErrorCode.INVALID_ORDER : ErrorCode.INVALID_ADDRESS;",
    "return ErrorCode.INVALID_ADDRESS;",
  ],
  [
    "runtime/physical_allocator",
    "return !(address & (FRAME_SIZE - 1)) && address < ADDRESS_LIMIT;",
    "return address < ADDRESS_LIMIT;",
  ],

  // The buddy allocator and what it stands on.
  [
    "buddy/buddy_alloc",
    "if (status == FrameStatus.UNMANAGED || !isAligned(frame, order)) return ErrorCode.INVALID_ADDRESS;",
    "if (status == FrameStatus.UNMANAGED) return ErrorCode.INVALID_ADDRESS;",
  ],
  ["buddy/buddy_alloc", "cachedOrder() >= i32(order)", "cachedOrder() > i32(order)"],
  ["buddy/buddy_alloc", "if (isAboveCacheZone(frame)) drainAll();", ""],
  ["buddy/buddy_alloc", "order < BEYOND_DEFERRED && isDeferredIn(z)", "false"],
  ["buddy/large_blocks", "if (!beginsBlock(word, unit, units)) return false;", ""],
  ["buddy/large_blocks", "countFree(-(1 << order));", ""],
  ["buddy/large_blocks", "addCached(PAGEBLOCKS, unit);", ""],
  ["buddy/large_blocks", "if (cachedMask(kind) & units) return false;", ""],
  [
    "buddy/small_blocks",
    "if (u32(pageblock.free) == NODE_UNITS) coalescePageblock(pageblock);\n  else ",
    "",
  ],
  [
    "buddy/small_blocks",
    "else if (!mergeDeferredOf(pageblock)) requeuePageblock(pageblock);",
    "else requeuePageblock(pageblock);",
  ],
  ["buddy/small_blocks", "if (order == 0 && isDeferred(frame)) return false;", ""],
  ["buddy/small_blocks", "pageblock != cachedNode(FRAMES) && ", ""],
  ["buddy/small_blocks", "if (isCachedWord(FRAMES, word)) refreshBusy(FRAMES);", ""],
  ["buddy/node_blocks", "node.freeOrders = withWord(node.freeOrders, index, free & ~units);", ""],
  ["buddy/node_blocks", "node.freeOrders = 0;", ""],
  ["buddy/node_blocks", "node.freeOrders &= ~ordersOfWords(wordSpan(index, size));", ""],
  ["buddy/node_blocks", "if (!(u32(node.starts) & start)) return false;", ""],
  ["buddy/node_blocks", "const low = max(from, first);", "const low = first;"],
  ["buddy/nodes", "return words & (words >> 1) & 0x55;", "return words & (words >> 1);"],
  ["buddy/cache_refill", "if (isAnyFreeAbove(zone)) return;", ""],
  ["buddy/cache_refill", "if (kind == FRAMES) mergeDeferredOf(node);", ""],
  ["buddy/cache_refill", "if (!isOpen(node)) return;", ""],
  ["buddy/cache_refill", "if (index == ownerIndex) units |= pageblocks;", ""],
  ["buddy/frame_ranges", "&& !areShared(first, first + NODE_UNITS)", ""],
  ["buddy/frame_ranges", "if (areShared(frame, stop)) return true;", ""],
  ["buddy/free_lists", "lists.nonEmpty &= ~(u64(before == after) << u64(node.bin));", ""],
  [
    "buddy/free_lists",
    "return u32(number < PAGEBLOCKS_BELOW_4G) + u32(number < PAGEBLOCKS_BELOW_16M);",
    "return u32(number < PAGEBLOCKS_BELOW_4G);",
  ],
  [
    "buddy/node_table",
    "if (pageblockPlace(number) - u32(entry.first) >= u32(entry.count)) return null;",
    "",
  ],
  [
    "buddy/node_table",
    "const stop = min(last, pageblock | PLACE_MASK) + 1;",
    "const stop = last + 1;",
  ],
  ["buddy/node_table", "if (frame < LOW_END) return low;", ""],
  [
    "buddy/node_table",
    "return place < u32(entry.count) && place + pageblocks < u32(entry.count);",
    "return place < u32(entry.count);",
  ],
  ["buddy/node_table", "const from = gigablock == current ? end : first;", "const from = first;"],
  [
    "buddy/frame_status",
    "if (!isFreeStatus(status)) return false;",
    "if (status == -1) return false;",
  ],
  ["buddy/word_masks", "return ~(taken | continuation);", "return ~taken;"],
  [
    "buddy/word_masks",
    "return 31 - clz(min(above ^ bit, below ^ bit));",
    "return 31 - clz(above ^ bit);",
  ],
  ["buddy/word_masks", "const above = u32(ctz(~free & -unit));", "const above: u32 = 64;"],
  [
    "buddy/word_masks",
    "const continued = ((taken & continuation) >> u64(bit)) & ((units << 1) | 1);",
    "const continued = ((taken & continuation) >> u64(bit)) & units;",
  ],
  [
    "buddy/cached_word",
    "if ((mask | cached(kind).busy) & flag) return false;",
    "if (mask & flag) return false;",
  ],
  [
    "buddy/cached_word",
    "if (place >= WORD_UNITS) return false;",
    "if (place > WORD_UNITS) return false;",
  ],
  ["buddy/cached_word", "cached(kind).zone >= zone;", "true;"],
  ["buddy/deferred_frames", "if (deferredFrameAt(place)) return false;", ""],
  [
    "buddy/deferred_frames",
    "if (hasDeferred() || isAnyFreeAbove(zone)) return false;",
    "if (hasDeferred()) return false;",
  ],
  ["buddy/deferred_frames", "setCacheZone(Cache.DEFERRED_FRAMES, zone);", ""],
  [
    "buddy/deferred_frames",
    "isCachedIn(PAGEBLOCKS, z) || isDeferredIn(z)",
    "isCachedIn(PAGEBLOCKS, z)",
  ],
  ["buddy/frame_status", "if (status == 0 && isDeferred(frame)) return FrameStatus.FREE;", ""],
  ["buddy/shared_frames", "if (left == 1) removeSlot(index);", ""],
  ["buddy/shared_frames", "if (((hole - start) & wrap) > ((index - start) & wrap)) continue;", ""],
  ["buddy/page_alloc", "if (!ownersOf(frame)) return refusal(frame, 0);", ""],
  ["buddy/page_alloc", "if (isAboveCacheZone(frame)) drainAll();", ""],
];
