/**
 * Programs that nobody here wrote, on the simulated machine: each comes to what its author, or another
 * WASI host, says, and every frame comes back.
 */

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ProgramEnd } from "../../abi/program.ts";
import { runOther } from "../support/other_run.ts";
import { folderPrograms, NPM_PROGRAMS, type OtherProgram } from "../support/other_programs.ts";

async function check(program: OtherProgram): Promise<void> {
  if (program.refused) {
    await expect(runOther(program)).rejects.toThrow(program.refused);
    return;
  }
  const { end, status, message, stdout } = await runOther(program);
  expect([end, message]).toEqual([ProgramEnd.EXITED, ""]);
  expect(status, stdout.toString()).toBe(program.status ?? 0);
  const { says, sha1 } = program;
  if (typeof says === "string") expect(stdout.toString()).toBe(says);
  else if (says) expect(stdout.toString()).toMatch(says);
  if (sha1 !== undefined) {
    expect(createHash("sha1").update(stdout).digest("hex").slice(0, sha1.length)).toBe(sha1);
  }
}

const named = (programs: readonly OtherProgram[]) =>
  programs.map((program) => [program.name, program] as const);

describe("programs of npm come to what they should", () => {
  test.each(named(NPM_PROGRAMS))("%s", (_, program) => check(program));
});

const others = folderPrograms();
if (others.length > 0) {
  describe("programs of others come to what they should", () => {
    test.each(named(others))("%s", (_, program) => check(program));
  });
} else {
  describe.skip("programs of others, which SLOPOS_PROGRAMS names no folder of", () => {
    test("are run", () => undefined);
  });
}
