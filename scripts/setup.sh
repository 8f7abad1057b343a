#!/usr/bin/env bash
# Installs what building, booting and testing need and what is not there yet: system packages with
# apt, Node packages with npm. Where everything is in place it changes nothing.
#
# usage: scripts/setup.sh [--list]
#
#   --list   print every package with its reason and install nothing
#
# System packages need root or sudo. On a system without apt install their equivalents by hand and
# set SLOPOS_SYSTEM_PACKAGES=provided; then only the Node packages are installed.
#
# exit status: 0 all there, 1 an installation failed, 2 wrong arguments, 3 cannot install here
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname -- "$0")/common.sh"

# One package a line: its Debian name and what it is for.
readonly SYSTEM_PACKAGES="\
clang             compiles the shim and the stub loader
lld               links them: ELF for the shim, PE for the stub loader
libclang-rt-dev   clang's sanitizers and libFuzzer, under which tests run the C sources
meson             describes the build
ninja-build       runs the build
musl-dev          libc.a, the C library under wasm3 in the shim
gnu-efi           headers of UEFI's interfaces for the stub loader
xorriso           writes the ISO
mtools            writes the FAT image in it, without mounting anything
qemu-system-x86   the machine that boots the ISO
ovmf              its UEFI firmware
clang-format      checks the style of the C sources
chromium          the browser in which tests use the explorer
wabt              wasm2c, ahead-of-time compiled wasm as a reference for the benchmarks"

# The same for npm; package.json pins the versions.
readonly NODE_PACKAGES="\
assemblyscript            compiles the kernel to WebAssembly
wasm3                     C source of the runtime that the shim embeds
vitest                    runs the tests
fast-check                generates and shrinks the inputs of property tests
typescript                checks types
@types/node               types of Node's interfaces, for tests and tools
eslint                    finds mistakes in TypeScript
typescript-eslint         lets eslint read TypeScript
prettier                  checks the layout of TypeScript
assemblyscript-prettier   lets prettier read AssemblyScript's decorators
commander                 reads the arguments of the slopos command
picocolors                its colours, where the terminal shows them
tsx                       runs tools that are written in TypeScript under Node 20
vite                      bundles the explorer for the browser
preact                    the explorer's components
uplot                     its plot of fragmentation over time
playwright-core           drives the browser in tests
axe-core                  checks the page's accessibility in tests
vega-lite                 describes the plot of the benchmark's results
vega                      draws it"

# The first word of each line of standard input.
names() {
    awk '{ print $1 }'
}

indent() {
    sed 's/^/    /'
}

# Prints the lines of SYSTEM_PACKAGES whose package is not installed.
missing_system_packages() {
    local wanted installed
    [ "${SLOPOS_SYSTEM_PACKAGES-}" != provided ] || return 0
    mapfile -t wanted < <(names <<<"$SYSTEM_PACKAGES")
    # dpkg-query fails if it does not know a name; the names it knows are printed all the same.
    installed=$(dpkg-query -W -f='${db:Status-Abbrev}|${Package}\n' "${wanted[@]}" 2>/dev/null |
        sed -n 's/^ii *|//p') || true
    awk 'NR == FNR { installed[$1]; next } !($1 in installed)' <(echo "$installed") - \
        <<<"$SYSTEM_PACKAGES"
}

# as_root COMMAND...: runs it with the rights to install packages.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# apt-get update does not wait for another process that holds the lists, hence the retries.
update_package_lists() {
    local attempt
    for attempt in 1 2 3 4 5; do
        as_root apt-get -q update && return
        say "apt-get update failed (attempt $attempt of 5)"
        sleep $((attempt * 2))
    done
    say "going on with the package lists as they are"
}

install_system_packages() {
    local missing packages
    missing=$(missing_system_packages)
    [ -n "$missing" ] || return 0
    mapfile -t packages < <(names <<<"$missing")

    say "installing these system packages:"
    indent <<<"$missing" >&2
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "$STATUS_MISSING" \
            "neither root nor sudo; have root run: apt-get install ${packages[*]}"
    fi
    update_package_lists
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "${packages[@]}" ||
        fail 1 "apt-get could not install: ${packages[*]}"
}

# True if node_modules holds what package-lock.json pins: each package present in that version, and
# nothing else. npm notes what it installed in node_modules/.package-lock.json; packages for other
# platforms are optional and absent from it.
node_packages_are_current() {
    node --input-type=module - <<'SCRIPT'
import { existsSync, readFileSync } from "node:fs";
const read = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
if (!existsSync("node_modules/.package-lock.json")) process.exit(1);
const wanted = read("package-lock.json");
const installed = read("node_modules/.package-lock.json");
const same = (a, b) => a?.version === b?.version && a?.integrity === b?.integrity;
const current =
  Object.entries(wanted).every(
    ([path, entry]) =>
      path === "" ||
      (installed[path] ? same(installed[path], entry) && existsSync(path) : entry.optional),
  ) && Object.keys(installed).every((path) => path in wanted);
process.exit(current ? 0 : 1);
SCRIPT
}

install_node_packages() {
    node_packages_are_current && return
    say "installing these Node packages, in the versions that package-lock.json pins:"
    indent <<<"$NODE_PACKAGES" >&2
    # All of them are development dependencies: NODE_ENV=production must not leave them out.
    npm ci --include=dev --no-audit --no-fund || fail 1 "npm ci failed"
}

require_node() {
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        fail "$STATUS_MISSING" \
            "node and npm are needed first: Node 20.19 or newer, https://nodejs.org"
    fi
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
        fail "$STATUS_MISSING" "node $(node -v) is too old: 20.19 or newer is needed"
}

# System packages can be looked up and installed, or somebody else cares for them.
require_apt() {
    [ "${SLOPOS_SYSTEM_PACKAGES-}" != provided ] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "this system has no apt; install the equivalents of these Debian packages:"
        indent <<<"$SYSTEM_PACKAGES" >&2
        fail "$STATUS_MISSING" "then run again with SLOPOS_SYSTEM_PACKAGES=provided"
    fi
}

case ${1-} in
    "") ;;
    --list)
        printf '%s\n' "$SYSTEM_PACKAGES" "$NODE_PACKAGES"
        exit 0
        ;;
    -h | --help)
        show_help "$0"
        exit 0
        ;;
    *) usage_error "unexpected argument '$1'" ;;
esac

cd "$root"
require_node
require_apt
if [ -z "$(missing_system_packages)" ] && node_packages_are_current; then
    exit 0
fi

# One installation at a time in this checkout; who waited finds the work done. The lock is on this
# file itself, so that nothing is left behind.
exec 9<"$root/scripts/setup.sh"
flock 9
install_system_packages
install_node_packages
say "everything is in place"
