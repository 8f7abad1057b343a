#!/usr/bin/env bash
# From a checkout to a running kernel: installs what is missing for that, builds, makes the ISO, boots
# it.
#
# usage: scripts/boot.sh [--loader auto|limine|stub] [--engine wasm3|aot] [--options TEXT]
#                        [--program FILE [program option...]] [SECONDS] [option...] [-- WORD...]
#
# Where Limine is not installed it is downloaded once; without network the stub loader does.
#
# --loader, --engine, --options, --program and what belongs to it (--argument, --env, --file,
# --directory, --input) go to scripts/build_iso.sh, everything else to scripts/run_qemu_ovmf.sh;
# what follows -- are the program's arguments. What is typed goes to a program with --input console.
# SECONDS is 60 here (none with --gdb and --display). Says at each step what it does and how long
# that took.
#
# examples:
#   npm run boot
#   npm run boot -- --memory 4G --options "log=debug"
#   npm run boot -- --program programs/hello.ts -- one two
#
# exit status: that of the step that failed; the last is scripts/run_qemu_ovmf.sh
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"
# shellcheck source=scripts/find_limine.sh
source "$root/scripts/find_limine.sh"

# Seconds that getting Limine may take; the boot does not depend on it.
readonly LIMINE_PATIENCE=60

loader=auto
iso_arguments=()
run_arguments=()
seconds=
gdb=no

while [ $# -gt 0 ]; do
    case $1 in
        --loader | --engine | --options | --program | --env | --file | --directory | --argument)
            require_value "$1" $#
            [ "$1" != --loader ] || loader=$2
            iso_arguments+=("$1" "$2")
            shift
            ;;
        --input)
            require_value "$1" $#
            iso_arguments+=("$1" "$2")
            [ "$2" != console ] || run_arguments+=(--input)
            shift
            ;;
        --)
            shift
            for word in "$@"; do iso_arguments+=(--argument "$word"); done
            break
            ;;
        --memory | --accel | --cpu | --log | --screen | --video)
            require_value "$1" $#
            run_arguments+=("$1" "$2")
            shift
            ;;
        -h | --help)
            show_help "$0"
            exit 0
            ;;
        --gdb | --display)
            run_arguments+=("$1")
            gdb=yes
            ;;
        -*) run_arguments+=("$1") ;;
        *)
            [ -z "$seconds" ] || usage_error "unexpected argument '$1'"
            seconds=$1
            ;;
    esac
    shift
done
[ "$seconds" ] || [ "$gdb" = yes ] || seconds=60
run_arguments=(${seconds:+"$seconds"} "${run_arguments[@]}")

# check SCRIPT ARGUMENT...: ends this script where that one would not take the arguments; what it lacks
# may come until it runs.
check() {
    local errors status=0
    errors=$("$root/scripts/$1" "${@:2}" --dry-run 2>&1 >/dev/null) || status=$?
    [ "$status" -eq "$STATUS_USAGE" ] || return 0
    printf '%s\n' "$errors" >&2
    exit "$STATUS_USAGE"
}

# step TEXT COMMAND...: announces it, runs it, says how long it took.
step() {
    local begin elapsed
    say "$1"
    begin=$(uptime_milliseconds)
    run "${@:2}"
    elapsed=$(($(uptime_milliseconds) - begin))
    say "done in $((elapsed / 1000)).$(printf %03d $((elapsed % 1000))) s"
}

# Before anything is installed, built or downloaded.
check build_iso.sh "${iso_arguments[@]}"
check run_qemu_ovmf.sh "$0" "${run_arguments[@]}"

# The user's directory stays the current one: paths in arguments and environment are relative to it.
step "1/4 installing what is missing" "$root/scripts/setup.sh" build iso machine
step "2/4 building" "$root/scripts/build.sh"
[ "$loader" = stub ] || find_limine
if [ "$loader" != stub ] && [ -z "$limine_dir" ]; then
    run "$root/scripts/get_limine.sh" --seconds "$LIMINE_PATIENCE" || [ "$loader" = limine ] ||
        say "going on with the stub loader, since there is no Limine"
fi

# A boot that is under way keeps the ISO that it has made: the next one makes one of its own. The lock
# is on this file itself.
iso=$root/builddir/slop.iso
scratch=
trap 'rm -rf -- "$scratch"' EXIT
exec 7<"$root/scripts/boot.sh"
if ! flock --nonblock 7; then
    scratch=$(mktemp -d -- "$TMPDIR/slopos-boot.XXXXXX") || fail 1 "no temporary directory in $TMPDIR"
    iso=$scratch/slop.iso
    say "another boot uses builddir/slop.iso; this one's ISO goes when it ends"
fi
step "3/4 making the ISO" "$root/scripts/build_iso.sh" "${iso_arguments[@]}" -o "$iso"
step "4/4 booting" "$root/scripts/run_qemu_ovmf.sh" "$iso" "${run_arguments[@]}"
