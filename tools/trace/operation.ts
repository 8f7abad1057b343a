/**
 * What a trace does to a running kernel, one call at a time, and where its calls come from.
 */

/** A block by the name that it was allocated under, or by its address. */
export type Target = { readonly name: string } | { readonly address: bigint };

export type Operation =
  | {
      readonly kind: "alloc";
      readonly name: string;
      /** 2^order frames. */
      readonly order: number;
      /** Flags of `frame_alloc`. */
      readonly flags: number;
    }
  | {
      readonly kind: "free";
      readonly target: Target;
      /** Null is the order that the block was allocated with. */
      readonly order: number | null;
    }
  | { readonly kind: "retain"; readonly target: Target }
  | { readonly kind: "reserve"; readonly address: bigint; readonly bytes: bigint };

export type OperationKind = Operation["kind"];

/**
 * Where operations come from. Each `yield` gives one and returns whether the kernel did it: what comes
 * next may depend on that.
 */
export type Workload = Generator<Operation, void, boolean>;

/** The workload that does `operations` in order, whatever comes of them. */
export function* listed(operations: readonly Operation[]): Workload {
  for (const operation of operations) yield operation;
}
