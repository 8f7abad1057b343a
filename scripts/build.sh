#!/usr/bin/env bash
# Builds everything that meson.build describes: kernel.wasm, shim.elf and BOOTX64.EFI in builddir/.
#
# usage: scripts/build.sh
#
# Configures builddir/ once; after that only what changed is rebuilt.
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
require_temporary

cd "$root"
[ -f builddir/build.ninja ] || run meson setup builddir
# ninja itself: meson, ended by a signal, would leave it running.
run ninja -C builddir
