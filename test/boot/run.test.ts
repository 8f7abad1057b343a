/**
 * What scripts/run_qemu_ovmf.sh makes of its arguments and of QEMU's end. A stand-in plays QEMU, so
 * that no machine needs to boot.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KernelLog } from "./kernel_log.ts";
import { runScript, withPathLacking } from "./scripts.ts";
import { PASSES, STARTED, play, withStandIn } from "./stand_in.ts";

/** How QEMU ends when somebody sends it SIGTERM. */
const TOLD_TO_END = 'echo "qemu-system-x86_64: terminating on signal 15 from pid 1" >&2; exit 0';

/** The command line that the script would run. */
async function dryRun(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await play("exit 99", ["--dry-run", ...args]);
  expect(status, stderr).toBe(0);
  return stdout;
}

describe("the verdict", () => {
  it.each([
    ["success and the started line pass", `echo '${STARTED}'; exit 33`, 0],
    ["success without the started line fails", "echo something else; exit 33", 1],
    ["a line that only begins like it", `echo '${STARTED}?'; exit 33`, 1],
    ["the line inside another line is not the line", `echo 'x ${STARTED}'; exit 33`, 1],
    ["a failing status fails in spite of the started line", `echo '${STARTED}'; exit 35`, 1],
    ["a reset fails in spite of the started line", `echo '${STARTED}'; exit 0`, 1],
    ["a QEMU that refuses to run is told apart", "echo bad argument >&2; exit 1", 3],
    ["a QEMU that crashes is told apart", "kill -SEGV $$", 3],
  ])("%s", async (_, qemu, expected) => {
    const { status, stderr } = await play(qemu);
    expect(status, stderr).toBe(expected);
  });

  it.each([
    ["a QEMU that is killed before its time", "kill -KILL $$", /QEMU was killed .*memory/],
    ["a QEMU that is told to end", TOLD_TO_END, /QEMU was ended from outside/],
    ["memory that no room is left for", "kill -BUS $$", /no more room for the machine's memory/],
  ])("names %s, which is not the kernel's failure", async (_, qemu, message) => {
    const { status, stderr } = await play(`echo '${STARTED}'; ${qemu}`);
    expect(stderr).toMatch(message);
    expect(status).toBe(3);
  });

  it("of a machine too small for Limine is a timeout that says so", async () => {
    const small = await play("exec sleep 100", ["1", "--memory", "64"]);
    expect(small).toMatchObject({ status: 124 });
    expect(small.stderr).toContain("within 1 s (Limine needs 116 MiB of memory); see ");
    expect((await play("exec sleep 100", ["1"])).stderr).toContain("within 1 s; see ");
  });

  it.each([
    ["the firmware found nothing that it can boot", "echo 'UEFI Interactive Shell v2.2'", []],
    ["nothing was booted: --bios is for an ISO that Limine boots", "true", ["--bios"]],
  ])(
    "of a machine that nothing was booted on is a timeout that says: %s",
    async (text, qemu, args) => {
      const { status, stderr } = await play(`${qemu}; exec sleep 100`, ["1", ...args]);
      expect(stderr).toContain(`within 1 s (${text}); see `);
      expect(status).toBe(124);
      expect((await play("echo boots; exec sleep 100", ["1", ...args])).stderr).toContain(
        "1 s; see",
      );
    },
  );

  it("shows what QEMU said when it could not run", async () => {
    expect((await play("echo bad argument >&2; exit 1")).stderr).toContain("bad argument");
  });

  it("is a timeout when the time is over, even if QEMU does not listen", async () => {
    const { status, log } = await play("trap '' TERM; echo begin; sleep 30 & wait; wait", ["1"]);
    expect(status).toBe(124);
    expect(log).toBe("begin\n");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("is the signal's when %s ends the run", async (signal, expected) => {
    const { status } = await play("echo running; exec sleep 1000", ["999"], {
      onStart: (child) => child.stdout?.once("data", () => child.kill(signal)),
    });
    expect(status).toBe(expected);
  });
});

describe("the log", () => {
  it("is plain text, the kernel's lines at column 0", async () => {
    const console = String.raw`\e[2J\e[01;01H\e[=3hBdsDxe: starting\r\n\e[2J\e[1;1H${STARTED}\n`;
    const { log, stdout } = await play(`printf '${console}'; exit 33`);
    expect(log).toBe(`BdsDxe: starting\n${STARTED}\n`);
    expect(stdout).toBe(log);
  });

  it("puts messages together that come with a cursor position for each character", async () => {
    const console = String.raw`\e[01;01HP\e[01;02HA\e[01;11HN\e[02;01Ho\e[02;02Hk`;
    expect((await play(`printf '${console}'; exit 35`)).log.trim()).toBe("PAN\nok");
  });

  it("is read back with its tags, words and values", () => {
    const text = `firmware\n[    1.250000] mm: it is ready: frames=12 loader="A B" root=0x10\n`;
    const log = new KernelLog(text);
    const line = log.line("mm", "it is");
    expect(line).toMatchObject({ seconds: 1.25, tag: "mm", message: "it is ready:" });
    expect(line.values.get("loader")).toBe("A B");
    expect(log.number("mm", "it is", "frames")).toBe(12);
    expect(log.number("mm", "it is", "root")).toBe(16);
    expect(() => log.line("mm", "nothing")).toThrow("no line");
    expect(() => log.number("mm", "it is", "loader")).toThrow("no number");
  });
});

describe("the command line", () => {
  it.each([
    ["512", "512M"],
    ["512M", "512M"],
    ["64m", "64M"],
    ["4G", "4096M"],
    ["1g", "1024M"],
  ])("gives --memory %s as %s", async (given, expected) => {
    expect(await dryRun("--memory", given)).toContain(` -m ${expected} `);
  });

  it("has 512 MB, firmware in two flash chips and the exit device by default", async () => {
    const command = await dryRun();
    expect(command).toContain(" -m 512M ");
    expect(command.match(/if=pflash/g)).toHaveLength(2);
    expect(command).toMatch(/unit=0,[^ ]*readonly=on/);
    expect(command).toContain("isa-debug-exit,iobase=0xf4,iosize=0x04");
    expect(command).toContain("-no-reboot");
  });

  it("has the very ISO that was named, though its name ends in a line break", () =>
    withStandIn('printf "%q " "$@"; exit 99', async (PATH, _, iso) => {
      writeFileSync(`${iso}\n`, "another");
      const args = [`${iso}\n`, "--dry-run"];
      const { stdout } = await runScript("run_qemu_ovmf", args, { env: { PATH } });
      expect(stdout).toMatch(/-cdrom \$'.*a\.iso\\n' \n$/);
    }));

  it("doubles commas in the path of the firmware's variables", async () => {
    expect(await dryRun()).toMatch(/slopos test,, [^ ]*\/OVMF_VARS\.fd/);
  });

  it("has a sparse file behind memory that this machine lacks, in its own directory", async () => {
    const large = await dryRun("--memory", "99999G");
    expect(large).toContain(" -m 102398976M ");
    expect(large).toMatch(/memory-backend-file,id=ram,size=102398976M,share=on,mem-path=/);
    expect(large).toMatch(/mem-path=[^ ]*slopos test,, [^ ]*\/ram' -machine memory-backend=ram/);
  });

  it("has a file in memory behind memory that fits, which takes no pages of 2 MiB", async () => {
    const small = await dryRun("--memory", "64");
    expect(small).toContain(" -object memory-backend-memfd,id=ram,size=64M,share=on -machine ");
    expect(small).not.toContain("mem-path");
  });

  it("has what --icount, --cpu and --gdb ask for", async () => {
    expect(await dryRun("--icount")).toContain("-icount shift=0,sleep=off");
    expect(await dryRun("--cpu", "qemu64")).toContain("-cpu qemu64 ");
    expect(await dryRun("--gdb")).toContain("-s -S");
    expect(await dryRun()).not.toMatch(/-icount|-S/);
  });

  it("names the shim that is in the ISO for the debugger", () =>
    withStandIn(`echo '${STARTED}'; exit 33`, async (PATH, _, iso) => {
      for (const [contents, shim] of [
        ["an ISO", "shim"],
        ["an ISO \0BLAKE2b-512=0123", "shim-aot"],
      ] as const) {
        writeFileSync(iso, contents);
        const args = [iso, "--gdb", "--log", "-"];
        const { status, stderr } = await runScript("run_qemu_ovmf", args, { env: { PATH } });
        expect(stderr).toContain(`/builddir/${shim}.elf -ex 'target remote :1234'`);
        expect(status).toBe(0);
      }
    }));

  it("has SeaBIOS and a USB disk when they are asked for", async () => {
    const command = await dryRun("--bios", "--usb");
    expect(command).not.toMatch(/pflash|cdrom/);
    expect(command).toMatch(
      /-device usb-storage,drive=stick -drive .*id=stick,.*snapshot=on,file=/,
    );
    expect(await dryRun()).toMatch(/pflash.* -cdrom .*a\.iso/);
  });

  it("lists the processors for --cpu help, without an ISO", async () => {
    await withStandIn('echo "list for $*"; exit 0', async (PATH) => {
      const outcome = await runScript("run_qemu_ovmf", ["--cpu", "help"], { env: { PATH } });
      expect(outcome).toEqual({ status: 0, stdout: "list for -cpu help\n", stderr: "" });
    });
  });

  it("uses KVM only where the processor has it", async () => {
    const kvm = /\b(vmx|svm)\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
    if (!kvm) expect(await dryRun()).toContain("accel=tcg");
    expect(await dryRun("--accel", "tcg")).toContain("accel=tcg");
    const { status } = await play("exit 99", ["--dry-run", "--accel", "kvm"]);
    expect(status).toBe(kvm ? 0 : 3);
  });
});

describe("wrong arguments are refused:", () => {
  it.each([
    ["an unknown option", ["--frobnicate"], /unknown option '--frobnicate'/],
    ["no memory", ["--memory", "0"], /--memory must be/],
    ["too little memory", ["--memory", "47"], /--memory must be at least 48 MiB.*'47'/],
    ["negative memory", ["--memory", "-5"], /--memory must be/],
    ["memory in kilobytes", ["--memory", "512K"], /--memory must be.*'512K'/],
    ["memory that is a word", ["--memory", "lots"], /--memory must be/],
    ["--memory without its value", ["--memory"], /--memory needs a value/],
    ["an unknown accelerator", ["--accel", "xen"], /--accel must be auto, tcg or kvm/],
    ["no time", ["0"], /SECONDS must be/],
    ["a time that is a word", ["soon"], /SECONDS must be.*'soon'/],
    ["an argument too many", ["15", "16"], /unexpected argument '16'/],
    ["KVM that counts instructions", ["--accel", "kvm", "--icount"], /--icount/],
  ])("%s", async (_, args, message) => {
    const { status, stderr } = await runScript("run_qemu_ovmf", ["any.iso", ...args]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it("no ISO at all", async () => {
    const { status, stderr } = await runScript("run_qemu_ovmf", []);
    expect(stderr).toContain("no ISO given");
    expect(status).toBe(2);
  });
});

describe("what is missing is named:", () => {
  it("the ISO", async () => {
    const { status, stderr } = await runScript("run_qemu_ovmf", ["/nowhere/a.iso"]);
    expect(stderr).toContain("/nowhere/a.iso is not there; make it with: scripts/build_iso.sh");
    expect(status).toBe(3);
  });

  it("QEMU, with its package", async () => {
    await withPathLacking(["qemu-system-x86_64"], async (PATH) => {
      const outcome = await runScript("run_qemu_ovmf", ["package.json"], { env: { PATH } });
      expect(outcome.stderr).toContain("qemu-system-x86_64 is not installed");
      expect(outcome.stderr).toContain("(package qemu-system-x86)");
      expect(outcome.status).toBe(3);
    });
  });

  it("the firmware", async () => {
    for (const name of ["/nowhere/code.fd", "/usr"]) {
      const { status, stderr } = await play("", [], { env: { OVMF_CODE: name, OVMF_VARS: name } });
      expect(stderr).toContain("OVMF_CODE and OVMF_VARS must both name readable files");
      expect(status).toBe(3);
    }
  });

  it("a log that cannot be written", async () => {
    const args = ["package.json", "--log", "/nowhere/a.log"];
    const { status, stderr } = await runScript("run_qemu_ovmf", args);
    expect(stderr).toContain("the log /nowhere/a.log cannot be written");
    expect(status).toBe(3);
  });
});

describe("the last line of a boot with a program", () => {
  const started = "[    0.000002] program: started: name=p bytes=9 arguments=1";
  const ended = (status: number, how: string) =>
    `[    0.000003] program: ended: status=${status} memory_bytes=65536 heap_bytes=9 frames=8 how=${how}`;
  const machine = (...lines: string[]) =>
    [STARTED, ...lines].map((line) => `echo '${line}'`).join("; ");

  it("says how it ended", async () => {
    const passed = await play(`${machine(started, ended(0, "exited"))}; exit 33`);
    expect(passed.status).toBe(0);
    expect(passed.stderr).toMatch(/pass: the kernel started, its program exited with status 0, /);
    const failed = await play(`${machine(started, ended(7, "exited"))}; exit 35`);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(/ the program exited with status 7, and the kernel reported /);
    const trapped = await play(`${machine(started, ended(18, "trapped"))}; exit 35`);
    expect(trapped.stderr).toMatch(/ the program trapped with status 18, and /);
  });

  it("says that it did not end, whatever it printed itself", async () => {
    const lines = [started, "program: ended: status=0", "ended"];
    const { status, stderr } = await play(`${machine(...lines)}; exec sleep 60`, ["1"]);
    expect(status).toBe(124);
    expect(stderr).toMatch(/did not end within 1 s: its program was still running; see /);
  });

  it("does not speak of one where there is none", async () => {
    expect((await play(PASSES)).stderr).not.toContain("program");
  });
});

describe("with --input", () => {
  it("what is typed goes to the machine, and the screen has the console as it is", async () => {
    const line = `printf 'typed\\n' | exec "$0" "$@"`;
    const machine = `read -r word; printf 'prompt> %s\\a' "$word"; echo; echo '${STARTED}'; exit 33`;
    const played = await play(machine, ["--input"], { line });
    expect(played.status, played.stderr).toBe(0);
    expect(played.stdout).toBe(`prompt> typed\x07\n${STARTED}\n`);
    expect(played.log).toBe(`prompt> typed\n${STARTED}\n`);
  });

  it("^C is a byte like any other to QEMU", async () => {
    const { stdout } = await play("", ["--input", "--dry-run"]);
    expect(stdout).toMatch(/ -chardev stdio,id=\w+,signal=off -serial chardev:\w+ /);
    expect((await play("", ["--dry-run"])).stdout).toContain(" -serial stdio ");
  });

  it("without it nothing can be typed", async () => {
    const line = `printf 'typed\\n' | exec "$0" "$@"`;
    const machine = `read -r word || word=nothing; echo "$word"; echo '${STARTED}'; exit 33`;
    expect((await play(machine, [], { line })).log).toBe(`nothing\n${STARTED}\n`);
  });
});
