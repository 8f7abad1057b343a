/**
 * Programs that nobody here wrote under firmware, one of each toolchain: they say there what they say on
 * the simulated machine, which test/programs holds against their authors' word.
 */

import { describe, expect, it } from "vitest";
import { runOther } from "../support/other_run.ts";
import { folderPrograms, NPM_PROGRAMS, type OtherProgram } from "../support/other_programs.ts";
import { boot } from "./boot.ts";
import { type Engine } from "./engines.ts";

/** Seconds that the slowest may take on a busy machine. */
const LIMIT = 180;

/** Milliseconds for the ISO, the boot and the simulated machine. */
const TIMEOUT = LIMIT * 1000 + 60_000;

const ESCAPE = String.fromCharCode(27);

/** A cursor that goes to column 1, which begins a line; other terminal control. */
const NEW_LINE = new RegExp(`${ESCAPE}\\[[0-9;]*0*1H`, "g");
const CONTROL = new RegExp(`${ESCAPE}\\[[0-9;=?]*[A-Za-z]`, "g");

/**
 * Lines of `said` as scripts/run_qemu_ovmf.sh writes them to a log: byte by byte, without control
 * characters, whatever the bytes left over come to as UTF-8.
 */
function logged(said: Buffer): string[] {
  const kept = said
    .toString("latin1")
    .replace(NEW_LINE, "\n")
    .replace(CONTROL, "")
    .replace(/[^\t\n -~\x80-\xff]/g, "");
  return Buffer.from(kept, "latin1")
    .toString()
    .split("\n")
    .filter((line) => /[^ ]/.test(line));
}

/** The arguments of scripts/build_iso.sh for it. */
function isoArguments(program: OtherProgram): string[] {
  const each = (option: string, values: readonly string[] = []) =>
    values.flatMap((value) => [option, value]);
  const variables = Object.entries(program.env ?? {}).map(([name, value]) => `${name}=${value}`);
  return [
    ...["--program", program.file],
    ...each("--argument", program.args),
    ...each("--env", variables),
    ...each("--file", program.files),
    ...each("--directory", program.directories),
    ...(program.input === undefined ? [] : ["--input", program.input]),
  ];
}

async function check(program: OtherProgram, engine: Engine): Promise<void> {
  const { console, status } = await runOther(program);
  const run = [`${LIMIT}`];
  const { log } = await boot("stub", { engine, iso: isoArguments(program), run });
  const lines = log.text.split("\n");
  const at = (word: string) => lines.findIndex((line) => line.includes(` program: ${word}: `));
  expect(at("ended"), log.text).toBeGreaterThan(at("started"));
  expect(lines.slice(at("started") + 1, at("ended"))).toEqual(logged(console));
  expect(log.line("program", "ended").values.get("status")).toBe(`${status}`);
}

const booted = [...NPM_PROGRAMS, ...folderPrograms()]
  .filter(({ boots }) => boots)
  .map((program) => [program.name, program] as const);

describe("under wasm3, what another wrote says what it says elsewhere", () => {
  it.each(booted)("%s", { timeout: TIMEOUT }, (_, program) => check(program, "wasm3"));
});

describe("under aot, what another wrote says what it says elsewhere", () => {
  it.each(booted.slice(0, 1))("%s", { timeout: TIMEOUT }, (_, program) => check(program, "aot"));
});
