#!/usr/bin/env bash
# Brings the Limine release that this project boots with into limine/ of this checkout, where
# scripts/build_iso.sh finds it. Run again it finds it in place.
#
# usage: scripts/get_limine.sh [--from FILE|DIRECTORY|URL] [--seconds N]
#
#   --from F      the release's limine-binary.tar.xz: a file, a directory that has it, or where else to
#                 download it from (default the project's own release page)
#   --seconds N   end a download after this time (default 120)
#
# What is unpacked has the SHA-256 that is pinned in this script, wherever it comes from. A download
# that was cut is continued by the next run. Proxies are taken from the environment, as curl does.
#
# exit status: 0 in place, 1 it could not be had, 2 wrong arguments, 3 a tool or file is missing
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"
# shellcheck source=scripts/find_limine.sh
source "$root/scripts/find_limine.sh"

# The pin: all that a new release changes.
readonly VERSION=12.5.2
readonly SHA256=5e2d6eb86623fcdcd2a873c9eca7dcafccb34182c17779535fe824fd57b688c5

readonly ARCHIVE=limine-binary.tar.xz
readonly RELEASES=https://github.com/limine-bootloader/limine/releases/download

# What is taken out of the archive: the files for UEFI, those for BIOS, and the license.
readonly FILES=("${LIMINE_FILES[@]}" limine-bios-cd.bin limine-bios.sys LICENSE)

from=$RELEASES/v$VERSION/$ARCHIVE
seconds=120

while [ $# -gt 0 ]; do
    case $1 in
        --from) require_value "$1" $# && from=$2 ;;
        --seconds) require_value "$1" $# && seconds=$2 ;;
        -h | --help)
            show_help "$0"
            exit 0
            ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    shift 2
done
[[ $seconds =~ ^[1-9][0-9]{0,5}$ ]] ||
    usage_error "--seconds must be a whole number from 1 to 999999, not '$seconds'"

readonly target=$root/limine
# What says that the folder is this script's, which release it has, and the SHA-256 of each file.
readonly stamp=$target/VERSION

# in_place: whether the folder has the release, whole.
in_place() {
    [ -f "$stamp" ] && [ "$(head -n 1 -- "$stamp")" = "$VERSION $SHA256" ] &&
        (cd -- "$target" && tail -n +2 VERSION | sha256sum --check --status 2>/dev/null)
}

if in_place; then
    exit 0
elif { [ -e "$target" ] || [ -L "$target" ]; } && ! [ -f "$stamp" ]; then
    fail "$STATUS_MISSING" "$target is there and not from this script; move it away, or use it with\
 LIMINE_DIR=$target"
fi

require_tool tar tar
require_tool xz xz-utils
require_tool sha256sum coreutils
require_tool flock util-linux
require_temporary

# One run at a time in this checkout; who waited finds the work done. The lock is on this file itself.
exec 9<"$root/scripts/get_limine.sh"
if ! flock --nonblock 9; then
    say "waiting for another run of this script"
    flock 9
    ! in_place || exit 0
fi

# What this run leaves, or one that was killed: what it took away between the two steps of putting the
# new one in place goes back, the rest goes.
clean_up() {
    local folder
    for folder in "$root"/.limine.??????; do
        if [ -e "$folder/previous" ] && ! [ -e "$target" ]; then
            mv -- "$folder/previous" "$target"
        fi
        rm -rf -- "$folder"
    done
}
clean_up
trap clean_up EXIT
scratch=$(mktemp -d -- "$root/.limine.XXXXXX") || fail 1 "$root cannot be written"

# What is downloaded; stays where it is when a download is cut. Its name has the release, so that no
# two are mixed.
readonly part=$root/.limine-$VERSION.part

# is_release FILE: whether it is what is pinned.
is_release() {
    [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$SHA256  -" ]
}

# Downloads $from to $part, from where $part ends; sets status to curl's.
download() {
    status=0
    run curl --disable --silent --show-error --fail --location --proto "=https,http" \
        --connect-timeout 10 --max-time "$seconds" --continue-at - --output "$part" \
        --write-out "%{http_code}" -- "$from" >"$scratch/code" 2>"$scratch/errors" 9<&- || status=$?
}

# What curl exits with when the server cannot continue a file, and what the server says where it has
# nothing to continue with.
readonly CURL_RANGE=33
readonly HTTP_RANGE=416

# continued_in_vain: whether the download has shown that $part is no beginning of what is there.
continued_in_vain() {
    if [ "$begun" = no ] || is_release "$part"; then return 1; fi
    [ "$status" -eq 0 ] || [ "$status" -eq "$CURL_RANGE" ] ||
        [ "$(<"$scratch/code")" = "$HTTP_RANGE" ]
}

# Sets archive to the downloaded release.
get_by_network() {
    local begun=no status sum again
    require_tool curl curl
    archive=$part
    is_release "$part" && return
    [ ! -s "$part" ] || begun=yes
    say "downloading Limine $VERSION from $from"
    download
    if continued_in_vain; then
        rm -f -- "$part"
        download
    fi
    if [ "$status" -ne 0 ]; then
        again=
        [ ! -s "$part" ] || again="; the next run continues it"
        fail 1 "Limine could not be downloaded: $(tail -n 1 "$scratch/errors")$again"
    fi
    if ! is_release "$part"; then
        sum=$(sha256sum <"$part")
        rm -f -- "$part"
        fail 1 "what $from gives is not Limine $VERSION: its SHA-256 is ${sum%% *}, not $SHA256"
    fi
}

# Sets archive to the file that --from names.
get_by_file() {
    archive=$from
    if [ -d "$from" ]; then
        archive=$from/$ARCHIVE
        [ -f "$archive" ] || fail "$STATUS_MISSING" "$from has no $ARCHIVE; a directory with a release\
 that is unpacked is used as it is, with LIMINE_DIR"
    fi
    [ -f "$archive" ] || fail "$STATUS_MISSING" "$archive is not there"
    [ -r "$archive" ] || fail "$STATUS_MISSING" "$archive cannot be read"
    # A copy, so that what is unpacked is what was verified.
    cp -- "$archive" "$scratch/$ARCHIVE"
    is_release "$scratch/$ARCHIVE" || fail 1 "$archive is not Limine $VERSION: its SHA-256 is\
 $(sha256sum <"$archive" | cut -d " " -f 1), not $SHA256"
    archive=$scratch/$ARCHIVE
}

case $from in
    http://* | https://*) get_by_network ;;
    *://*) usage_error "--from takes http and https, not '$from'" ;;
    *) get_by_file ;;
esac

mkdir "$scratch/limine"
tar --extract --xz --file="$archive" --directory="$scratch/limine" --strip-components=1 \
    --no-same-owner -- "${FILES[@]/#/limine-binary/}" 2>"$scratch/errors" ||
    fail 1 "the release could not be unpacked: $(head -n 1 "$scratch/errors")"
chmod 644 -- "$scratch/limine"/*
sums=$(cd -- "$scratch/limine" && sha256sum -- "${FILES[@]}")
printf '%s\n' "$VERSION $SHA256" "$sums" >"$scratch/limine/VERSION"
[ ! -e "$target" ] || mv -- "$target" "$scratch/previous"
mv -- "$scratch/limine" "$target"
rm -f -- "$root"/.limine-*.part
say "Limine $VERSION is in $target"
