/**
 * scripts/get_limine.sh, with a release of a few bytes and a server on this machine: what is pinned is
 * installed, whole, and nothing else is unpacked.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type Server, createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { ROOT, type RunOptions, runScript, withDirectory, withPathLacking } from "./scripts.ts";

const FILES = ["BOOTX64.EFI", "LICENSE", "limine-bios-cd.bin", "limine-bios.sys"].concat(
  "limine-uefi-cd.bin",
);

/** What is in a file; long enough to be taken for a boot sector. */
const contents = (file: string) => `contents of ${file}\n`.repeat(200);

/** A release as it is packed: what is used, and a file that is not. */
function makeArchive(): Promise<Buffer> {
  return withDirectory((work) => {
    mkdirSync(join(work, "limine-binary"));
    for (const file of [...FILES, "Makefile"]) {
      writeFileSync(join(work, "limine-binary", file), contents(file));
    }
    execFileSync("tar", ["-C", work, "-cJf", join(work, "a.tar.xz"), "limine-binary"]);
    return Promise.resolve(readFileSync(join(work, "a.tar.xz")));
  });
}

const archive = await makeArchive();
const half = archive.length >> 1;

/** Requests that the server got: path and range. */
let requests: string[] = [];

/** Answers by the first word of the path; what is under /good has ranges. */
const server: Server = createServer((request, response) => {
  const { url = "", headers } = request;
  requests.push(`${url} ${headers.range ?? "whole"}`);
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const range = { "content-range": `bytes ${from}-${archive.length - 1}/${archive.length}` };
  if (url === "/good" && from >= archive.length) response.writeHead(416).end();
  else if (url === "/good" && from) response.writeHead(206, range).end(archive.subarray(from));
  else if (url === "/good" || url === "/whole") response.writeHead(200).end(archive);
  else if (url === "/moved") response.writeHead(302, { location: "/good" }).end();
  else if (url === "/wrong") response.writeHead(200).end("<html>Sign in to this network</html>");
  else if (url === "/cut") {
    response.writeHead(200, { "content-length": archive.length });
    response.write(archive.subarray(0, half), () => response.destroy());
  } else if (url === "/slow") {
    response.writeHead(200, { "content-length": archive.length });
    response.write(archive.subarray(0, half));
  } else response.writeHead(404).end("nothing here");
});

let origin = "";

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Calls `use` with a checkout whose get_limine.sh pins the release above. */
function withPin(use: (root: string) => Promise<void>): Promise<void> {
  const script = readFileSync(join(ROOT, "scripts/get_limine.sh"), "utf8");
  const hash = createHash("sha256").update(archive).digest("hex");
  requests = [];
  return withScripts(
    { "scripts/get_limine.sh": script.replace(/^(readonly SHA256=).*$/m, `$1${hash}`) },
    use,
  );
}

const noProxy = { http_proxy: "", https_proxy: "", ALL_PROXY: "", no_proxy: "*" };

function get(root: string, args: readonly string[], options: RunOptions = {}) {
  return runScript("get_limine", args, { root, ...options, env: { ...noProxy, ...options.env } });
}

function expectInstalled(root: string): void {
  expect(readdirSync(root).sort()).toEqual(["limine", "scripts"]);
  expect(readdirSync(join(root, "limine")).sort()).toEqual([...FILES, "VERSION"].sort());
  for (const file of FILES) {
    expect(readFileSync(join(root, "limine", file), "utf8")).toBe(contents(file));
  }
}

/** What is left of a run that failed: the scripts, and a download that can be continued. */
function left(root: string): string[] {
  return readdirSync(root).filter((name) => name !== "scripts");
}

describe("the release is installed", () => {
  it.each(["/good", "/moved", "/whole"])("from a server, %s", (path) =>
    withPin(async (root) => {
      const { status, stderr } = await get(root, ["--from", origin + path]);
      expect(stderr).toMatch(/^get_limine: Limine \d+\.\d+\.\d+ is in .*\/limine\n$/m);
      expect(status).toBe(0);
      expectInstalled(root);
      const before = requests.length;
      expect(await get(root, ["--from", origin + path])).toEqual({
        status: 0,
        stdout: "",
        stderr: "",
      });
      expect(requests).toHaveLength(before);
    }),
  );

  it("from a file and from a directory, as build_iso.sh finds it", () =>
    withPin((root) =>
      withDirectory(async (work) => {
        const file = join(work, "limine-binary.tar.xz");
        writeFileSync(file, archive);
        for (const from of [file, work]) {
          expect(await get(root, ["--from", from])).toMatchObject({ status: 0 });
          expectInstalled(root);
          rmSync(join(root, "limine"), { recursive: true });
        }
        await get(root, ["--from", file]);
        for (const name of [
          ...["builddir/shim.elf", "builddir/kernel.wasm", "builddir/THIRD-PARTY.txt"],
          ...["iso/limine.conf", "LICENSE"],
        ]) {
          mkdirSync(join(root, name, ".."), { recursive: true });
          writeFileSync(join(root, name), "/SlopOS\n");
        }
        const iso = join(work, "a.iso");
        const { stderr } = await runScript("build_iso", ["-o", iso], { root });
        expect(stderr).toContain("loader limine");
      }),
    ));

  it("again where a file of it is missing or another release is there", () =>
    withPin(async (root) => {
      await get(root, ["--from", `${origin}/good`]);
      for (const file of FILES) {
        rmSync(join(root, "limine", file));
        expect(await get(root, ["--from", `${origin}/good`])).toMatchObject({ status: 0 });
        expectInstalled(root);
      }
      writeFileSync(join(root, "limine/VERSION"), "1.0.0 abc\n");
      expect(await get(root, ["--from", `${origin}/good`])).toMatchObject({ status: 0 });
      expectInstalled(root);
    }));

  it.each(["", contents("BOOTX64.EFI").replace("f", "g")])(
    "again where a file is damaged",
    (text) =>
      withPin(async (root) => {
        await get(root, ["--from", `${origin}/good`]);
        writeFileSync(join(root, "limine/BOOTX64.EFI"), text);
        expect(await get(root, ["--from", `${origin}/good`])).toMatchObject({ status: 0 });
        expectInstalled(root);
      }),
  );

  it.each([
    ["before it was unpacked", ["a"]],
    ["between taking the old one away and putting the new one in place", ["previous/VERSION"]],
  ])("after a run that was killed %s", (_, files) =>
    withPin(async (root) => {
      for (const file of files.map((name) => join(root, ".limine.abcdef", name))) {
        mkdirSync(join(file, ".."), { recursive: true });
        writeFileSync(file, "1.0.0 abc\n");
      }
      expect(await get(root, ["--from", `${origin}/gone`])).toMatchObject({ status: 1 });
      expect(left(root)).toEqual(files[0] === "a" ? [] : ["limine"]);
      expect(await get(root, ["--from", `${origin}/good`])).toMatchObject({ status: 0 });
      expectInstalled(root);
    }),
  );

  it("once by two runs at a time", () =>
    withPin(async (root) => {
      const runs = [1, 2, 3].map(() => get(root, ["--from", `${origin}/good`]));
      for (const { status } of await Promise.all(runs)) expect(status).toBe(0);
      expectInstalled(root);
      expect(requests).toEqual(["/good whole"]);
    }));
});

describe("a download that was cut", () => {
  it.each(["/good", "/whole"])("is continued, or begun again, from %s", (path) =>
    withPin(async (root) => {
      const { status, stderr } = await get(root, ["--from", `${origin}/cut`]);
      expect(stderr).toMatch(/could not be downloaded: .*; the next run continues it/);
      expect(status).toBe(1);
      expect(left(root)).toEqual([expect.stringMatching(/^\.limine-.*\.part$/)]);
      expect(await get(root, ["--from", origin + path])).toMatchObject({ status: 0 });
      expect(requests[1]).toBe(`${path} bytes=${half}-`);
      expectInstalled(root);
    }),
  );

  it("by the time limit is continued", () =>
    withPin(async (root) => {
      const args = ["--from", `${origin}/slow`, "--seconds", "2"];
      const { status, stderr } = await get(root, args);
      expect(stderr).toMatch(/could not be downloaded: .*tim.*; the next run continues it/);
      expect(status).toBe(1);
      expect(await get(root, ["--from", `${origin}/good`])).toMatchObject({ status: 0 });
      expect(requests[1]).toBe(`/good bytes=${half}-`);
    }));

  it.each([half, archive.length, archive.length + 9])(
    "whose %i bytes are another file's is begun again",
    (length) =>
      withPin(async (root) => {
        await get(root, ["--from", `${origin}/cut`]);
        const [name = ""] = left(root);
        writeFileSync(join(root, name), Buffer.alloc(length, "x"));
        expect(await get(root, ["--from", `${origin}/good`])).toMatchObject({ status: 0 });
        expectInstalled(root);
      }),
  );

  it("after its last byte needs no network", () =>
    withPin(async (root) => {
      await get(root, ["--from", `${origin}/cut`]);
      writeFileSync(join(root, left(root)[0]!), archive);
      expect(await get(root, ["--from", `${origin}/gone`])).toMatchObject({ status: 0 });
      expect(requests).toHaveLength(1);
      expectInstalled(root);
    }));
});

describe("nothing is unpacked, and it is said why,", () => {
  it.each([
    ["where something else is served", "/wrong", /is not Limine .*: its SHA-256 is [0-9a-f]{64},/],
    ["where nothing is served", "/gone", /could not be downloaded: .*404/],
  ])("%s", (_, path, message) =>
    withPin(async (root) => {
      const { status, stderr } = await get(root, ["--from", origin + path]);
      expect(stderr).toMatch(message);
      expect(status).toBe(1);
      expect(left(root)).toEqual([]);
    }),
  );

  it("where the network does not answer", () =>
    withPin(async (root) => {
      for (const from of ["http://127.0.0.1:1/a", "http://no-such-host.invalid/a"]) {
        const { status, stderr } = await get(root, ["--from", from]);
        expect(stderr).toMatch(/could not be downloaded: curl: \(\d+\)/);
        expect(status).toBe(1);
        expect(left(root)).toEqual([]);
      }
    }));

  it("where a file is cut, or has one bit changed", () =>
    withPin((root) =>
      withDirectory(async (work) => {
        const file = join(work, "limine-binary.tar.xz");
        const changed = Buffer.from(archive);
        changed[half]! ^= 1;
        for (const bytes of [changed, archive.subarray(0, half), Buffer.alloc(0)]) {
          writeFileSync(file, bytes);
          const { status, stderr } = await get(root, ["--from", file]);
          expect(stderr).toContain(`${file} is not Limine`);
          expect(status).toBe(1);
          expect(left(root)).toEqual([]);
        }
      }),
    ));

  it("where the old one is kept", () =>
    withPin(async (root) => {
      await get(root, ["--from", `${origin}/good`]);
      writeFileSync(join(root, "limine/VERSION"), "1.0.0 abc\n");
      for (const path of ["/wrong", "/gone"]) {
        expect(await get(root, ["--from", origin + path])).toMatchObject({ status: 1 });
        expect(existsSync(join(root, "limine/BOOTX64.EFI"))).toBe(true);
      }
    }));

  it("where limine/ is a link to nothing", () =>
    withPin(async (root) => {
      symlinkSync("/nowhere", join(root, "limine"));
      const { status, stderr } = await get(root, ["--from", `${origin}/good`]);
      expect(stderr).toMatch(/limine is there and not from this script; move it away/);
      expect(status).toBe(3);
      expect(requests).toEqual([]);
    }));

  it("where limine/ is somebody's own", () =>
    withPin(async (root) => {
      mkdirSync(join(root, "limine"));
      writeFileSync(join(root, "limine/mine"), "mine");
      const { status, stderr } = await get(root, ["--from", `${origin}/good`]);
      expect(stderr).toMatch(/limine is there and not from this script; move it away/);
      expect(status).toBe(3);
      expect(readdirSync(join(root, "limine"))).toEqual(["mine"]);
    }));

  it.each([
    ["tar", "tar"],
    ["xz", "xz-utils"],
    ["curl", "curl"],
  ])("where %s is missing", (tool, name) =>
    withPin((root) =>
      withPathLacking([tool], async (PATH) => {
        const args = ["--from", `${origin}/good`];
        const { status, stderr } = await get(root, args, { env: { PATH } });
        expect(stderr).toContain(`${tool} is not installed; `);
        expect(stderr).toContain(`package ${name}`);
        expect(status).toBe(3);
      }),
    ),
  );

  it.each([
    [["--from"], /--from needs a value/, 2],
    [["--from", "ftp://a/b"], /--from takes http and https/, 2],
    [["--from", "/nowhere/a.tar.xz"], /\/nowhere\/a\.tar\.xz is not there/, 3],
    [["--from", "/usr"], /\/usr has no limine-binary\.tar\.xz; .*LIMINE_DIR/, 3],
    [["--seconds", "0"], /--seconds must be/, 2],
    [["--frobnicate"], /unknown argument/, 2],
  ])("with %j", (args, message, expected) =>
    withPin(async (root) => {
      const { status, stderr } = await get(root, args);
      expect(stderr).toMatch(message);
      expect(status).toBe(expected);
      expect(left(root)).toEqual([]);
    }),
  );
});

describe("boot.sh", () => {
  const NOTHING = "#!/bin/sh\n";
  const SHOWS = '#!/bin/sh\necho "$0 $*"\n';
  const steps = {
    "scripts/setup.sh": NOTHING,
    "scripts/build.sh": NOTHING,
    "scripts/build_iso.sh": NOTHING,
    "scripts/run_qemu_ovmf.sh": NOTHING,
  };
  const here = { LIMINE_DIR: undefined };

  it("gets Limine where there is none, and goes on with the stub if it cannot", () =>
    withScripts({ ...steps, "scripts/get_limine.sh": `${SHOWS}exit 1\n` }, async (root) => {
      const { status, stdout, stderr } = await runScript("boot", [], { root, env: here });
      expect(stdout).toMatch(/get_limine\.sh --seconds 60\n$/);
      expect(stderr).toContain("boot: going on with the stub loader, since there is no Limine\n");
      expect(status).toBe(0);
    }));

  it("does not where there is one, or where the stub is asked for", () =>
    withScripts({ ...steps, "scripts/get_limine.sh": SHOWS }, async (root) => {
      const stub = await runScript("boot", ["--loader", "stub"], { root, env: here });
      expect(stub).toMatchObject({ status: 0, stdout: "" });
      mkdirSync(join(root, "limine"));
      for (const file of FILES) writeFileSync(join(root, "limine", file), "something");
      expect(await runScript("boot", [], { root, env: here })).toMatchObject({ stdout: "" });
    }));
});
