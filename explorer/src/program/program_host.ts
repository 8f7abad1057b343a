/**
 * A program in the worker: boots the kernel on a machine with the program beside it, runs it to its end
 * and reports meanwhile. The worker hears nothing until then; who wants the program to stop ends it.
 */

import { type MapInput } from "../../../tools/formats/map_input.ts";
import { bootMap } from "../../../tools/plan/boot_map.ts";
import { planOf } from "../../../tools/plan/plan.ts";
import { endingText } from "../../../tools/program/ending.ts";
import { programModule } from "../../../tools/program/program_module.ts";
import { bootWord } from "../../../sim/boot_files.ts";
import { failureInWords } from "../app/failure_text.ts";
import { walkAll } from "../machine/page_walk.ts";
import { LentSpans } from "./lent_spans.ts";
import { type ProgramAsk, type ProgramOutcome, type ProgramReport } from "./program_protocol.ts";
import { countsOf, ProgramWatch } from "./program_watch.ts";

/** Runs the program on the kernel of `module`; an error, for a person, if it cannot be started. */
export function runProgram(
  module: WebAssembly.Module,
  map: MapInput,
  ask: ProgramAsk,
  post: (report: ProgramReport) => void,
): ProgramOutcome {
  const { name } = ask;
  const own = programModule({
    title: name,
    bytes: new Uint8Array(ask.module),
    arguments: [name, ...ask.arguments],
    environment: ask.environment,
    words: [bootWord("input", "stream")],
  });
  const watch = new ProgramWatch(post);
  const booted = bootMap(module, map, {
    machine: {
      files: [own],
      clock: "real",
      randomSeed: null,
      input: new TextEncoder().encode(ask.input),
      output: (stream, bytes) => watch.said(stream, bytes),
      watchProgram: (isLast) => watch.pause(isLast),
    },
  });
  const { machine } = booted;
  const { kernel, log } = booted.result;
  const plan = planOf(booted, map);
  if (plan.failure) {
    throw new Error(
      `With the program in its memory the kernel does not start. ${failureInWords(plan.failure)}`,
    );
  }
  const read = (address: number) => machine.physicalMemory.load(address);
  const { tables } = walkAll(read, machine.pageRoot);
  const before = countsOf(kernel);
  const lines = log.length;
  const spans = new LentSpans(kernel, read, machine.pageRoot);
  watch.begin(kernel, spans, { plan, tables, mapped: spans.mapped });
  const result = machine.runProgram();
  watch.end();
  return {
    status: result.status,
    problem: endingText(name, result),
    log: log.slice(lines),
    before,
    after: countsOf(kernel),
  };
}
