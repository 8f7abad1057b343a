/**
 * What runs a benchmark module: it calls an export and says how long the call took.
 *
 * The workloads are written against this interface, so that every engine runs the same steps.
 */

/** An export's answer, and the time from the call to it. */
export interface Timed {
  /** An unsigned 32-bit number. */
  readonly value: number;
  readonly nanoseconds: number;
}

/** A module in an engine. Every export takes and returns 32-bit integers. */
export interface Instance {
  call(name: string, ...args: readonly number[]): Promise<Timed>;
  /** Ends what runs for this instance. */
  close(): void;
}
