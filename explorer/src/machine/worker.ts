/**
 * The worker: keeps the machine, answers the page's requests and drives the random workload in
 * small portions, so that a request never waits long.
 */

import { readMemoryMap } from "../../../tools/formats/read_map.ts";
import { syntheticMap } from "../../../tools/formats/size.ts";
import { type MapInput } from "../../../tools/formats/map_input.ts";
import { runProgram } from "../program/program_host.ts";
import { ContestHost } from "../side_by_side/contest_host.ts";
import {
  type MapSource,
  type OpenedMachine,
  type RequestMessage,
  type WorkerMessage,
  type WorkloadSettings,
} from "./protocol.ts";
import { Session } from "./session.ts";
import { Workload } from "./workload.ts";

/** Milliseconds between two portions of the endless load, and what a portion takes at most. */
const TICK = 50;
const PORTION_TIME = 25;

/** Operations between two looks at the clock. */
const CHUNK = 500;

/** Milliseconds of operations that the endless load may be behind by; what is more is dropped. */
const MOST_BEHIND = 200;

/** Operations of a portion of a finite run at most. */
const MOST_OPERATIONS = 20_000;

/** Milliseconds over which the rate of a load is measured at least. */
const RATE_TIME = 500;

/** A finite run reports this often. */
const REPORTS_OF_RUN = 50;

/** Surveys get at most this share of the time: one part in so many. */
const SURVEY_PARTS = 3;

/** What the worker needs of its global scope; TypeScript's DOM library describes pages only. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<RequestMessage>) => void) | null;
  postMessage(message: WorkerMessage): void;
}

const scope = globalThis as unknown as WorkerScope;

const contest = new ContestHost((report) => scope.postMessage({ kind: "contest", report }));

let kernel: WebAssembly.Module | null = null;
let session: Session | null = null;
let workload = new Workload();
/** Counts drivers of the workload: one that finds another number has been replaced. */
let driver = 0;
/** When the last report was made, as `performance.now` says it. */
let reported = 0;
/** Operations a second, and since when, from which count on, the next rate is measured. */
let rate: number | null = null;
let rateSince = 0;
let rateFrom = 0;
/**
 * What all operations since the machine was opened were done by: one setting of the random load; "" before
 * the first, null once there was something else.
 */
let moment: string | null = "";

/** Does `operations` operations of the random load. */
function operate(operations: number, settings: WorkloadSettings): void {
  const { mix, fill, flags, seed } = settings;
  const setting = [mix, fill, flags, seed].join();
  if (moment !== setting) moment = moment === "" ? setting : null;
  workload.run(current().allocations, operations, settings);
}

function theKernel(): WebAssembly.Module {
  if (!kernel) throw new Error("The worker has no kernel yet.");
  return kernel;
}

function mapOf(source: MapSource): MapInput {
  return source.kind === "text" ? readMemoryMap(source.text) : syntheticMap(source.bytes);
}

function open(source: MapSource): OpenedMachine {
  const opened = new Session(theKernel(), mapOf(source));
  // The last machine keeps running until there is another.
  ++driver;
  session = opened;
  workload = new Workload();
  moment = "";
  return { plan: opened.plan, tables: opened.tables() };
}

function current(): Session {
  if (!session?.started) throw new Error("No kernel is running: the boot failed.");
  return session;
}

function report(running: boolean): void {
  if (!session?.started) return;
  scope.postMessage({
    kind: "report",
    report: session.report(running, running ? rate : null, Boolean(moment)),
  });
  reported = performance.now();
}

/** Begins to measure the rate of a load. */
function startRate(): void {
  rate = null;
  rateSince = performance.now();
  rateFrom = current().allocations.operations;
}

/** Measures the rate if the last time is long enough ago. */
function measureRate(): void {
  const { operations } = current().allocations;
  const time = performance.now() - rateSince;
  if (time < RATE_TIME) return;
  rate = Math.round(((operations - rateFrom) / time) * 1000);
  rateSince += time;
  rateFrom = operations;
}

/** Reports unless surveys take too much of the time already. */
function reportInMeasure(): void {
  if (performance.now() - reported >= SURVEY_PARTS * current().surveyTime) report(true);
}

/** Calls `portion` again after as many milliseconds as it answers, until that is null. */
function drive(portion: () => number | null): void {
  const mine = ++driver;
  startRate();
  const turn = () => {
    if (driver !== mine) return;
    const pause = portion();
    measureRate();
    if (pause !== null) {
      reportInMeasure();
      setTimeout(turn, pause);
    } else {
      report(false);
    }
  };
  turn();
}

/** Does `operations` operations as fast as they go. */
function run(operations: number, settings: WorkloadSettings): void {
  const portion = Math.min(MOST_OPERATIONS, Math.ceil(operations / REPORTS_OF_RUN));
  let left = operations;
  drive(() => {
    operate(Math.min(portion, left), settings);
    left -= portion;
    return left > 0 ? 0 : null;
  });
}

/** Keeps `settings.speed` operations a second, as far as the machine can. */
function runEndlessly(settings: WorkloadSettings): void {
  const { speed } = settings;
  let last = performance.now();
  let due = 0;
  drive(() => {
    const began = performance.now();
    due = Math.min(due + ((began - last) / 1000) * speed, (MOST_BEHIND / 1000) * speed + 1);
    last = began;
    while (due >= 1 && performance.now() - began < PORTION_TIME) {
      const operations = Math.min(Math.floor(due), CHUNK);
      operate(operations, settings);
      due -= operations;
    }
    return due >= 1 ? 0 : TICK;
  });
}

/** Does what the page asks and returns the answer. */
function serve(request: RequestMessage): unknown {
  switch (request.name) {
    case "start":
      kernel = new WebAssembly.Module(request.ask.kernel);
      return null;
    case "open": {
      const opened = open(request.ask.source);
      report(false);
      return opened;
    }
    case "allocate": {
      moment = null;
      const result = current().allocations.allocate(request.ask.order, request.ask.flags);
      report(false);
      return result;
    }
    case "free": {
      moment = null;
      const result = current().allocations.freeAny(request.ask.address, request.ask.order);
      report(false);
      return result;
    }
    case "freeAll":
      ++driver;
      moment = null;
      current().allocations.freeAll();
      report(false);
      return null;
    case "run":
      run(request.ask.operations, request.ask.settings);
      return null;
    case "workload":
      if (request.ask.settings) {
        runEndlessly(request.ask.settings);
      } else {
        ++driver;
        report(false);
      }
      return null;
    case "focus": {
      const { range } = request.ask;
      current().range = range && { base: range.base, end: range.base + range.bytes };
      report(false);
      return null;
    }
    case "blocks": {
      const { base, bytes, limit } = request.ask;
      return current().blocks(base, bytes, limit);
    }
    case "walk":
      return current().walk(request.ask.virtual);
    case "table":
      return current().table(request.ask.address);
    case "mappings":
      return current().mappings();
    case "mappingsOf":
      return current().mappingsOf(request.ask.base, request.ask.end);
    case "contest": {
      const { source, module, name, settings } = request.ask;
      return contest.open(theKernel(), mapOf(source), module, name, settings);
    }
    case "contestRun":
      contest.run(request.ask.until, request.ask.speed);
      return null;
    case "program": {
      const { source, program } = request.ask;
      return runProgram(theKernel(), mapOf(source), program, (report) =>
        scope.postMessage({ kind: "program", report }),
      );
    }
  }
}

scope.onmessage = ({ data: request }) => {
  try {
    scope.postMessage({ kind: "answer", id: request.id, answer: serve(request) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    scope.postMessage({ kind: "error", id: request.id, name, message });
  }
};
