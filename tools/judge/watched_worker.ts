/**
 * A worker that is watched: if a call into the allocator does not come back, the worker is ended, and
 * the next task gets a new one.
 */

import { Worker } from "node:worker_threads";
import { NotAnAllocatorError } from "./contract.ts";
import { Journal } from "./journal.ts";
import { type Reply, type Stand, type TaskName, type Tasks, type WorkerData } from "./messages.ts";
import { WORKER_PLACE } from "./places.ts";
import { type Step } from "./steps.ts";

/** A call did not come back; `steps` are those since the last init but one. */
export class EndlessError extends Error {
  override name = "EndlessError";
  readonly steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    super("a call did not come back");
    this.steps = steps;
  }
}

/** How often the worker is looked at, in milliseconds. */
const LOOK = 20;

/** Runs the worker's program, which Node cannot read by itself where it is still TypeScript. */
function startWorker(workerData: WorkerData): Worker {
  if (!WORKER_PLACE.pathname.endsWith(".ts")) return new Worker(WORKER_PLACE, { workerData });
  const address = JSON.stringify(WORKER_PLACE.href);
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const code = `import { register } from ${loader}; register(); await import(${address});`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return new Worker(url, { workerData, execArgv: [] });
}

export class WatchedWorker {
  readonly #module: WebAssembly.Module;
  readonly #stand: Stand | null;
  #worker: Promise<Worker> | null = null;
  #journal = new Journal();

  /** @param stand what `module` is measured with, if it is */
  constructor(module: WebAssembly.Module, stand: Stand | null = null) {
    this.#module = module;
    this.#stand = stand;
  }

  /**
   * What the worker answers. EndlessError if it gives no sign of life while this process computes for
   * `limit` milliseconds; NotAnAllocatorError if the module cannot be used.
   */
  async ask<T extends TaskName>(
    task: T,
    given: Tasks[T]["given"],
    limit: number,
  ): Promise<Tasks[T]["answer"]> {
    const worker = await this.#running();
    worker.postMessage({ task, given });
    const reply = await this.#reply(worker, limit);
    if ("answer" in reply) return reply.answer;
    const { name, message } = reply.error;
    throw name === NotAnAllocatorError.name ? new NotAnAllocatorError(message) : new Error(message);
  }

  /** Ends the worker. */
  async close(): Promise<void> {
    const worker = await this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #running(): Promise<Worker> {
    this.#worker ??= new Promise((resolve, reject) => {
      this.#journal = new Journal();
      const worker = startWorker({
        module: this.#module,
        journal: this.#journal.buffer,
        stand: this.#stand,
      });
      worker.once("message", () => resolve(worker));
      worker.once("error", reject);
    });
    return this.#worker;
  }

  #reply(worker: Worker, limit: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      let beats = this.#journal.beats;
      let usage = process.cpuUsage();
      const done = () => {
        clearInterval(look);
        worker.off("message", receive).off("error", fail);
      };
      const receive = (reply: Reply) => {
        done();
        resolve(reply);
      };
      const fail = (error: Error) => {
        done();
        this.#worker = null;
        reject(error);
      };
      const look = setInterval(() => {
        if (this.#journal.beats !== beats) {
          beats = this.#journal.beats;
          usage = process.cpuUsage();
          return;
        }
        const { user, system } = process.cpuUsage(usage);
        if ((user + system) / 1000 < limit) return;
        done();
        const steps = this.#journal.steps();
        void this.close().then(() => reject(new EndlessError(steps)));
      }, LOOK);
      worker.on("message", receive).on("error", fail);
    });
  }
}
