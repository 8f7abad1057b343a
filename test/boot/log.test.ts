/**
 * Where scripts/run_qemu_ovmf.sh writes its log: whatever can be written, without a file lost, and
 * without any say in the verdict.
 */

import { execFileSync, spawn } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runScript } from "./scripts.ts";
import { PASSES, STARTED, play, withStandIn } from "./stand_in.ts";

/** More than a pipe holds, and then the end of a kernel that starts. */
const LONG = `for ((i = 0; i < 3000; ++i)); do echo "line $i of a long console, wide as they are"; done
${PASSES}`;

function makePipe(work: string): string {
  const pipe = join(work, "pipe");
  execFileSync("mkfifo", [pipe]);
  return pipe;
}

describe("the verdict is the machine's, whatever --log names:", () => {
  it.each([
    ["the screen", "-", ""],
    ["standard output", "/dev/stdout", ""],
    ["standard error", "/dev/stderr", ""],
    ["nowhere", "/dev/null", ""],
    ["a disk that is full", "/dev/full", "the log /dev/full is not complete: "],
  ])("%s", async (_, name, message) => {
    const passed = await play(PASSES, [], { log: () => name });
    expect(passed.stderr).toMatch(new RegExp(`^(run_qemu_ovmf: )?${message}`, "m"));
    expect(passed).toMatchObject({ status: 0, stdout: `${STARTED}\n` });
    const failed = await play("echo something else; exit 33", [], { log: () => name });
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain("the kernel reported success but did not log its start");
    expect((await play("exit 35", [], { log: () => name })).status).toBe(1);
  });

  it("standard error has the console then, before the verdict", async () => {
    const { stderr } = await play(PASSES, [], { log: () => "/dev/stderr" });
    expect(stderr).toMatch(/^\[.*Kernel Started!\nrun_qemu_ovmf: pass: /);
  });

  it("a file whose name begins with a dash", async () => {
    const line = 'cd "$(dirname -- "$1")" && exec "$0" "$@"';
    const played = await play(`echo '${STARTED}'; exit 33`, [], { log: () => "-x.log", line });
    expect(played).toMatchObject({ status: 0 });
  });

  it("a pipe with a reader, which gets everything", async () => {
    let read = "";
    const { status, stdout } = await play(LONG, [], {
      log: (work) => {
        const pipe = makePipe(work);
        const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
        reader.stdout.setEncoding("utf8").on("data", (text: string) => (read += text));
        return pipe;
      },
    });
    expect(status).toBe(0);
    expect(read).toBe(stdout);
    expect(read).toContain(STARTED);
  });

  it("a pipe that nobody reads", async () => {
    const { status, stdout, stderr } = await play(LONG, ["30"], { log: makePipe });
    expect(stderr).toMatch(/the log .*pipe is not complete: what reads it did not take it/);
    expect(stdout).toContain(STARTED);
    expect(status).toBe(0);
  });

  it("a pipe whose reader goes away", async () => {
    const { status } = await play(`sleep 0.3\n${LONG}`, ["30"], {
      log: (work) => {
        const pipe = makePipe(work);
        spawn("head", ["-c", "1", pipe], { stdio: "ignore" });
        return pipe;
      },
    });
    expect(status).toBe(0);
  });

  it("a pipe that nobody reads, and the time is over", async () => {
    const { status } = await play("echo begin; exec sleep 100", ["1"], { log: makePipe });
    expect(status).toBe(124);
  });
});

describe("the screen", () => {
  it("that is full or gone changes no verdict", async () => {
    const full = await play(PASSES, [], { line: '"$0" "$@" >/dev/full' });
    expect(full.stderr).toContain("the console on standard output is not complete: ");
    expect(full).toMatchObject({ status: 0, log: `${STARTED}\n` });
    const gone = await play(LONG, [], { line: '"$0" "$@" | head -n 1; exit "${PIPESTATUS[0]}"' });
    expect(gone.status).toBe(0);
    expect(gone.log).toContain(STARTED);
    expect(await play(PASSES, [], { line: '"$0" "$@" >&-' })).toMatchObject({ status: 0 });
  });

  it("may be the very file that --log names", async () => {
    const line = 'exec "$0" "$@" >"${@: -1}"';
    expect(await play(PASSES, [], { line })).toMatchObject({ status: 0, log: `${STARTED}\n` });
  });
});

describe("--log is refused before anything is written, if it names", () => {
  /** Runs with the log that `make` names in a directory with the ISO and firmware. */
  async function refused(make: (work: string) => string, message: RegExp, expected = 2) {
    await withStandIn("exit 99", async (PATH, work, iso) => {
      const OVMF_CODE = join(work, "code.fd");
      const OVMF_VARS = join(work, "vars.fd");
      for (const [file, text] of [
        [OVMF_CODE, "code"],
        [OVMF_VARS, "vars"],
      ] as const) {
        writeFileSync(file, text);
      }
      const { status, stderr } = await runScript("run_qemu_ovmf", [iso, "--log", make(work)], {
        env: { PATH, OVMF_CODE, OVMF_VARS },
      });
      expect(stderr).toMatch(message);
      expect(status).toBe(expected);
      expect(readFileSync(iso, "utf8")).toBe("an ISO");
      expect(readFileSync(OVMF_CODE, "utf8") + readFileSync(OVMF_VARS, "utf8")).toBe("codevars");
    });
  }

  it.each(["a.iso", "code.fd", "vars.fd"])("%s, which the machine reads", (name) =>
    refused((work) => join(work, name), /is what the machine reads from/),
  );

  it("the ISO by another name", async () => {
    for (const link of [linkSync, symlinkSync]) {
      await refused((work) => {
        link(join(work, "a.iso"), join(work, "other"));
        return join(work, "other");
      }, /is what the machine reads from/);
    }
  });

  it("a directory", () =>
    refused((work) => {
      mkdirSync(join(work, "d"));
      return join(work, "d");
    }, /must name a file, and .* is a directory/));

  it("the file that messages go to", () =>
    withStandIn(PASSES, async (PATH, work, iso) => {
      const file = join(work, "messages");
      const { status } = await runScript("run_qemu_ovmf", [iso, "--log", file], {
        env: { PATH },
        line: 'exec "$0" "$@" 2>"${@: -1}"',
      });
      expect(status).toBe(2);
      expect(readFileSync(file, "utf8")).toContain("is where messages of this script go");
    }));

  it("the log of a boot that is under way, which goes on", () =>
    withStandIn(`echo '${STARTED}'; sleep 2; exit 33`, async (PATH, work, iso) => {
      const log = join(work, "a.log");
      const run = (onStart: () => void = () => undefined) =>
        runScript("run_qemu_ovmf", [iso, "--log", log], {
          env: { PATH },
          onStart: (child) => child.stdout?.once("data", () => onStart()),
        });
      let second: ReturnType<typeof run> | undefined;
      const first = await run(() => {
        second = run();
      });
      const { status, stderr } = await second!;
      expect(stderr).toMatch(/another boot is writing .*a\.log; name another file with --log/);
      expect(status).toBe(3);
      expect(first.status).toBe(0);
      expect(readFileSync(log, "utf8")).toBe(`${STARTED}\n`);
    }));
});

describe("the log that was there", () => {
  it("is replaced from its beginning", async () => {
    const { log } = await play(PASSES, [], {
      log: (work) => {
        const file = join(work, "a.log");
        writeFileSync(file, "old ".repeat(100));
        return file;
      },
    });
    expect(log).toBe(`${STARTED}\n`);
  });

  it("is left alone by --dry-run", async () => {
    const { log } = await play("exit 99", ["--dry-run"], {
      log: (work) => {
        writeFileSync(join(work, "a.log"), "old");
        return join(work, "a.log");
      },
    });
    expect(log).toBe("old");
  });
});
