/**
 * The console: UTF-8 bytes in, whole lines out.
 */

export class Console {
  /** Complete lines so far, without their newlines. */
  readonly lines: string[] = [];
  readonly #sink: ((line: string) => void) | undefined;
  readonly #decoder = new TextDecoder();
  #partial = "";

  /** @param sink is shown each line as it is completed */
  constructor(sink?: (line: string) => void) {
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    // A character may be split between two writes.
    const pieces = (this.#partial + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#partial = pieces.pop()!;
    for (const line of pieces) this.line(line);
  }

  /** Adds a whole line. */
  line(text: string): void {
    this.lines.push(text);
    this.#sink?.(text);
  }

  /** Ends an unfinished line: nothing more will be written. */
  end(): void {
    if (this.#partial) this.line(this.#partial);
    this.#partial = "";
  }
}
