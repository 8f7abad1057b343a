/**
 * Modules in a program of their own, which serves calls as `hosts/protocol.h` says.
 */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Readable, type Writable } from "node:stream";
import { type Instance, type Timed } from "../tools/judge/workloads/engine.ts";

/** The program ended, or could not serve a call; the message says why. */
export class HostError extends Error {}

export class ProcessInstance implements Instance {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string, undefined>;
  readonly #name: string;

  /** Starts `program`. */
  constructor(program: string, args: readonly string[] = []) {
    this.#name = [program, ...args].join(" ");
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    // Without a listener an error would end this process; the missing answer tells of it as well.
    this.#child.on("error", () => undefined);
    this.#child.stdin.on("error", () => undefined);
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async call(name: string, ...args: readonly number[]): Promise<Timed> {
    this.#child.stdin.write(`${[name, ...args].join(" ")}\n`);
    const answer: IteratorResult<string, undefined> = await this.#answers.next();
    if (answer.done) throw new HostError(`${this.#name} ended at ${name}`);
    const match = /^(\d+) (\d+)$/.exec(answer.value);
    if (!match) throw new HostError(`${this.#name}, ${name}: ${answer.value}`);
    return { value: Number(match[1]), nanoseconds: Number(match[2]) };
  }

  close(): void {
    this.#child.stdin.end();
  }
}
