/**
 * What is to be run: a program that comes with the page or one that somebody brought, and what it is told.
 */

import { BUNDLED_PROGRAMS, fileOf } from "./bundled_programs.ts";

export interface ProgramChoice {
  /** A bundled program's name; "" for the one that was brought. */
  readonly bundled: string;
  /** The module that was brought; null if none was. */
  readonly brought: File | null;
  /** As a shell would take them. */
  readonly arguments: string;
  readonly environment: string;
  readonly input: string;
}

/** `choice` with bundled program `name` and what that is told at first. */
export function choiceOf(name: string, brought: File | null): ProgramChoice {
  const program = BUNDLED_PROGRAMS.find((one) => one.name === name)!;
  const { arguments: words, environment } = program;
  return { bundled: name, brought, arguments: words, environment, input: "" };
}

export const FIRST_PROGRAM: ProgramChoice = choiceOf(BUNDLED_PROGRAMS[0]!.name, null);

/** `choice` with a module that somebody brought. */
export function broughtChoice(file: File): ProgramChoice {
  return { bundled: "", brought: file, arguments: "", environment: "", input: "" };
}

/** What the chosen program goes by. */
export function programName({ bundled, brought }: ProgramChoice): string {
  return bundled ? `${bundled}.wasm` : (brought?.name ?? "");
}

/** The chosen module; an error, for a person, if it cannot be had. */
export async function loadProgram({ bundled, brought }: ProgramChoice): Promise<ArrayBuffer> {
  if (!bundled) return brought!.arrayBuffer();
  const address = new URL(fileOf(bundled), document.baseURI);
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Error(`${address.pathname} is missing beside this page.`);
  return response.arrayBuffer();
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d] as const;

/** True if `file` is meant as a program and not as a memory map: by its name or by its first bytes. */
export async function isProgram(file: File): Promise<boolean> {
  if (/\.wasm$/i.test(file.name)) return true;
  const start = new Uint8Array(await file.slice(0, MAGIC.length).arrayBuffer());
  return MAGIC.every((byte, at) => start[at] === byte);
}
