/**
 * The kernel's log, read back: `[    0.012345] tag: message key=value key=value`.
 *
 * Boot tests look at lines by tag and beginning and at values by key, which are what the kernel
 * promises to keep; the words between are free to change.
 */

export interface LogLine {
  /** Seconds since the shim started. */
  readonly seconds: number;
  readonly tag: string;
  /** The words before the first `key=value`. */
  readonly message: string;
  /** The `key=value` pairs; quotes around a value are taken off. */
  readonly values: ReadonlyMap<string, string>;
}

const LINE = /^\[ *(\d+\.\d{6})\] (\w+): (.*)$/;
const PAIR = /(?:^| )(\w+)=("[^"]*"|\S*)/g;

/** Reads one line; undefined if it is no log line. */
export function parseLine(text: string): LogLine | undefined {
  const [, seconds, tag, rest] = LINE.exec(text) ?? [];
  if (seconds === undefined || tag === undefined || rest === undefined) return undefined;
  const values = new Map<string, string>();
  for (const [, key = "", value = ""] of rest.matchAll(PAIR)) {
    values.set(key, value.replace(/^"(.*)"$/, "$1"));
  }
  const message = rest.replaceAll(PAIR, "").trim();
  return { seconds: Number(seconds), tag, message, values };
}

/** All of a boot's log, the lines that are not the kernel's included. */
export class KernelLog {
  readonly text: string;
  readonly lines: readonly LogLine[];

  constructor(text: string) {
    this.text = text;
    this.lines = text
      .split("\n")
      .map(parseLine)
      .filter((line) => line !== undefined);
  }

  /** The first line of `tag` that begins with `message`; throws, with the log, if there is none. */
  line(tag: string, message: string): LogLine {
    const found = this.lines.find((line) => line.tag === tag && line.message.startsWith(message));
    if (!found) throw new Error(`no line "${tag}: ${message}…" in this log:\n${this.text}`);
    return found;
  }

  /** The number that `key` has in that line. */
  number(tag: string, message: string, key: string): number {
    const value = this.line(tag, message).values.get(key);
    if (value === undefined || value === "" || Number.isNaN(Number(value))) {
      throw new Error(`"${tag}: ${message}…" has no number "${key}" in this log:\n${this.text}`);
    }
    return Number(value);
  }

  /** What the machine says at the end of a failed boot, from `PANIC: ` on; empty if nothing. */
  get panic(): string {
    return /^PANIC: .*/ms.exec(this.text)?.[0] ?? "";
  }
}
