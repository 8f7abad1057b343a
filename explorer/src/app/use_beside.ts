/**
 * The machine whose map stands below that of the machine in view: booted once, in a worker that ends with
 * its answer.
 */

import { useEffect, useState } from "preact/hooks";
import { type MachineChoice, nameOf, sourceOf } from "./choice.ts";
import { type ShownMachine, startMachine } from "./use_machine.ts";

export interface BesideState {
  readonly machine: ShownMachine | null;
  /** Why it is not there; empty if it is, or none is wanted. */
  readonly error: string;
}

const NONE: BesideState = { machine: null, error: "" };

async function boot(choice: MachineChoice): Promise<ShownMachine> {
  const source = await sourceOf(choice);
  const client = await startMachine();
  try {
    return { ...(await client.ask("open", { source })), name: nameOf(choice), choice };
  } finally {
    client.end();
  }
}

/** @param choice null for none */
export function useBeside(choice: MachineChoice | null): BesideState {
  const [state, setState] = useState(NONE);
  useEffect(() => {
    let current = true;
    setState(NONE);
    if (choice) {
      boot(choice).then(
        (machine) => current && setState({ machine, error: "" }),
        (reason: Error) => current && setState({ machine: null, error: reason.message }),
      );
    }
    return () => {
      current = false;
    };
  }, [choice]);
  return state;
}
