/**
 * The real machines that come with the page: the project's own files of memory maps.
 */

/** Addresses of the files beside the page, by path. */
const FILES = import.meta.glob<string>("../../../test/memmaps/*.json", {
  query: "?url",
  import: "default",
  eager: true,
});

export interface BundledMachine {
  /** The file's name without its ending; part of the page's address. */
  readonly name: string;
  /** For a person. */
  readonly label: string;
  /** Where the map file is. */
  readonly address: string;
}

/** What the machines are called; one that is not here goes by its file's name. */
const LABELS: Readonly<Record<string, string>> = {
  "mac-macbookpro15-1": "MacBook Pro 2018, 16 GiB",
  "dell-r7625-768g-8node": "Dell PowerEdge R7625, 768 GiB, 8 nodes",
  "ovmf-q35-5g-efi-127": "QEMU q35 with UEFI, 5 GiB, 127 entries",
  "limine-ovmf-4g": "QEMU under Limine, 4 GiB",
  "limine-bios-2g-issue517-head": "QEMU with BIOS under Limine, 2 GiB",
  "xen-dom0-unaligned": "Xen dom0, 2 GiB, unaligned entries",
  "limine-ovmf-512m": "QEMU under Limine, 512 MiB",
  "qemu-i440fx-128m": "QEMU i440FX with SeaBIOS, 128 MiB",
  "limine-ovmf-128m": "QEMU under Limine, 128 MiB",
  "ppro-firebird-32m": "Pentium Pro, 32 MiB",
  "limine-pr288-sanitiser-synthetic": "Made up to be hostile: too small to boot",
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}

const ORDER = Object.keys(LABELS);

/** All machines, the ones with a label first and in its order. */
export const BUNDLED: readonly BundledMachine[] = Object.entries(FILES)
  .map(([path, address]) => ({
    name: nameOf(path),
    label: LABELS[nameOf(path)] ?? nameOf(path),
    address,
  }))
  .sort((a, b) => rank(a.name) - rank(b.name));

function rank(name: string): number {
  const place = ORDER.indexOf(name);
  return place < 0 ? ORDER.length : place;
}
