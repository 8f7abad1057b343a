/**
 * What a user's environment can hold, each under a script that must not care or must name it. All
 * scripts begin with scripts/common.sh, which sets it right.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RELATIVELY, ROOT, runScript, withDirectory, withPathLacking } from "./scripts.ts";
import { PASSES, STARTED, play, withStandIn } from "./stand_in.ts";

/** The SHA-256 of the ISO that build_iso.sh makes with `env`. */
async function isoHash(env: Record<string, string>): Promise<string> {
  return withDirectory(async (work) => {
    const iso = join(work, "a.iso");
    const outcome = await runScript("build_iso", ["--loader", "stub", "-o", iso], { env });
    expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
    return createHash("sha256").update(readFileSync(iso)).digest("hex");
  });
}

describe("the environment changes nothing:", () => {
  it.each([
    ["a CDPATH", { CDPATH: `${ROOT}:/usr:/` }],
    ["POSIX's modes of the tools", { POSIXLY_CORRECT: "1", BLOCK_SIZE: "1", DU_BLOCK_SIZE: "7" }],
    ["functions in the place of commands", { "BASH_FUNC_cd%%": "() { echo no; return 1; }" }],
    ["options of the shell", { BASHOPTS: "failglob:nocasematch:extglob" }],
    ["modes of the shell", { SHELLOPTS: "noglob:noclobber:keyword:allexport" }],
    ["names that no pattern matches", { GLOBIGNORE: "*:*/*:*/*/*/*" }],
    ["a umask of nobody", {}],
  ])("%s", async (name, env) => {
    const line = `${name.includes("umask") ? "umask 777; " : ""}${RELATIVELY}`;
    const { status, stdout, stderr, log } = await play(PASSES, [], { env, line });
    expect(stderr).toMatch(/^run_qemu_ovmf: pass: .*\n$/);
    expect({ status, stdout, log }).toEqual({ status: 0, stdout: `${STARTED}\n`, log: stdout });
    await withDirectory(async (work) => {
      const args = ["--loader", "stub", "-o", join(work, "a.iso")];
      const { status, stdout, stderr } = await runScript("build_iso", args, { env, line });
      expect(stderr).toMatch(/^build_iso: .*a\.iso: \d+ bytes, loader stub\n$/);
      expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    });
  });

  it("of an ISO: the user's configuration of mtools and xorriso", () =>
    withDirectory(async (HOME) => {
      const plain = await isoHash({});
      writeFileSync(join(HOME, ".mtoolsrc"), "no such keyword {{{\n");
      writeFileSync(join(HOME, ".xorrisorc"), 'an open "quotation mark\n');
      const MTOOLSRC = join(HOME, ".mtoolsrc");
      const env = { HOME, MTOOLSRC, MTOOLS_FAT_COMPATIBILITY: "x", POSIXLY_CORRECT: "1" };
      expect(await isoHash({ ...env, TZ: "Asia/Tokyo", CDPATH: "/" })).toBe(plain);
    }));
});

describe("a clock that is set back", () => {
  /** Each call of `date` is an hour before the last one. */
  const DATE = '#!/bin/sh\necho x >>"$0.calls"\nPATH=/bin:/usr/bin\n'.concat(
    'exec date -d "-$(wc -l <"$0.calls") hours" "$@"\n',
  );

  it.each([
    [PASSES, 0, /pass: .* after \d\.\d{3} s$/m],
    ["exec sleep 100", 124, /did not end within 1 s;/],
  ])("leaves the verdict on %j as it is", (qemu, expected, message) =>
    withDirectory(async (bin) => {
      writeFileSync(join(bin, "date"), DATE, { mode: 0o755 });
      const line = `PATH="${bin}:$PATH" exec "$0" "$@"`;
      const { status, stderr } = await play(qemu, ["1"], { line });
      expect(stderr).toMatch(message);
      expect(status).toBe(expected);
    }),
  );
});

describe("a stream that is closed", () => {
  it.each(["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])("%s leaves the verdict as it is", async (how) => {
    const line = `exec "$0" "$@" ${how}`;
    const passed = await play(PASSES, [], { line });
    expect(passed).toMatchObject({ status: 0, log: `${STARTED}\n` });
    expect((await play("exit 35", [], { line })).status).toBe(1);
  });

  it("is no error for the other scripts", async () => {
    await withDirectory(async (work) => {
      const args = ["--loader", "stub", "-o", join(work, "a.iso")];
      for (const how of ["2>&-", "2>/dev/full", "<&- >&- 2>&-"]) {
        const { status } = await runScript("build_iso", args, { line: `exec "$0" "$@" ${how}` });
        expect(status, how).toBe(0);
      }
    });
  });

  it("and a reader of messages that goes away leave the verdict as it is", async () => {
    const line = '{ "$0" "$@"; echo "$?" >&3; } 3>&1 >/dev/null 2> >(exec 3>&-; exec true)';
    const { stdout } = await play(`sleep 0.3; ${PASSES}`, [], { line });
    expect(stdout).toBe("0\n");
  });
});

describe("TMPDIR", () => {
  const missing = /\/nowhere\/t, which TMPDIR names, is no directory; create it or unset TMPDIR/;

  it("that is not there is named by each script", async () => {
    const env = { TMPDIR: "/nowhere/t" };
    const outcomes = [
      await play(PASSES, [], { env }),
      await runScript("build_iso", ["--loader", "stub"], { env }),
      await runScript("build", [], { env }),
      await runScript("setup", [], { env }),
    ];
    for (const { status, stderr } of outcomes) {
      expect(stderr).toMatch(missing);
      expect(status).toBe(3);
    }
  });

  it("that is relative is one place, and left empty", () =>
    withDirectory(async (work) => {
      mkdirSync(join(work, "t"));
      const line = `cd "$WORK" && "$0" "$@"; status=$?; rmdir t && exit "$status"`;
      const env = { TMPDIR: "t", WORK: work };
      expect(await play(PASSES, [], { env, line })).toMatchObject({ status: 0 });
    }));

  it.each(["back\\slash", "@@1024", "line\nbreak", "line break\n", "a, b=c", "größe %s"])(
    "that is called %j makes the same ISO, and boots",
    (name) =>
      withDirectory(async (work) => {
        const TMPDIR = join(work, name);
        mkdirSync(TMPDIR);
        expect(await isoHash({ TMPDIR })).toBe(await isoHash({}));
        expect(await play(PASSES, [], { env: { TMPDIR } })).toMatchObject({ status: 0 });
      }),
  );

  it("that is empty is as if it were not set", async () => {
    expect(await play(PASSES, [], { env: { TMPDIR: "" } })).toMatchObject({ status: 0 });
  });

  it("without room for the firmware's variables is named, and no failure of the kernel", () =>
    withDirectory(async (bin) => {
      writeFileSync(join(bin, "cp"), "#!/bin/sh\necho no space left >&2\nexit 1\n", {
        mode: 0o755,
      });
      const line = `PATH="${bin}:$PATH" exec "$0" "$@"`;
      const { status, stderr } = await play(PASSES, [], { line });
      expect(stderr).toMatch(/^no space left\nrun_qemu_ovmf: error: .* cannot be copied to .*\n$/);
      expect(status).toBe(3);
    }));

  it("without room for the console is named, whatever the kernel says", async () => {
    const long = `seq -f "line %g of a long console" 40000 2>/dev/null; ${PASSES} 2>/dev/null`;
    const line = 'ulimit -f 560; trap "" XFSZ; exec "$0" "$@"';
    const { status, stderr } = await play(`trap "" PIPE; ${long}`, ["30"], {
      line,
      log: () => "-",
    });
    expect(stderr).toMatch(/the console could not be kept in .*more room in TMPDIR/);
    expect(status).toBe(3);
  });

  it.each(["mkfifo", "mktemp", "chmod"])("that refuses %s is no failure of the kernel", (tool) =>
    withDirectory(async (bin) => {
      writeFileSync(join(bin, tool), "#!/bin/sh\necho not here >&2\nexit 1\n", { mode: 0o755 });
      const line = `PATH="${bin}:$PATH" exec "$0" "$@"`;
      const { status, stderr } = await play(PASSES, [], { line });
      expect(stderr).toMatch(/^not here\n/);
      expect(status).toBe(3);
    }),
  );

  it("without room for the machine's memory is named", async () => {
    const { status, stderr } = await play("kill -BUS $$", ["--memory", "99999G"]);
    expect(stderr).toMatch(
      /^run_qemu_ovmf: .*no more room for the machine's memory in .*TMPDIR\n$/,
    );
    expect(status).toBe(3);
  });
});

describe("SOURCE_DATE_EPOCH", () => {
  it.each(["soon", "-1", "1.5", "0x10", "99999999999", "4354819200", "1 2", "007"])(
    "%j is refused",
    async (SOURCE_DATE_EPOCH) => {
      const { status, stderr } = await runScript("build_iso", ["--loader", "stub"], {
        env: { SOURCE_DATE_EPOCH },
      });
      expect(stderr).toContain(`SOURCE_DATE_EPOCH must be whole seconds since 1970`);
      expect(stderr).toContain(`'${SOURCE_DATE_EPOCH}'`);
      expect(status).toBe(2);
    },
  );

  it.each(["0", "1", "1000000000", "4354819199"])("%s is taken", async (SOURCE_DATE_EPOCH) => {
    await isoHash({ SOURCE_DATE_EPOCH });
  });
});

describe("a tool that is missing is named with its package:", () => {
  it.each([
    ["mcopy", "mtools", true],
    ["mformat", "mtools", true],
    ["xorriso", "xorriso", true],
    ["b2sum", "coreutils", false],
    ["awk", "mawk", false],
    ["find", "findutils", false],
  ])("%s for build_iso.sh", (tool, name, isListed) =>
    withPathLacking([tool], async (PATH) => {
      const outcome = await runScript("build_iso", ["--loader", "stub"], { env: { PATH } });
      const how = isListed
        ? `scripts/setup.sh does it (package ${name})`
        : `Debian has it in package ${name}`;
      expect(outcome.stderr).toContain(`${tool} is not installed; ${how}`);
      expect(outcome.status).toBe(3);
    }),
  );

  it.each([
    ["awk", "mawk"],
    ["flock", "util-linux"],
    ["perl", "perl-base"],
    ["sed", "sed"],
  ])("%s for run_qemu_ovmf.sh", (tool, name) =>
    withPathLacking([tool], async (PATH) => {
      const outcome = await runScript("run_qemu_ovmf", ["package.json"], { env: { PATH } });
      expect(outcome.stderr).toContain(
        `${tool} is not installed; Debian has it in package ${name}`,
      );
      expect(outcome.status).toBe(3);
    }),
  );

  it("ninja for build.sh", () =>
    withPathLacking(["ninja"], async (PATH) => {
      const outcome = await runScript("build", [], { env: { PATH } });
      expect(outcome.stderr).toContain("ninja is not installed; scripts/setup.sh does it");
      expect(outcome.status).toBe(3);
    }));
});

describe("a file that is missing, or no file, is told apart:", () => {
  it("an ISO that is a directory", () =>
    withStandIn("exit 99", async (PATH, work) => {
      const { status, stderr } = await runScript("run_qemu_ovmf", [work], { env: { PATH } });
      expect(stderr).toContain("is no file; an ISO is what scripts/build_iso.sh writes");
      expect(status).toBe(3);
    }));

  it("an ISO that is empty", () =>
    withDirectory(async (work) => {
      const iso = join(work, "a.iso");
      writeFileSync(iso, "");
      const { status, stderr } = await runScript("run_qemu_ovmf", [iso]);
      expect(stderr).toContain(`${iso} is empty; make it with: scripts/build_iso.sh`);
      expect(status).toBe(3);
    }));

  it("a target folder that cannot be written, with nothing left behind", () =>
    withDirectory(async (bin) => {
      // Root may write anywhere, so a stand-in for mktemp refuses the second file.
      const mktemp = '#!/bin/bash\n[ "$1" = -d ] || exit 1\nPATH=/usr/bin:/bin exec mktemp "$@"\n';
      writeFileSync(join(bin, "mktemp"), mktemp, { mode: 0o755 });
      const { status, stderr } = await runScript(
        "build_iso",
        ["--loader", "stub", "-o", join(bin, "a.iso")],
        { env: { PATH: `${bin}:${process.env["PATH"]}` } },
      );
      expect(stderr).toContain(`${bin} cannot be written`);
      expect(status).toBe(3);
    }));
});
