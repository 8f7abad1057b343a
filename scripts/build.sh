#!/usr/bin/env bash
# Builds everything that meson.build describes: kernel.wasm, shim.elf and BOOTX64.EFI in builddir/.
#
# usage: scripts/build.sh
#
# Configures builddir/ once; after that only what changed is rebuilt. One build at a time: a second
# one waits for the first.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname -- "$0")/common.sh"

case ${1-} in
    "") ;;
    -h | --help)
        show_help "$0"
        exit 0
        ;;
    *) usage_error "unexpected argument '$1'" ;;
esac

require_tool meson meson
require_tool ninja ninja-build
require_tool flock util-linux
require_temporary

# configured_here: whether builddir/ was configured for this checkout. One that came with a copy of
# another checkout, or was moved, would regenerate itself there.
configured_here() {
    node --input-type=module - "$root" <<'SCRIPT'
import { readFileSync, realpathSync } from "node:fs";
const { source } = JSON.parse(readFileSync("builddir/meson-info/meson-info.json", "utf8")).directories;
process.exit(realpathSync(source) === realpathSync(process.argv[2]) ? 0 : 1);
SCRIPT
}

cd "$root"
# The lock is on this file itself, so that nothing is left behind.
exec 9<"$root/scripts/build.sh"
flock 9
if ! [ -f builddir/build.ninja ]; then
    run meson setup builddir
elif ! configured_here 2>/dev/null; then
    say "builddir was configured for another checkout; configuring it anew"
    run meson setup --reconfigure builddir "$root"
fi
# ninja itself: meson, ended by a signal, would leave it running.
run ninja -C builddir
