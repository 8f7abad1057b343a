/**
 * The workloads and the start-up in the guest: the kernel under the shim, in QEMU with `--icount`,
 * where a nanosecond is an instruction and every run gives the same figures.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REFERENCE, SUBJECT } from "./allocators.ts";
import { buildAotShim, buildEntry, buildPeerShim, runTool } from "./modules.ts";
import { type SpeedResult, type StartUpResult } from "./results.ts";
import { bootTimes, KERNEL, SHIM, SHIM_AOT } from "./start_up.ts";
import { summarise } from "../tools/judge/workloads/statistics.ts";
import { MEASURES, type Workload } from "../tools/judge/workloads/workloads.ts";

/** What the results call the workloads in the guest, by what runs them there. */
export const GUEST = "guest, instructions";
export const GUEST_AOT = "guest, aot, instructions";
export const GUEST_NATIVE = "guest, native C, instructions";

/** The engines whose figures are instructions, where the others' are nanoseconds. */
export const COUNTING_ENGINES: readonly string[] = [GUEST, GUEST_AOT, GUEST_NATIVE];

/** What they call its start-up, by what its clock counts and what runs the kernel. */
export const COUNTED = "QEMU, instructions";
export const COUNTED_AOT = "QEMU, aot, instructions";
export const EMULATED = "QEMU, real time";
export const EMULATED_AOT = "QEMU, aot, real time";

/** A guest. */
interface Guest {
  readonly mebibytes: number;
  readonly name: string;
  /** TCG's processors have 40 address bits unless told otherwise. */
  readonly cpu: string;
}

const SMALL: Guest = { mebibytes: 512, name: "512 MiB", cpu: "max" };

/** Guests whose start-up is counted. */
const GUESTS: readonly Guest[] = [
  SMALL,
  { mebibytes: 2 ** 16, name: "64 GiB", cpu: "max" },
  { mebibytes: 2 ** 20, name: "1 TiB", cpu: "max,phys-bits=46" },
];

/** Linear memory that lies in the shim's image, 64 KiB; the rest is new and has to be cleared. */
const FIRST_LINEAR_BYTES = 65536;

/** Boots whose start-up is timed; the median counts. */
const TIMED_BOOTS = 5;

/** Seconds that a boot may take; most of it the firmware's, minutes at 1 TiB. */
const SECONDS = "900";

/** Measures as `kernel_entry.ts` names them, in one word. */
function wordOf(id: string): string {
  return id.replaceAll(" ", "-");
}

/** What to boot. */
interface Boot {
  readonly module: string;
  /** The executable that runs it; that of the build for wasm3 if not given. */
  readonly shim?: string;
  /** The kernel's command line. */
  readonly options: string;
  readonly guest: Guest;
  /** True to count instructions instead of time. */
  readonly counts: boolean;
}

/** Builds an ISO in `folder`, boots it, and returns the log's lines. */
function bootIn(folder: string, { module, shim, options, guest, counts }: Boot): string[] {
  const iso = join(folder, "bench.iso");
  const log = join(folder, "bench.log");
  const files = ["--module", module, ...(shim ? ["--shim", shim] : [])];
  runTool("scripts/build_iso.sh", [...files, "--options", options, "-o", iso]);
  const machine = ["--memory", String(guest.mebibytes), "--cpu", guest.cpu, "--accel", "tcg"];
  const clock = counts ? ["--icount"] : [];
  runTool("scripts/run_qemu_ovmf.sh", [iso, SECONDS, ...machine, ...clock, "--log", log]);
  return readFileSync(log, "utf8").split("\n");
}

/** Boots, and leaves nothing behind. */
function boot(what: Boot): string[] {
  const folder = mkdtempSync(join(tmpdir(), "slopos-bench-"));
  try {
    return bootIn(folder, what);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the lines `bench: workload=…` of a log say, of `allocator` in `engine`. */
export function loggedSpeed(
  log: readonly string[],
  engine: string = GUEST,
  allocator: string = SUBJECT,
): SpeedResult[] {
  const frames = log.map((line) => / bench: frames=(\d+)$/.exec(line)).find((match) => match);
  return log.flatMap((line) => {
    const match = / bench: workload=(\S+) ns=(\d+) units=(\d+)$/.exec(line);
    const measure = MEASURES.find(({ id }) => wordOf(id) === match?.[1]);
    if (!match || !measure) return [];
    return [
      {
        engine,
        measure: measure.id,
        allocator,
        frames: Number(frames?.[1] ?? 0),
        time: summarise([Number(match[2]) / Number(match[3])]),
      },
    ];
  });
}

/**
 * Runs the workloads in a guest of 512 MiB: the kernel's allocators in both engines, and the
 * reference as machine code.
 */
export function measureInGuest(
  workloads: readonly Workload[],
  note: (text: string) => void,
): SpeedResult[] {
  const module = buildEntry("kernel_entry.ts", "bench_kernel");
  const names = workloads.map(({ measures }) => wordOf(measures[0]!.id.replace(" alloc", "")));
  const options = `bench=${names.join(",")}`;
  const workloadsIn = (engine: string, allocator: string, shim?: string) => {
    note(`${engine}: workloads`);
    const log = boot({ module, options, guest: SMALL, counts: true, ...(shim && { shim }) });
    return loggedSpeed(log, engine, allocator);
  };
  return [
    ...workloadsIn(GUEST, SUBJECT),
    ...workloadsIn(GUEST_AOT, SUBJECT, buildAotShim(module)),
    ...workloadsIn(GUEST_NATIVE, REFERENCE, buildPeerShim()),
  ];
}

/**
 * Microseconds in which the shim cleared what linear memory grew by, to `linearBytes`, before the
 * handoff: string instructions that count once for each 8 bytes, a nanosecond each.
 */
function clearing(linearBytes: number): number {
  return (linearBytes - FIRST_LINEAR_BYTES) / 8 / 1000;
}

/** Start-up of guests of every size, counted, and of the smallest in time. */
export function measureGuestStartUp(note: (text: string) => void): StartUpResult[] {
  return [
    ...startUpOf({ shim: SHIM, counted: COUNTED, timed: EMULATED }, note),
    ...startUpOf({ shim: SHIM_AOT, counted: COUNTED_AOT, timed: EMULATED_AOT }, note),
  ];
}

/** A shim, and what the results call the machines that it starts. */
interface Started {
  readonly shim: string;
  readonly counted: string;
  readonly timed: string;
}

function startUpOf(
  { shim, counted, timed }: Started,
  note: (text: string) => void,
): StartUpResult[] {
  const what = { module: KERNEL, shim, options: "" };
  const found = GUESTS.map((guest) => {
    note(`start-up: ${guest.name}, ${counted}`);
    const { linearBytes, ...times } = bootTimes(boot({ ...what, guest, counts: true }));
    return { machine: counted, memory: guest.name, ...times, clearing: clearing(linearBytes) };
  });
  note(`start-up: ${SMALL.name}, ${timed}`);
  const boots = Array.from({ length: TIMED_BOOTS }, () =>
    bootTimes(boot({ ...what, guest: SMALL, counts: false })),
  );
  const handoff = summarise(boots.map((times) => times.handoff)).median;
  const started = summarise(boots.map((times) => times.started)).median;
  return [...found, { machine: timed, memory: SMALL.name, handoff, started }];
}
