/**
 * Boots every release of Limine, and the stub, on machines of several sizes, old and new, and prints a
 * Markdown table of how each boot ended; docs/testing.md keeps the last one.
 *
 *     LIMINE_DIRS=FOLDER[:FOLDER…] npm run test:table [-- --releases TEXT] [--sizes MB,…]
 *
 * `--releases` boots only loaders whose name holds TEXT. A cell is `pass`, with the seconds that the
 * boot took, or the panic or the verdict. The exit status is 1 if any boot failed.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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

const { values } = parseArgs({
  options: {
    releases: { type: "string", default: "" },
    sizes: { type: "string", default: "128,512,3072,4096,8192" },
  },
});
const sizes = values.sizes.split(",").map(Number);
if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
  console.error(`boot_table: --sizes takes mebibytes, like 128,512; not '${values.sizes}'`);
  process.exit(2);
}

/** The release in `directory`, by the version that its loader names. */
function limineIn(directory) {
  const bytes = readFileSync(join(directory, "BOOTX64.EFI"), "latin1");
  return { name: `Limine ${/Limine (\d+\.\d+\.\d+)/.exec(bytes)?.[1] ?? directory}`, directory };
}

const directories = (process.env.LIMINE_DIRS ?? "").split(":").filter(Boolean);
const loaders = [...directories.map((name) => limineIn(resolve(root, name))), { name: "stub" }];

/** Runs a script of this project; a loader's folder goes to it in LIMINE_DIR. */
function run(script, args, { directory } = {}) {
  const env = { ...process.env, LIMINE_DIR: directory ?? "" };
  return spawnSync(join(root, "scripts", script), args, { env, encoding: "utf8" });
}

const scratch = mkdtempSync(join(tmpdir(), "slopos-table-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

let failures = 0;

/** How a boot with `options` ended, as a cell of the table. */
function boot(loader, mebibytes, options) {
  const iso = join(scratch, "table.iso");
  const kind = loader.directory ? "limine" : "stub";
  const kernel = FULL.includes(mebibytes) ? ["--options", "selftest=full"] : [];
  const made = run("build_iso.sh", ["--loader", kind, "-o", iso, ...kernel], loader);
  if (made.status !== 0) throw new Error(made.stderr);
  const log = join(scratch, "boot.log");
  const args = [iso, `${LIMIT}`, "--memory", `${mebibytes}`, "--log", log, ...options];
  const begin = performance.now();
  const { status, stdout, stderr } = run("run_qemu_ovmf.sh", args);
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

const columns = [
  ...PROCESSORS.flatMap((cpu) => sizes.map((size) => `${size} MB, ${cpu}`)),
  ...OTHERS.map(({ title }) => title),
];
const rows = loaders
  .filter(({ name }) => name.includes(values.releases))
  .map((loader) => [
    loader.name,
    ...PROCESSORS.flatMap((cpu) => sizes.map((size) => boot(loader, size, ["--cpu", cpu]))),
    ...OTHERS.map(({ options, stub }) =>
      loader.directory || stub ? boot(loader, 512, options) : "not made for it",
    ),
  ]);

const line = (cells) => `| ${cells.join(" | ")} |`;
console.log([line(["loader", ...columns]), line(["---", ...columns.map(() => "---")])].join("\n"));
for (const row of rows) console.log(line(row));
process.exit(failures ? 1 : 0);
