/**
 * How a run of the simulated machine ends other than by `kernel_main` returning.
 */

/**
 * The kernel did something that real hardware would answer with a fault, a hang or silent
 * corruption, or the machine was asked for something that cannot be built.
 */
export class SimulationError extends Error {
  override name = "SimulationError";
}

/** Thrown through the kernel by the `exit` import; `Machine.boot` catches it. */
export class MachineExit extends Error {
  override name = "MachineExit";
  /** What the kernel passed to `exit`: 0 is success. */
  readonly status: number;

  constructor(status: number) {
    super(`the kernel ended the machine with status ${status}`);
    this.status = status;
  }
}

/** `value` as the kernel's log writes addresses: `0x` and at least `width` lower-case digits. */
export function hex(value: number | bigint, width = 1): string {
  return `0x${value.toString(16).padStart(width, "0")}`;
}

/** True for what the engine throws when WebAssembly traps, stack overflow included. */
export function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}
