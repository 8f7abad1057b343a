/**
 * Builds the fuzz targets for this machine: the project's C and wasm3 under AddressSanitizer, and
 * the project's own also under UndefinedBehaviorSanitizer. ninja rebuilds what has changed.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Where the programs are, one for each target. */
export const OUTPUT = join(ROOT, "builddir/fuzz");

const WASM3 = "node_modules/wasm3/cpp";
const WASM3_FLAGS = `-isystem ${WASM3} -Dd_m3RecordBacktraces=1`;

const COMMON = "-g -O1 -fno-omit-frame-pointer -iquote iso/stub -iquote shim -iquote test/fuzz";
const OWN = `${COMMON} -std=gnu17 -Wall -Wextra -Wno-unused-parameter -Werror`;
const SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all";

/** For libFuzzer's targets: counts the branches that an input takes. */
const FUZZED = `${OWN} ${SANITIZERS} -fsanitize=fuzzer-no-link`;

/** The shim on the host; host_machine.c says what each change is for. */
const HOSTED = `${OWN} ${WASM3_FLAGS} -D_GNU_SOURCE -include test/fuzz/host_cpu.h`;
const SHIM = `${HOSTED} ${SANITIZERS} -D__real_m3_Realloc_Impl=host_realloc`;

/**
 * The imports read and write physical memory where the kernel says. They are in a section of their
 * own, by which a fault of theirs is known, and AddressSanitizer does not look at them.
 */
const IMPORTS = `${HOSTED} -include test/fuzz/imports_section.h`;

/** wasm3 has undefined behaviour of the harmless kind: unaligned accesses, function types. */
const RUNTIME = `${COMMON} ${WASM3_FLAGS} -std=gnu11 -w -fsanitize=address`;

const WRAPPED = [
  "m3_Realloc_Impl",
  "m3_Malloc_Impl",
  "m3_ParseModule",
  "m3_LoadModule",
  "m3_FindFunction",
  "linear_memory_commit",
];

const stub = (...names) => names.map((name) => [`iso/stub/${name}.c`, FUZZED]);
const shim = (...names) => names.map((name) => [`shim/${name}.c`, FUZZED]);
const target = (name) => [`test/fuzz/fuzz_${name}.c`, FUZZED];
const m3 = (...names) => names.map((name) => [`${WASM3}/m3_${name}.c`, RUNTIME]);

const FUZZER = "-fsanitize=fuzzer,address,undefined";

/** The screen's letters, as the build made them. */
const FONT = "builddir/spleen.c";
const SCREEN = ["cell_grid", "font", "page_walk", "terminal"];

/** Program: its sources with their flags, and the flags that link it. */
const PROGRAMS = {
  config: [[target("config"), ...stub("config")], FUZZER],
  elf: [[target("elf"), ...stub("elf", "requests")], FUZZER],
  memory_map: [[target("memory_map"), ...stub("memory_map")], FUZZER],
  requests: [[target("requests"), ...stub("requests")], FUZZER],
  paging: [[target("paging"), ...stub("paging")], FUZZER],
  boot_info: [[target("boot_info")], FUZZER],
  clock: [[target("clock")], FUZZER],
  keyboard: [[target("keyboard")], FUZZER],
  screen: [[target("screen"), ...shim(...SCREEN), [FONT, FUZZED]], FUZZER],
  blake2b_lines: [
    [
      ["test/fuzz/blake2b_lines.c", `${OWN} ${SANITIZERS}`],
      ["iso/stub/blake2b.c", `${OWN} ${SANITIZERS}`],
    ],
    SANITIZERS,
  ],
  module_host: [
    [
      ["test/fuzz/module_host.c", HOSTED],
      ["test/fuzz/host_machine.c", HOSTED],
      ["shim/imports.c", IMPORTS],
      ...[
        ...SCREEN,
        "calendar",
        "console",
        "key_codes",
        "keyboard",
        "linear_memory",
        "machine_end",
        "program_memory",
        "random",
        "screen",
        "wasm3/backtrace",
        "wasm3/memory_hook",
        "wasm3/module_check",
        "wasm3/raw_imports",
        "wasm3/wasm3_engine",
      ].map((name) => [`shim/${name}.c`, SHIM]),
      [FONT, SHIM],
      ...m3(
        "bind",
        "code",
        "compile",
        "core",
        "env",
        "exec",
        "function",
        "info",
        "module",
        "parse",
      ),
    ],
    `${SANITIZERS} -lm ${WRAPPED.map((name) => `-Wl,--wrap=${name}`).join(" ")}`,
  ],
};

/** ninja's file: one object for each source of each program, so that flags never mix. */
function ninjaFile() {
  const lines = [
    "builddir = builddir/fuzz",
    "rule cc",
    "  command = clang $flags -MD -MF $out.d -c $in -o $out",
    "  depfile = $out.d",
    "  deps = gcc",
    "rule ld",
    "  command = clang $in $flags -o $out",
  ];
  for (const [program, [sources, link]] of Object.entries(PROGRAMS)) {
    const objects = sources.map(([source, flags]) => {
      const object = `builddir/fuzz/objects/${program}/${source.replaceAll("/", "_")}.o`;
      lines.push(`build ${object}: cc ${source}`, `  flags = ${flags}`);
      return object;
    });
    lines.push(`build builddir/fuzz/${program}: ld ${objects.join(" ")}`, `  flags = ${link}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Builds all of them; false, and the reason on standard error, if that fails. */
export function build() {
  mkdirSync(OUTPUT, { recursive: true });
  const file = join(OUTPUT, "build.ninja");
  writeFileSync(file, ninjaFile());
  const { status, stdout, error } = spawnSync("ninja", ["-f", file, "--quiet"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status === 0) return true;
  console.error(error?.message ?? stdout);
  console.error("fuzz: error: cannot build; scripts/setup.sh installs what is needed");
  return false;
}
