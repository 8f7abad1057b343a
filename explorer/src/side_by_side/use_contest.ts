/**
 * The contest behind the page, in a worker of its own: whatever a module does there, the page and the
 * machine in view go on.
 */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { withPoints } from "../allocator/history.ts";
import { startMachine } from "../app/use_machine.ts";
import { type MachineClient } from "../machine/client.ts";
import { type MapSource } from "../machine/protocol.ts";
import { type ContestChoice, type ContestPoint, type ContestReport } from "./contest_protocol.ts";

/** What is set beside the kernel. */
export interface Rival {
  readonly name: string;
  /** Answers the module's bytes. */
  readonly load: () => Promise<ArrayBuffer>;
}

export const LIST_BUDDY: Rival = {
  name: "List buddy with per-CPU pages",
  load: async () => {
    const address = new URL("list_buddy_pcp.wasm", document.baseURI);
    const response = await fetch(address).catch(() => null);
    if (!response?.ok) throw new Error(`${address.pathname} is missing beside this page.`);
    return response.arrayBuffer();
  },
};

/** More requests a second than any machine makes. */
const TOP_SPEED = 1e9;

export interface ContestState {
  /** Null until it is open. */
  readonly report: ContestReport | null;
  readonly points: readonly ContestPoint[];
  /** Why it could not be opened; empty if it was. */
  readonly error: string;
  /** Goes on until there were `until` requests, at `speed` a second; 0 stops it. */
  readonly run: (until: number, speed: number) => void;
  /** Begins anew. */
  readonly restart: () => void;
}

/** Keeps the contest of `choice` open; another setting begins a new one. */
export function useContest(
  choice: ContestChoice,
  source: () => Promise<MapSource>,
  rival: Rival,
): ContestState {
  const { memory, mix, keep, seed, requests, speed } = choice;
  const client = useRef<MachineClient | null>(null);
  const [report, setReport] = useState<ContestReport | null>(null);
  const [points, setPoints] = useState<readonly ContestPoint[]>([]);
  const [error, setError] = useState("");
  const [round, setRound] = useState(0);
  /** Requests that a link asks for are made once. */
  const wanted = useRef(requests);

  useEffect(() => {
    let current = true;
    let mine: MachineClient | null = null;
    const hear = (next: ContestReport) => {
      if (!current) return;
      setReport(next);
      setPoints((last) => withPoints(next.requests ? last : [], [next.point]));
    };
    const open = async () => {
      const [from, module, started] = await Promise.all([source(), rival.load(), startMachine()]);
      mine = started;
      if (!current) return mine.end();
      mine.onContest = hear;
      const settings = { mix, keep, seed };
      hear(await mine.ask("contest", { source: from, module, name: rival.name, settings }));
      client.current = mine;
      if (!wanted.current) return;
      await mine.ask("contestRun", { until: wanted.current, speed: TOP_SPEED });
      wanted.current = 0;
    };
    setError("");
    open().catch((reason: Error) => {
      if (!current) return;
      setError(reason.message);
      setReport(null);
    });
    return () => {
      current = false;
      client.current = null;
      mine?.end();
    };
  }, [memory, mix, keep, seed, source, rival, round]);

  const run = useCallback((until: number, atSpeed: number) => {
    client.current
      ?.ask("contestRun", { until, speed: atSpeed })
      .catch((reason: Error) => setError(reason.message));
  }, []);
  const restart = useCallback(() => setRound((last) => last + 1), []);
  // A load that runs takes another speed at once.
  const isRunning = report?.running ?? false;
  useEffect(() => {
    if (isRunning) run(Infinity, speed);
  }, [speed]);
  return { report, points, error, run, restart };
}
