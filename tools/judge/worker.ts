/**
 * The thread in which allocators run: whatever they do, the judge can end it.
 */

import { parentPort, workerData } from "node:worker_threads";
import { Journal } from "./journal.ts";
import { type Reply, type Request, type WorkerData } from "./messages.ts";
import { type RightOptions, PARTS, runPart } from "./right.ts";
import { decodeSteps } from "./steps.ts";
import { Subject } from "./subject.ts";
import { runSteps, Trial } from "./trial.ts";
import { FUNCTIONS } from "./contract.ts";

const { module, journal: buffer } = workerData as WorkerData;
const journal = new Journal(buffer);

function answer({ task, given }: Request): Reply {
  switch (task) {
    case "open": {
      const subject = new Subject(module);
      return { answer: { optional: FUNCTIONS.slice(3).filter((name) => subject.has(name)) } };
    }
    case "part": {
      const { id, options } = given as { id: string; options: RightOptions };
      const part = PARTS.find((each) => each.id === id)!;
      return { answer: runPart(module, part, options, journal) };
    }
    case "steps": {
      const steps = decodeSteps(given as Int32Array);
      return { answer: runSteps(new Trial(new Subject(module), journal), steps) };
    }
  }
}

parentPort!.on("message", (request: Request) => {
  let reply: Reply;
  try {
    reply = answer(request);
  } catch (error) {
    const { name, message } = error as Error;
    reply = { error: { name, message } };
  }
  parentPort!.postMessage(reply);
});
parentPort!.postMessage("ready");
