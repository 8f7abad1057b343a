/**
 * The kernel's log, read back: `[    0.012345] tag: message key=value key=value`.
 *
 * The kernel promises its tags and keys; the words of a message are free to change but for the
 * beginnings that tools look lines up by.
 */

/** One line of the kernel's log. */
export interface LogLine {
  /** Microseconds since the machine was started; null for a line without a time (`PANIC: …`). */
  readonly time_us: number | null;
  /** Set for the last line of a failed boot; other lines do not tell their level. */
  readonly level?: "panic";
  /** The whole line, without what stands before it. */
  readonly text: string;
  /** The part of the kernel that speaks: `mm`, `memmap`. */
  readonly tag: string;
  /** The words, without the `key=value` pairs. */
  readonly message: string;
  /** The `key=value` pairs, quotes around a value taken off. */
  readonly values: Readonly<Record<string, string>>;
}

// Firmware may leave the cursor after text of its own, so a line begins where the time does.
const TIMED_LINE = /\[ {0,5}(\d{1,6})\.(\d{6})\] (\w{1,32}): (.*)$/;
const PANIC_LINE = /^PANIC: (\w{1,32}): (.*)$/;
const PAIR = /(?:^| )(\w+)=("[^"]*"|\S*)/g;

/** Reads one line; null if it is none of the kernel's. */
export function parseLogLine(text: string): LogLine | null {
  const timed = TIMED_LINE.exec(text);
  if (timed) {
    const [whole, seconds, microseconds, tag, rest] = timed;
    return {
      time_us: Number(seconds) * 1_000_000 + Number(microseconds),
      text: whole,
      tag: tag!,
      ...messageAndValues(rest!),
    };
  }
  const [whole, tag, rest] = PANIC_LINE.exec(text) ?? [];
  if (whole === undefined || tag === undefined || rest === undefined) return null;
  return { time_us: null, level: "panic", text: whole, tag, ...messageAndValues(rest) };
}

function messageAndValues(rest: string): Pick<LogLine, "message" | "values"> {
  const pairs = [...rest.matchAll(PAIR)].map(
    ([, key, value]) => [key!, value!.replace(/^"(.*)"$/, "$1")] as const,
  );
  return { message: rest.replaceAll(PAIR, "").trim(), values: Object.fromEntries(pairs) };
}

/** True for the line that every boot begins with. */
function beginsBoot(line: LogLine): boolean {
  return line.tag === "boot" && line.values["loader"] !== undefined;
}

/** A boot's log: the lines that are the kernel's, in order. */
export class BootLog {
  /** Those of the last boot, if there are several. */
  readonly lines: readonly LogLine[];

  /** @param lines the console's lines, foreign ones among them */
  constructor(lines: readonly string[]) {
    const all = lines.map(parseLogLine).filter((line) => line !== null);
    this.lines = all.slice(Math.max(0, all.findLastIndex(beginsBoot)));
  }

  /** The line that names version and loader. */
  get first(): LogLine | undefined {
    return this.lines.find(beginsBoot);
  }

  /** The first line of `tag` whose message begins with `beginning`. */
  line(tag: string, beginning = ""): LogLine | undefined {
    return this.all(tag, beginning)[0];
  }

  /** All lines of `tag` whose message begins with `beginning`. */
  all(tag: string, beginning = ""): LogLine[] {
    return this.lines.filter((line) => line.tag === tag && line.message.startsWith(beginning));
  }

  /** The last line of a failed boot. */
  get panic(): LogLine | undefined {
    return this.lines.find(({ level }) => level === "panic");
  }
}

/** The decimal number that `key` has in `line`; null if there is none. */
export function numberOf(line: LogLine | undefined, key: string): number | null {
  const value = line?.values[key];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : null;
}
