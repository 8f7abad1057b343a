/**
 * What a boot's log says, by its keys: the facts that `slopos log` prints and that a plan is made of.
 *
 * Every figure is the kernel's own. A part whose line is not in the log, because the boot ended before
 * or the log's level hides it, is null or empty. Keys are the log's, counts are frames unless the
 * key says bytes or us (microseconds).
 */

import { hex } from "../../sim/errors.ts";
import { BootLog, type LogLine, numberOf } from "./boot_log.ts";

/** A range of the log: `0x…-0x… <word>` with its length. */
export interface LoggedRange {
  /** First byte, `0x…`. */
  readonly base: string;
  /** Bytes, `0x…`. */
  readonly length: string;
  /** What the log calls it: a memory type, or a reason for a reservation. */
  readonly kind: string;
}

/** What sanitising does to an entry that it does not take as it is. */
const CHANGES = ["dropped", "clipped", "grown"] as const;

/** An entry that sanitising changed; there is one for each reason. */
export interface ChangedEntry extends LoggedRange {
  readonly change: (typeof CHANGES)[number];
  /** Why, in the kernel's word: `frame_zero`, `partial_frame`. */
  readonly reason: string;
}

/** Numbers by the keys of their line. */
export type Figures<Key extends string> = Readonly<Record<Key, number>>;

/** How a boot failed. */
export interface BootFailure {
  /** The error code; null if the line has none, as for a trap. */
  readonly code: number | null;
  /** The code's name; empty if there is none. */
  readonly name: string;
  /** The last line of the boot, whole. */
  readonly line: string;
}

/** A program that ran on the kernel. */
export interface LoggedProgram {
  /** Its name and its module's bytes; empty and null if it never started. */
  readonly name: string;
  readonly bytes: number | null;
  readonly arguments: number | null;
  /** Null if it did not end. */
  readonly ended: Figures<"status" | "memory_bytes" | "heap_bytes" | "frames"> | null;
  /** `exited`, `trapped` or `refused`; empty if it did not end. */
  readonly how: string;
  /** Totals after its end. */
  readonly match: LogSummary["match"];
}

export interface LogSummary {
  /** The kernel's version and its loader; empty where the first line is missing. */
  readonly version: string;
  readonly loader: string;
  /** How many entries the loader announced. */
  readonly announced_entries: number | null;
  /** The entries that the kernel was told. */
  readonly entries: readonly LoggedRange[];
  readonly sanitised: Figures<"regions" | "dropped" | "clipped" | "grown" | "overlapping"> | null;
  /** The sanitised map; logged at debug level. */
  readonly regions: readonly LoggedRange[];
  /** What sanitising did to single entries; logged at debug level. */
  readonly changes: readonly ChangedEntry[];
  /** Usable frames at or above 16 TiB, which no frame number reaches. */
  readonly unreachable_frames: number;
  readonly totals: Figures<"usable" | "reclaimable" | "reserved" | "entries"> | null;
  /** Logged at debug level. */
  readonly storage_plan: Figures<
    "entries" | "conventional" | "reservations" | "free_slots" | "reserved_slots" | "table_bytes"
  > | null;
  /** What was carved; `kind` is the kernel's words for it. */
  readonly carved: readonly LoggedRange[];
  /** What was reserved at the handoff; logged at debug level. */
  readonly reservations: readonly LoggedRange[];
  readonly handoff: Figures<"free_runs" | "reserved" | "elapsed_us"> | null;
  readonly page_alloc: Figures<"frames" | "bytes" | "free"> | null;
  readonly buddy_alloc: Figures<"frames" | "free" | "max_order" | "largest_free_order"> | null;
  readonly match: Figures<"managed" | "free" | "allocated"> | null;
  readonly paging: { readonly root: string; readonly tables: number } | null;
  readonly reclaimed: Figures<"frames"> | null;
  readonly self_test: Figures<"checks"> | null;
  readonly ready: Figures<
    "usable" | "managed" | "free" | "metadata_bytes" | "linear_bytes" | "elapsed_us"
  > | null;
  /** True if the kernel started. */
  readonly started: boolean;
  /** Null if there was none. */
  readonly program: LoggedProgram | null;
  readonly failure: BootFailure | null;
}

/** The ranges in the messages of log lines: `[word ]0x…-0x…[ kind]`. */
const RANGE = /^(?:[a-z]+ )?0x([0-9a-f]{16})-0x[0-9a-f]{16}(?: ([a-z_]+))?$/;

/** The range that `line` tells of, its length from `bytes`; null if it tells of none. */
function rangeOf(line: LogLine): LoggedRange | null {
  const [, base, word] = RANGE.exec(line.message) ?? [];
  const bytes = line.values["bytes"];
  if (base === undefined || bytes === undefined || !/^\d{1,20}$/.test(bytes)) return null;
  return {
    base: hex(BigInt(`0x${base}`)),
    length: hex(BigInt(bytes)),
    kind: word ?? line.values["reason"] ?? "",
  };
}

function rangesOf(lines: readonly LogLine[]): LoggedRange[] {
  return lines.map(rangeOf).filter((range) => range !== null);
}

/** The numbers that `line` has for `keys`; null if the line is not there or lacks one of them. */
function figures<Key extends string>(
  line: LogLine | undefined,
  keys: readonly Key[],
): Figures<Key> | null {
  const pairs = keys.map((key) => [key, numberOf(line, key)] as const);
  if (pairs.some(([, value]) => value === null)) return null;
  return Object.fromEntries(pairs) as Figures<Key>;
}

function changesOf(log: BootLog): ChangedEntry[] {
  return CHANGES.flatMap((change) =>
    log.all("memmap", `${change} `).flatMap((line) => {
      const range = rangeOf(line);
      return range ? [{ ...range, change, reason: line.values["reason"] ?? "" }] : [];
    }),
  );
}

function carvedOf(log: BootLog): LoggedRange[] {
  return log.all("mm", "carved ").flatMap((line) => {
    const base = line.values["phys"];
    const bytes = numberOf(line, "bytes");
    if (base === undefined || bytes === null) return [];
    const kind = line.message.replace(/^carved /, "").replace(/:$/, "");
    return [{ base, length: hex(bytes), kind }];
  });
}

function pagingOf(log: BootLog): LogSummary["paging"] {
  const line = log.line("paging", "identity paging installed");
  const tables = numberOf(line, "tables");
  const root = line?.values["root"];
  return root === undefined || tables === null ? null : { root, tables };
}

/** A program may print lines that look like the kernel's; its last lines are the kernel's own. */
function programOf(log: BootLog): LoggedProgram | null {
  const started = log.line("program", "started");
  const ended = log.all("program", "ended").at(-1);
  if (!started && !ended) return null;
  const totals = ended && log.all("mm", "totals match").at(-1);
  return {
    name: started?.values["name"] ?? "",
    bytes: numberOf(started, "bytes"),
    arguments: numberOf(started, "arguments"),
    ended: figures(ended, ["status", "memory_bytes", "heap_bytes", "frames"]),
    how: ended?.values["how"] ?? "",
    match: figures(totals, ["managed", "free", "allocated"]),
  };
}

function failureOf(log: BootLog): BootFailure | null {
  const panic = log.panic;
  if (!panic) return null;
  return { code: numberOf(panic, "code"), name: panic.values["name"] ?? "", line: panic.text };
}

/** Reads the facts out of a boot's console, `lines`, the lines of others among them. */
export function summariseLog(lines: readonly string[]): LogSummary {
  const log = new BootLog(lines);
  const { first } = log;
  return {
    version: first?.message.replace(/^SlopOS ?/, "") ?? "",
    loader: first?.values["loader"] ?? "",
    announced_entries: numberOf(first, "entries"),
    entries: rangesOf(log.all("memmap", "0x")),
    sanitised: figures(log.line("memmap", "sanitised"), [
      "regions",
      "dropped",
      "clipped",
      "grown",
      "overlapping",
    ]),
    regions: rangesOf(log.all("memmap", "region ")),
    changes: changesOf(log),
    unreachable_frames: numberOf(log.line("memmap", "memory above 16 TiB"), "frames") ?? 0,
    totals: figures(log.line("memmap", "totals"), ["usable", "reclaimable", "reserved", "entries"]),
    storage_plan: figures(log.line("mm", "runtime storage plan"), [
      "entries",
      "conventional",
      "reservations",
      "free_slots",
      "reserved_slots",
      "table_bytes",
    ]),
    carved: carvedOf(log),
    reservations: rangesOf(log.all("mm", "reserved ")),
    handoff: figures(log.line("mm", "runtime allocator initialized"), [
      "free_runs",
      "reserved",
      "elapsed_us",
    ]),
    page_alloc: figures(log.line("page_alloc"), ["frames", "bytes", "free"]),
    buddy_alloc: figures(log.line("buddy_alloc"), [
      "frames",
      "free",
      "max_order",
      "largest_free_order",
    ]),
    match: figures(log.line("mm", "totals match"), ["managed", "free", "allocated"]),
    paging: pagingOf(log),
    reclaimed: figures(log.line("mm", "reclaimed bootloader memory"), ["frames"]),
    self_test: figures(log.line("mm", "self-test passed"), ["checks"]),
    ready: figures(log.line("mm", "ready"), [
      "usable",
      "managed",
      "free",
      "metadata_bytes",
      "linear_bytes",
      "elapsed_us",
    ]),
    started: log.line("boot", "SlopOS Kernel Started!") !== undefined,
    program: programOf(log),
    failure: failureOf(log),
  };
}
