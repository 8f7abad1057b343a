/**
 * The machine behind the page: loads the kernel, opens the chosen machine, keeps the allocators'
 * reports.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { withPoints } from "../allocator/history.ts";
import { MachineClient } from "../machine/client.ts";
import {
  type AllocatorReport,
  type HistoryPoint,
  type OpenedMachine,
} from "../machine/protocol.ts";
import { type MachineChoice, nameOf, sourceOf } from "./choice.ts";

/** A machine that is open. */
export interface ShownMachine extends OpenedMachine {
  /** What the page calls it; empty for one that it does not know. */
  readonly name: string;
  readonly choice: MachineChoice;
}

export interface MachineState {
  readonly client: MachineClient;
  /** The machine in view; null until the first one is open. */
  readonly opened: ShownMachine | null;
  readonly report: AllocatorReport | null;
  readonly history: readonly HistoryPoint[];
  /** True while the chosen machine is being opened. */
  readonly loading: boolean;
  /** Why the chosen machine is not there; empty if it is. The last one stays in view. */
  readonly error: string;
}

/** The kernel's bytes, from beside the page. */
async function fetchKernel(): Promise<ArrayBuffer> {
  const address = new URL("kernel.wasm", document.baseURI);
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) {
    throw new Error(
      `The kernel is missing: ${address.pathname} could not be loaded. Make it with ` +
        "“npm run kernel”, and serve kernel.wasm beside this page.",
    );
  }
  return response.arrayBuffer();
}

/** A worker that has the kernel; an error, for a person, if there is none. */
export async function startMachine(): Promise<MachineClient> {
  const client = new MachineClient();
  await client.ask("start", { kernel: await fetchKernel() });
  return client;
}

let starting: Promise<MachineClient> | null = null;

/** Opens `choice`, and each later one in its place; null until the kernel is there. */
export function useMachine(choice: MachineChoice): MachineState | { readonly error: string } {
  const [client, setClient] = useState<MachineClient | null>(null);
  const [opened, setOpened] = useState<ShownMachine | null>(null);
  const [report, setReport] = useState<AllocatorReport | null>(null);
  const [history, setHistory] = useState<readonly HistoryPoint[]>([]);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState("");

  useEffect(() => {
    starting ??= startMachine();
    starting.then(
      (started) => {
        started.onReport = (next) => {
          setReport(next);
          // A machine that nothing was asked of yet begins a plot of its own.
          setHistory((last) => (next.operations ? withPoints(last, next.points) : next.points));
        };
        setClient(started);
      },
      (reason: Error) => setError(reason.message),
    );
  }, []);

  const last = useRef<ShownMachine | null>(null);
  useEffect(() => {
    // Back at the machine in view, after one that could not be opened.
    if (!client || last.current?.choice === choice) return;
    let current = true;
    setLoading(true);
    const opening = sourceOf(choice).then((source) =>
      // Another machine may have been chosen meanwhile.
      current ? client.ask("open", { source }) : null,
    );
    opening.then(
      (machine) => {
        if (!current || !machine) return;
        last.current = { ...machine, name: nameOf(choice), choice };
        setOpened(last.current);
        setError("");
        setLoading(false);
        if (machine.plan.failure) setReport(null);
      },
      (reason: Error) => {
        if (!current) return;
        setError(reason.message);
        setLoading(false);
      },
    );
    return () => {
      current = false;
    };
  }, [client, choice]);

  return client ? { client, opened, report, history, loading, error } : { error };
}
