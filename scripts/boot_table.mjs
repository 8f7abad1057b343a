/**
 * Boots every release of Limine, and the stub, on machines of several sizes, old and new, and prints a
 * Markdown table of how each boot ended; docs/testing.md keeps the last one.
 *
 *     LIMINE_DIRS=FOLDER[:FOLDER…] npm run test:table [-- --releases TEXT] [--sizes MB,…]
 *
 * `--releases` boots only loaders whose name holds TEXT. A cell is `pass`, with the seconds that the
 * boot took, or the panic or the verdict. The exit status is 1 if any boot failed, 2 if there is nothing
 * to boot, 3 if no ISO could be made, and a signal's if one ends it, with all that it has started.
 */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { once } from "node:events";
import { dirname, join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Seconds that a boot may take; a full self-test of 4 GiB is the longest. */
const LIMIT = 300;

const PROCESSORS = ["max", "qemu64"];

/** Sizes whose boots try every frame. */
const FULL = [512, 4096];

/** Boots of 512 MB besides those from a CD under UEFI; the stub is a UEFI program. */
const OTHERS = [
  { title: "BIOS, CD", options: ["--bios"], stub: false },
  { title: "UEFI, USB disk", options: ["--usb"], stub: true },
];

/** Ends with `status` after one line. */
function fail(status, message) {
  console.error(`boot_table: ${message}`);
  process.exit(status);
}

/** What the arguments say. */
function readArguments() {
  try {
    return parseArgs({
      options: {
        releases: { type: "string", default: "" },
        sizes: { type: "string", default: "128,512,3072,4096,8192" },
      },
    }).values;
  } catch (error) {
    return fail(2, error.message);
  }
}

const values = readArguments();
const sizes = values.sizes.split(",").map(Number);
if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
  fail(2, `--sizes takes mebibytes, like 128,512; not '${values.sizes}'`);
}

/** The release in `directory`, by the version that its loader names. */
function limineIn(directory) {
  const file = join(directory, "BOOTX64.EFI");
  if (!existsSync(file)) fail(2, `${file} is not there; each folder in LIMINE_DIRS must have it`);
  const bytes = readFileSync(file, "latin1");
  return { name: `Limine ${/Limine (\d+\.\d+\.\d+)/.exec(bytes)?.[1] ?? directory}`, directory };
}

const directories = (process.env.LIMINE_DIRS ?? "").split(":").filter(Boolean);
const loaders = [
  ...directories.map((name) => limineIn(resolve(root, name))),
  { name: "stub" },
].filter(({ name }) => name.includes(values.releases));
if (!loaders.length) fail(2, `no loader has '${values.releases}' in its name; see LIMINE_DIRS`);

/** The script that runs, if one does. */
let running;

/** Runs a script of this project to its end; a loader's folder goes to it in LIMINE_DIR. */
async function run(script, args, { directory } = {}) {
  const env = { ...process.env, LIMINE_DIR: directory ?? "" };
  const stdio = ["ignore", "pipe", "pipe"];
  running = spawn(join(root, "scripts", script), args, { env, stdio });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    running[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  }
  const [status] = await once(running, "close");
  running = undefined;
  return { status, ...said };
}

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGQUIT", 131],
  ["SIGTERM", 143],
  ["SIGHUP", 143],
]) {
  process.once(signal, () => {
    if (!running) process.exit(status);
    running.once("close", () => process.exit(status));
    running.kill();
  });
}

const scratch = mkdtempSync(join(tmpdir(), "slopos-table-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

let failures = 0;

/** How a boot with `options` ended, as a cell of the table. */
async function boot(loader, mebibytes, options) {
  const iso = join(scratch, "table.iso");
  const kind = loader.directory ? "limine" : "stub";
  const kernel = FULL.includes(mebibytes) ? ["--options", "selftest=full"] : [];
  const made = await run("build_iso.sh", ["--loader", kind, "-o", iso, ...kernel], loader);
  if (made.status !== 0) fail(3, `there is no ISO for ${loader.name}: ${made.stderr.trim()}`);
  const log = join(scratch, "boot.log");
  const args = [iso, `${LIMIT}`, "--memory", `${mebibytes}`, "--log", log, ...options];
  const begin = performance.now();
  const { status, stdout, stderr } = await run("run_qemu_ovmf.sh", args);
  const seconds = Math.round((performance.now() - begin) / 1000);
  if (status !== 0) failures += 1;
  const panic = /^PANIC: .*/m.exec(stdout)?.[0];
  const verdict =
    stderr
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/;? see .*$/, "") ?? "";
  const cell = status === 0 ? `pass, ${seconds} s` : (panic ?? verdict).replaceAll("|", "\\|");
  console.error(`${loader.name}, ${mebibytes} MB, ${options.join(" ")}: ${cell}`);
  return cell;
}

const machines = [
  ...PROCESSORS.flatMap((cpu) =>
    sizes.map((size) => ({
      title: `${size} MB, ${cpu}`,
      size,
      options: ["--cpu", cpu],
      stub: true,
    })),
  ),
  ...OTHERS.map((other) => ({ size: 512, ...other })),
];

/** The cells of a loader's row, one boot after the other. */
async function row(loader) {
  const cells = [loader.name];
  for (const { size, options, stub } of machines) {
    const fits = loader.directory || stub;
    cells.push(fits ? await boot(loader, size, options) : "not made for it");
  }
  return cells;
}

const rows = [];
for (const loader of loaders) rows.push(await row(loader));

const line = (cells) => `| ${cells.join(" | ")} |`;
const titles = ["loader", ...machines.map(({ title }) => title)];
console.log([line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n"));
process.exit(failures ? 1 : 0);
