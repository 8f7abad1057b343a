/**
 * The thread in which allocators run: whatever they do, the judge can end it.
 */

import { parentPort, workerData } from "node:worker_threads";
import { FUNCTIONS } from "./contract.ts";
import { Journal } from "./journal.ts";
import {
  type Reply,
  type Request,
  type TaskName,
  type Tasks,
  type WorkerData,
} from "./messages.ts";
import {
  type Bench,
  chooseFrames,
  type Competitor,
  JUDGED,
  measureCost,
  measurePacking,
  measureSpeed,
} from "./performance.ts";
import { PARTS, runPart } from "./right.ts";
import { decodeSteps } from "./steps.ts";
import { Subject } from "./subject.ts";
import { runSteps, Trial } from "./trial.ts";

const { module, journal: buffer, stand } = workerData as WorkerData;
const journal = new Journal(buffer);

/** The module among its competitors. */
function bench(): Bench {
  const judged: Competitor = { id: JUDGED, title: "", module };
  return { journal, loops: stand!.loops, competitors: [judged, ...stand!.competitors] };
}

function competitor(id: string): Competitor {
  return bench().competitors.find((each) => each.id === id)!;
}

const TASKS: {
  readonly [T in TaskName]: (
    given: Tasks[T]["given"],
  ) => Tasks[T]["answer"] | Promise<Tasks[T]["answer"]>;
} = {
  open: () => {
    const subject = new Subject(module);
    return { optional: FUNCTIONS.slice(3).filter((name) => subject.has(name)) };
  },
  part: ({ id, options }) =>
    runPart(
      module,
      PARTS.find((each) => each.id === id)!,
      options,
      journal,
    ),
  steps: (words) => runSteps(new Trial(new Subject(module), journal), decodeSteps(words)),
  frames: (effort) => chooseFrames(bench(), effort),
  speed: ({ ids, frames, effort }) => measureSpeed(bench(), ids, frames, effort),
  packing: ({ id, frames }) => measurePacking(bench(), competitor(id), frames),
  cost: ({ id, memory }) => measureCost(bench(), competitor(id), memory),
};

type Answer = Tasks[TaskName]["answer"];

async function answer({ task, given }: Request): Promise<Reply> {
  try {
    const run = TASKS[task] as (given: never) => Answer | Promise<Answer>;
    return { answer: await run(given as never) };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message } };
  }
}

parentPort!.on("message", (request: Request) => {
  void answer(request).then((reply) => parentPort!.postMessage(reply));
});
parentPort!.postMessage("ready");
