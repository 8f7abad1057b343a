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
    "sanitise",
    "const outerFirst = min(frameOf(base), FRAME_LIMIT);",
    "const outerFirst = min(frameAtOrAfter(base), FRAME_LIMIT);",
  ],
  [
    "sanitise",
    "const outerPast = min(frameAtOrAfter(end), FRAME_LIMIT);",
    "const outerPast = min(frameOf(end), FRAME_LIMIT);",
  ],
  [
    "sanitise",
    "let innerFirst = min(frameAtOrAfter(base), FRAME_LIMIT);",
    "let innerFirst = min(frameOf(base), FRAME_LIMIT);",
  ],
  [
    "sanitise",
    "const innerPast = min(frameOf(end), FRAME_LIMIT);",
    "const innerPast = min(frameAtOrAfter(end), FRAME_LIMIT);",
  ],
  ["sanitise", "if (innerFirst == 0 && innerPast) {", "if (innerFirst == 1 && innerPast) {"],
  [
    "sanitise",
    "if (rank > Rank.BOOTLOADER_RECLAIMABLE) {",
    "if (rank >= Rank.BOOTLOADER_RECLAIMABLE) {",
  ],
  [
    "sanitise",
    "if (outerFirst != innerFirst) emitInterval(outerFirst, innerFirst, Rank.RESERVED);",
    "",
  ],
  [
    "sanitise",
    "while (rank >= 0 && !load<u32>(open + (usize(rank) << 2))) --rank;",
    "while (rank > 0 && !load<u32>(open + (usize(rank) << 2))) --rank;",
  ],
  ["sanitise", "const change: i32 = event & 1 ? 1 : -1;", "const change: i32 = 1;"],
  ["sanitise", "if (next == rank) continue;", ""],
  ["sanitise", "heapSort(scratch, eventTotal);", ""],
  ["sanitise", "return Rank.FRAMEBUFFER;", "return Rank.USABLE;"],
  [
    "heap_sort",
    "if (child + 1 < count && key(keys, child + 1) > key(keys, child)) ++child;",
    "if (child + 1 < count && key(keys, child + 1) < key(keys, child)) ++child;",
  ],
  ["heap_sort", "root-- > 0;", "root-- > 1;"],

  // Reservations: order, merging, splitting.
  [
    "reservations",
    "if (reservation(middle).end <= address) low = middle + 1;",
    "if (reservation(middle).end < address) low = middle + 1;",
  ],
  [
    "reservations",
    "return index < count && reservation(index).base < end ? reservation(index) : null;",
    "return index < count && reservation(index).base <= end ? reservation(index) : null;",
  ],
  ["reservations", "while (to < count && reservation(to).base < end) ++to;", ""],
  ["reservations", "const keepsRight = u32(rightEnd > end);", "const keepsRight: u32 = 0;"],
  ["reservations", "const keepsLeft = u32(leftBase < start);", "const keepsLeft: u32 = 0;"],
  ["reservations", "let start = alignDown(base, FRAME_SIZE);", "let start = base;"],
  [
    "reservations",
    "if (!region || region.base > base) return base;",
    "if (!region || region.base >= base) return base;",
  ],
  ["reservations", "return region ? max(region.base, base) : end;", "return end;"],

  // The early allocator: what it must keep off.
  [
    "early_frames",
    "const reserved = reservationIn(frameAddress(start), frameAddress(past));",
    "const reserved = reservationIn(0, 0);",
  ],
  ["early_frames", "if (first < past && end > start) lowest = min(lowest, first);", ""],
  ["early_frames", "if (start < first) return 0;", ""],
  ["early_frames", "past = obstacle;", "past = obstacle - 1;"],

  // Linear memory and carving: what is mapped, committed and recorded.
  ["linear_memory", "data - FRAME_SIZE,", "data,"],
  ["linear_memory", "commitLinearMemory(base, size);\n", ""],
  ["linear_memory", "unmapRange(root, base + size, bytes);", ""],
  ["carve", "giveFrames(start, whole);", ""],
  ["carve", "spare.bytes -= size;", ""],
  ["carve", "spare.linear += usize(size);", ""],
  ["carve", "if (rest > spare.bytes) {", "if (rest < spare.bytes) {"],

  // The storage plan.
  ["storage_plan", "if (count && past == first) {", "if (count && past >= first - 1) {"],
  ["storage_plan", "type != MemoryType.BOOTLOADER_RECLAIMABLE) continue;", "true) continue;"],

  // The list of runs.
  [
    "free_runs",
    "while (to < count && u64(run(to).start) <= past) ++to;",
    "while (to < count && u64(run(to).start) < past) ++to;",
  ],
  [
    "free_runs",
    "if (runEnd(middle) < frame) low = middle + 1;",
    "if (runEnd(middle) <= frame) low = middle + 1;",
  ],
  ["free_runs", "const keepsHigh = u32(highest > past);", "const keepsHigh: u32 = 0;"],
  ["free_runs", "past = max(past, runEnd(to - 1));", ""],

  // The runtime allocator: refusals, flags, reservations.
  ["physical_allocator", "if (order > MAX_ORDER) return this.refuse(ErrorCode.INVALID_ORDER);", ""],
  [
    "physical_allocator",
    "if (flags & FrameFlag.ZERO) physFill(address, FRAME_SIZE << order, 0);",
    "if (flags & FrameFlag.ZERO) physFill(address, FRAME_SIZE, 0);",
  ],
  ["physical_allocator", "if (flags & FrameFlag.BELOW_16M) return Zone.BELOW_16M;", ""],
  [
    "physical_allocator",
    "return flags & FrameFlag.BELOW_4G ? Zone.BELOW_4G : Zone.ANY;",
    "return Zone.ANY;",
  ],
  [
    "physical_allocator",
    "if (reservationIn(address, address + bytes)) return ErrorCode.RESERVED;",
    "",
  ],
  ["physical_allocator", "removeFromRuns(first, first + count);", ""],
  [
    "physical_allocator",
    "return reserve(address, bytes, Reason.CALLER);",
    "return ErrorCode.NONE;",
  ],
  [
    "physical_allocator",
    "buddyInsertRun(u32(first), u32(count));\n      return status;",
    "return status;",
  ],
  ["physical_allocator", "if (ready) return ErrorCode.ALREADY_INITIALIZED;", ""],
  [
    "physical_allocator",
    "return lent ? ErrorCode.BUSY : ErrorCode.NONE;",
    "return ErrorCode.NONE;",
  ],
  [
    "physical_allocator",
    "return !(address & (FRAME_SIZE - 1)) && address < ADDRESS_LIMIT;",
    "return address < ADDRESS_LIMIT;",
  ],

  // The buddy allocator and what it stands on.
  [
    "buddy_alloc",
    "if (status == FrameStatus.UNMANAGED || !isAligned(frame, order)) return ErrorCode.INVALID_ADDRESS;",
    "if (status == FrameStatus.UNMANAGED) return ErrorCode.INVALID_ADDRESS;",
  ],
  ["buddy_alloc", "lentOrder() >= i32(order)", "lentOrder() > i32(order)"],
  ["buddy_alloc", "if (isAboveHeldZone(frame)) takeBackAll();", ""],
  ["buddy_alloc", "order < BEYOND_LAZY && isLazyFrom(z)", "false"],
  ["granule_blocks", "if (!isRun(word, unit, run)) return false;", ""],
  ["granule_blocks", "countFree(-(1 << order));", ""],
  ["granule_blocks", "addLent(AREAS, unit);", ""],
  ["granule_blocks", "if (lentMask(kind) & units) return false;", ""],
  ["area_blocks", "if (u32(area.free) == NODE_UNITS) joinArea(area);\n  else ", ""],
  ["area_blocks", "else if (!mergeLazyOf(area)) fileArea(area);", "else fileArea(area);"],
  ["area_blocks", "if (order == 0 && isLazy(frame)) return false;", ""],
  ["area_blocks", "area != lentNode(FRAMES) && ", ""],
  ["area_blocks", "if (isLentWord(FRAMES, word)) refreshBarred(FRAMES);", ""],
  ["node_blocks", "node.runs = withWord(node.runs, index, free & ~units);", ""],
  ["node_blocks", "node.runs = 0;", ""],
  ["node_blocks", "node.runs &= ~runsOfWords(wordRun(index, size));", ""],
  ["node_blocks", "if (!(u32(node.heads) & head)) return false;", ""],
  ["node_blocks", "const low = max(from, first);", "const low = first;"],
  ["nodes", "return words & (words >> 1) & 0x55;", "return words & (words >> 1);"],
  ["lending", "if (isAnyFreeAbove(zone)) return;", ""],
  ["lending", "if (kind == FRAMES) mergeLazyOf(node);", ""],
  ["lending", "if (!isOpen(node)) return;", ""],
  ["lending", "if (index == ownerIndex) units |= areas;", ""],
  ["managed_runs", "&& !areShared(first, first + NODE_UNITS)", ""],
  ["managed_runs", "if (areShared(frame, stop)) return true;", ""],
  ["free_lists", "lists.nonEmpty &= ~(u64(before == behind) << u64(node.key));", ""],
  [
    "free_lists",
    "return u32(number < AREAS_BELOW_4G) + u32(number < AREAS_BELOW_16M);",
    "return u32(number < AREAS_BELOW_4G);",
  ],
  ["granules", "if (areaPlace(number) - u32(entry.first) >= u32(entry.count)) return null;", ""],
  ["granules", "const stop = min(last, area | PLACE_MASK) + 1;", "const stop = last + 1;"],
  ["granules", "if (frame < LOW_END) return low;", ""],
  [
    "granules",
    "return place < u32(entry.count) && place + areas < u32(entry.count);",
    "return place < u32(entry.count);",
  ],
  ["granules", "const from = granule == current ? end : first;", "const from = first;"],
  ["frame_block", "if (!isFreeStatus(status)) return false;", "if (status == -1) return false;"],
  ["word_masks", "return ~(taken | continuation);", "return ~taken;"],
  [
    "word_masks",
    "return 31 - clz(min(above ^ bit, below ^ bit));",
    "return 31 - clz(above ^ bit);",
  ],
  ["word_masks", "const above = u32(ctz(~free & -unit));", "const above: u32 = 64;"],
  [
    "word_masks",
    "const continued = ((taken & continuation) >> u64(bit)) & ((run << 1) | 1);",
    "const continued = ((taken & continuation) >> u64(bit)) & run;",
  ],
  [
    "lent_word",
    "if ((mask | lent(kind).barred) & flag) return false;",
    "if (mask & flag) return false;",
  ],
  ["lent_word", "if (place >= WORD_UNITS) return false;", "if (place > WORD_UNITS) return false;"],
  ["lent_word", "lent(kind).zone >= zone;", "true;"],
  ["lazy_frames", "if (lazyFrameAt(place)) return false;", ""],
  [
    "lazy_frames",
    "if (hasLazy() || isAnyFreeAbove(zone)) return false;",
    "if (hasLazy()) return false;",
  ],
  ["lazy_frames", "holdZone(Holder.LAZY_FRAMES, zone);", ""],
  ["lazy_frames", "isLentFrom(AREAS, z) || isLazyFrom(z)", "isLentFrom(AREAS, z)"],
  ["frame_status", "if (status == 0 && isLazy(frame)) return FrameStatus.FREE;", ""],
  ["sharing", "if (left == 1) removeSlot(index);", ""],
  ["sharing", "if (((hole - start) & wrap) > ((index - start) & wrap)) continue;", ""],
  ["page_alloc", "if (!ownersOf(frame)) return refusal(frame, 0);", ""],
  ["page_alloc", "if (isAboveHeldZone(frame)) takeBackAll();", ""],
];
