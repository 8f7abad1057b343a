/** .ci/run tests the checkout that it is in, and ends what it has started; a stand-in plays npm. */

import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { type Outcome, ROOT, type RunOptions, runScript, withDirectory } from "./scripts.ts";

/** Calls `use` with a checkout in which `npm`, a shell script, is npm. */
function withNpm<T>(npm: string, use: (root: string) => Promise<T>): Promise<T> {
  const run = readFileSync(join(ROOT, ".ci/run"), "utf8");
  return withScripts({ ".ci/run": run, "bin/npm": `#!/bin/bash\n${npm}\n` }, use);
}

/** Runs .ci/run in `root` by a `line` for bash. */
function ci(root: string, line: string, options: RunOptions = {}): Promise<Outcome> {
  const env = { PATH: `${join(root, "bin")}:${process.env["PATH"]}`, ...options.env };
  return runScript("boot", [], { root, line: `cd "\${0%/scripts/*}" && ${line}`, ...options, env });
}

describe(".ci/run", () => {
  it.each([0, 1, 7])("has npm's status, %i", (expected) =>
    withNpm(`echo "$*"; exit ${expected}`, async (root) => {
      const { status, stdout } = await ci(root, "exec .ci/run");
      expect({ status, stdout }).toEqual({ status: expected, stdout: "test\n" });
    }),
  );

  it("tests its own checkout, whatever CDPATH and links say", () =>
    withNpm("pwd -P", (root) =>
      withDirectory(async (other) => {
        mkdirSync(join(other, ".ci"));
        symlinkSync(join(root, ".ci/run"), join(other, ".ci/run"));
        const { stdout } = await ci(root, "exec .ci/run", { env: { CDPATH: other } });
        const linked = await ci(root, 'cd "$OTHER" && exec .ci/run', { env: { OTHER: other } });
        expect([stdout, linked.stdout]).toEqual([`${root}\n`, `${root}\n`]);
      }),
    ));

  it.each([
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ] as const)("ended by %s leaves nothing running", async (signal, expected) =>
    withNpm('bash -c "sleep 1000 & echo it runs; wait" & wait', async (root) => {
      const { status } = await ci(root, "exec .ci/run", {
        onStart: (child) => child.stdout?.once("data", () => child.kill(signal)),
      });
      expect(status).toBe(expected);
    }),
  );
});
