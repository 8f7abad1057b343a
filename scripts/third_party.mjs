/**
 * Writes THIRD-PARTY.txt: what of others is in the files that the build makes, and its licences, taken
 * from the packages that it comes in.
 *
 *     node scripts/third_party.mjs OUTPUT
 *
 * The build puts it into builddir/, scripts/build_iso.sh into the ISO, where it adds Limine's. The npm
 * package has one of its own (scripts/make_package.mjs), made by the functions here.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const HEAD = `What is in these files besides the project's own code, which is under the license in LICENSE, and
the licences of those parts, as the packages have them that they come in.
`;

function nodeFile(name, file) {
  return readFileSync(join(root, "node_modules", name, file), "utf8");
}

/** The part that comes from the Node package `name`; `where` says in which files it is. */
export function nodePart(name, where) {
  const { version } = JSON.parse(nodeFile(name, "package.json"));
  const text = ["LICENSE", "LICENSE.md", "LICENCE", "NOTICE"]
    .filter((file) => existsSync(join(root, "node_modules", name, file)))
    .map((file) => nodeFile(name, file));
  if (!text.length) throw new Error(`node_modules/${name} has no license`);
  return { name: `${name} ${version}`, where, text: text.join("\n") };
}

/** The licence of the package itself, where Debian's file about it only says where it is. */
function commonLicence(text) {
  const [, licence] = /^Files: \*\n(?:.*\n)*?License: (\S+)$/m.exec(text) ?? [];
  const place = `/usr/share/common-licenses/${licence}`;
  return text.includes(place) && existsSync(place) ? `\n${readFileSync(place, "utf8")}` : "";
}

/** What distributions have of the licence of a package: Debian, then Fedora and Arch. */
function systemLicence(name) {
  const places = [
    `/usr/share/doc/${name}/copyright`,
    `/usr/share/licenses/${name.replace(/-dev$/, "")}/COPYRIGHT`,
    `/usr/share/licenses/${name.replace(/-dev$/, "")}/LICENSE`,
  ];
  const place = places.find(existsSync);
  if (!place) {
    return `Its licence was not on the machine that built this; it was looked for in ${places.join(", ")}.\n`;
  }
  const text = readFileSync(place, "utf8");
  return text + commonLicence(text);
}

/** The part that comes from a package of the system. */
function systemPart(name, where) {
  return { name, where, text: systemLicence(name) };
}

/** wasm3, whose own notice is in its sources; the licence is that of the package around it. */
function wasm3Part() {
  const notice = [...nodeFile("wasm3", "cpp/wasm3.h").matchAll(/^\/\/ {2}(.+)$/gm)];
  const part = nodePart("wasm3", "shim.elf and shim-aot.elf");
  return { ...part, text: `${notice.map(([, line]) => line).join("\n")}\n\n${part.text}` };
}

/** What is in the kernel of others, and hence in the `files` that have it. */
export const KERNEL_PARTS = (files) => [
  nodePart("assemblyscript", `${files}: parts of its standard library`),
];

/** What is in the files of builddir/. */
const buildParts = () => [
  ...KERNEL_PARTS("kernel.wasm and shim-aot.elf"),
  wasm3Part(),
  systemPart("musl-dev", "shim.elf and shim-aot.elf: parts of its C library"),
  systemPart("fonts-spleen", "shim.elf and shim-aot.elf: the letters on the screen"),
  systemPart("wabt", "shim-aot.elf: what wasm2c writes besides the kernel's translation"),
  systemPart("gnu-efi", "BOOTX64.EFI: its declarations of UEFI's interfaces"),
];

/** The file about `parts`. */
export function thirdPartyText(parts) {
  const chapters = parts.map(({ name, where, text }) => {
    const rule = "=".repeat(78);
    return `${rule}\n${name}\nin ${where}\n${rule}\n\n${text.trimEnd()}\n`;
  });
  return [HEAD, ...chapters].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [output] = process.argv.slice(2);
  if (!output) {
    console.error("usage: node scripts/third_party.mjs OUTPUT");
    process.exit(2);
  }
  writeFileSync(output, thirdPartyText(buildParts()));
}
