/** However a script is called: through a link from elsewhere it is itself; a shell other than bash is told. */

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, runScript, SCRIPTS, withDirectory } from "./scripts.ts";

it.each(SCRIPTS)("scripts/%s.sh does the same through a link to a link", (name) =>
  withDirectory(async (work) => {
    symlinkSync(join(ROOT, "scripts", `${name}.sh`), join(work, "first"));
    symlinkSync("first", join(work, "called"));
    const env = { LINK: join(work, "called") };
    for (const [args, status] of [
      [["--help"], 0],
      [["--no-such-option", "x"], 2],
    ] as const) {
      const plain = await runScript(name, args);
      expect(plain).toMatchObject({ status });
      expect(plain.stdout + plain.stderr).not.toBe("");
      expect(await runScript(name, args, { env, line: 'exec "$LINK" "$@"' })).toEqual(plain);
    }
  }),
);

it.each(SCRIPTS)("scripts/%s.sh says in one line that dash is not its shell", async (name) => {
  for (const line of ['exec dash "$0" "$@"', 'exec dash "scripts/${0##*/}" "$@"']) {
    const { status, stdout, stderr } = await runScript(name, ["--help"], { line });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(
      new RegExp(`^${name}: error: run it with bash: bash \\S*scripts/${name}\\.sh\\n$`),
    );
  }
});
