#!/usr/bin/env bash
# Builds everything that meson.build describes: kernel.wasm, shim.elf and BOOTX64.EFI in builddir/.
#
# usage: scripts/build.sh
#
# Configures builddir/ once; after that only what changed is rebuilt. One build at a time: a second
# one waits for the first.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

case ${1-} in
    "") ;;
    -h | --help)
        show_help "$0"
        exit 0
        ;;
    *) usage_error "unexpected argument '$1'" ;;
esac

require_tool node nodejs
require_tool meson meson
require_tool ninja ninja-build
require_tool flock util-linux
require_temporary

# What meson has once a folder is configured.
readonly MESON_DATA=builddir/meson-private/coredata.dat

# What meson looks for when it configures, and not again.
readonly TOOLS=(node clang ld.lld lld-link wasm2c)

# configuration: prints what builddir/ has to be configured for. One that came with a copy of another
# checkout, or was moved, would regenerate itself there; a tool may have come, gone or moved.
configuration() {
    local tool
    pwd -P
    for tool in "${TOOLS[@]}"; do command -v "$tool" || echo "no $tool"; done
    wasm2c --version 2>/dev/null || true
}

cd "$root"
# The lock is on this file itself, so that nothing is left behind.
exec 9<"$root/scripts/build.sh"
flock 9
readonly configured=builddir/.configured-for
wanted=$(configuration)
reason=
if ! [ -f "$MESON_DATA" ]; then
    reason="builddir is not configured"
elif ! ninja -C builddir -t query shim.elf >/dev/null 2>&1; then
    reason="builddir is damaged"
elif [ "$(cat -- "$configured" 2>/dev/null)" != "$wanted" ]; then
    reason="builddir is not configured for this checkout with the tools that are here"
fi
if [ "$reason" ]; then
    say "$reason; configuring it"
    arguments=(builddir)
    [ ! -f "$MESON_DATA" ] || arguments=(--reconfigure builddir "$root")
    run meson setup "${arguments[@]}" || fail 1 "meson could not configure builddir; what it says is\
 above. If the sources are not the reason, remove builddir and run this script again"
    printf '%s\n' "$wanted" >"$configured"
fi
# What was made while the clock was ahead would be newer than every change to come.
from_future=(-type f -newermt "@$(($(date +%s) + 86400))")
ahead=$(find builddir "${from_future[@]}" -print -quit)
if [ "$ahead" ]; then
    say "$ahead is from the future; building everything anew"
    ninja -C builddir -t clean >/dev/null
    find builddir "${from_future[@]}" -exec touch -d @0 {} +
fi
# ninja itself: meson, ended by a signal, would leave it running.
run ninja -C builddir
