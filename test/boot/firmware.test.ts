/** UEFI firmware is found where each distribution keeps it; a folder plays the root of the system. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./scripts.ts";

/** What find_firmware finds in a system whose root is `root`, or what it says. */
function find(root: string): string {
  const line = `
    source scripts/common.sh
    source scripts/qemu_command.sh
    eval "real_$(declare -f firmware_places)"
    firmware_places() { real_firmware_places | sed 's|/[^ ]*|'"$ROOT_FOLDER"'&|g'; }
    (find_firmware && echo "$firmware_code $firmware_vars") 2>&1 || true`;
  const env = { ...process.env, ROOT_FOLDER: root, OVMF_CODE: "", OVMF_VARS: "" };
  return execFileSync("bash", ["-c", line], { cwd: ROOT, env, encoding: "utf8" })
    .replaceAll(root, "")
    .trim();
}

/** Calls `use` with a root folder that has `files`; no space is in its path, as in none of theirs. */
function withFiles(files: readonly string[], use: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "slopos-root-"));
  try {
    for (const file of files) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      writeFileSync(join(root, file), "firmware");
    }
    use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

it.each([
  ["Debian", "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"],
  ["Fedora", "/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"],
  ["Arch", "/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"],
  ["openSUSE", "/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"],
  [
    "Homebrew on Apple's processors",
    "/opt/homebrew/share/qemu/edk2-x86_64-code.fd",
    "/opt/homebrew/share/qemu/edk2-i386-vars.fd",
  ],
  [
    "Homebrew on Intel's",
    "/usr/local/share/qemu/edk2-x86_64-code.fd",
    "/usr/local/share/qemu/edk2-i386-vars.fd",
  ],
])("on %s", (_, code, variables) => {
  withFiles([code, variables], (root) => expect(find(root)).toBe(`${code} ${variables}`));
  withFiles([code], (root) => expect(find(root)).toContain("is not installed"));
});
