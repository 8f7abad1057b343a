/**
 * A machine that no debug-exit device ends, with a keyboard: QEMU is told what to do, and tells what
 * happens, by QMP.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** OVMF in one file, code and variables. */
const FIRMWARE = "/usr/share/ovmf/OVMF.fd";

const PATIENCE = 60_000;

/** What QEMU says: an event, or the answer to a command. */
interface Message {
  readonly event?: string;
  readonly data?: { readonly reason?: string };
  readonly return?: unknown;
}

/** It boots an ISO as soon as it is made, and writes what its serial port says to a file. */
export class BareMachine {
  readonly #process: ChildProcess;
  readonly #log: string;
  readonly #messages: Message[] = [];

  constructor(iso: string, log: string) {
    this.#log = log;
    const args = [
      ...["-M", "q35,accel=tcg", "-cpu", "max", "-m", "512M", "-bios", FIRMWARE],
      ...["-cdrom", iso, "-nic", "none", "-display", "none", "-no-reboot"],
      ...["-chardev", `file,id=log,path=${log.replaceAll(",", ",,")}`, "-serial", "chardev:log"],
      ...["-qmp", "stdio"],
    ];
    this.#process = spawn("qemu-system-x86_64", args, { stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void this.#process.kill());
    const lines = createInterface({ input: this.#process.stdout! });
    lines.on("line", (line) => this.#messages.push(JSON.parse(line) as Message));
    this.tell("qmp_capabilities");
  }

  /** Has QEMU carry out a command. */
  tell(execute: string, args?: object): void {
    this.#process.stdin!.write(`${JSON.stringify({ execute, arguments: args })}\n`);
  }

  /** Presses keys, named as QEMU does, together and lets them go. */
  press(...keys: readonly string[]): void {
    this.tell("send-key", { keys: keys.map((data) => ({ type: "qcode", data })) });
  }

  /** Waits for a message of QEMU's; throws, with the log, if none comes. */
  async hear(isWanted: (message: Message) => boolean): Promise<Message> {
    return this.#until(() => this.#messages.find(isWanted));
  }

  /** What QEMU's monitor answers to a command. */
  async ask(command: string): Promise<string> {
    const before = this.#messages.length;
    this.tell("human-monitor-command", { "command-line": command });
    const isAnswer = ({ return: answer }: Message) => typeof answer === "string";
    const find = () => this.#messages.slice(before).find(isAnswer);
    return String((await this.#until(find)).return);
  }

  /** Waits for a line in the log. */
  async read(pattern: RegExp): Promise<string> {
    return this.#until(() => pattern.exec(this.log)?.[0]);
  }

  get log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, "utf8") : "";
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`it never came:\n${this.log}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
