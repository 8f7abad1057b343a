/** How a module can end; module_host.c says what each means. */
export type Outcome =
  "started" | "refused" | "trapped" | "failed" | "faulted" | "exhausted" | "endless" | "corrupted";

/** What the kernel is, its module, how it ends and what the message then says. */
export const KERNELS: readonly (readonly [string, Uint8Array, Outcome, RegExp?])[];
