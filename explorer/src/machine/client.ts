/**
 * The page's end of the protocol: requests as promises, reports to whoever listens.
 */

import { type ProgramReport } from "../program/program_protocol.ts";
import { type ContestReport } from "../side_by_side/contest_protocol.ts";
import {
  type AllocatorReport,
  type RequestName,
  type Requests,
  type WorkerMessage,
} from "./protocol.ts";

/** What a request that failed is rejected with; the message is for a person. */
export class MachineError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: MachineError) => void;
}

export class MachineClient {
  /** Shown each report. */
  onReport: (report: AllocatorReport) => void = () => {};
  /** Shown each report about the contest. */
  onContest: (report: ContestReport) => void = () => {};
  /** Shown each report about a program. */
  onProgram: (report: ProgramReport) => void = () => {};
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor() {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<WorkerMessage>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      const error = new MachineError("WorkerError", event.message || "The worker did not start.");
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
  }

  /** Asks for `name`; the promise is rejected with a `MachineError` if that fails. */
  ask<Name extends RequestName>(
    name: Name,
    ask: Requests[Name]["ask"],
  ): Promise<Requests[Name]["answer"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (answer) => resolve(answer as Requests[Name]["answer"]),
        reject,
      });
      this.#worker.postMessage({ id, name, ask });
    });
  }

  /** Ends the worker, whatever it is at; what it was asked for is never answered. */
  end(): void {
    this.#worker.terminate();
  }

  #hear(message: WorkerMessage): void {
    switch (message.kind) {
      case "contest":
        return this.onContest(message.report);
      case "program":
        return this.onProgram(message.report);
      case "report":
        return this.onReport(message.report);
      case "answer":
      case "error":
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.answer);
    else waiting?.reject(new MachineError(message.name, message.message));
  }
}
