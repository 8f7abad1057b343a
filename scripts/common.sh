# Shell helpers that every script of this folder sources first: a sane environment, paths, messages,
# tool checks, temporary files, and commands that end when the script does.
# shellcheck shell=bash disable=SC2034

# Up to here every shell understands what a script has; `sh` is another one on Debian.
[ "${BASH_VERSION-}" ] || {
    echo "$(basename -- "$0" .sh): error: run it with bash: bash $0" >&2
    exit 2
}
set -o pipefail

# A stream that is closed would fail each message, and be the next file that something opens.
{ true 3<&0; } 2>/dev/null || exec </dev/null
{ true 3>&1; } 2>/dev/null || exec >/dev/null
true 3>&2 || exec 2>/dev/null

# What a user's environment can do to a script is undone here, for it and for all that
# it starts: functions in the place of commands, other modes of the shell, a `cd` that prints, names
# that `*` leaves out, other units, options in the place of those given, configuration files that are
# not ours.
set +kfCa +o posix
while read -r _ _ name; do unset -f "$name"; done <<<"$(declare -F)"
shopt -u failglob nullglob nocasematch nocaseglob dotglob
unset CDPATH GLOBIGNORE TMOUT POSIXLY_CORRECT GREP_OPTIONS TAR_OPTIONS XZ_OPT XZ_DEFAULTS MTOOLSRC \
    "${!MTOOLS@}" "${!PERL@}" BLOCKSIZE BLOCK_SIZE DF_BLOCK_SIZE DU_BLOCK_SIZE LS_BLOCK_SIZE CPATH C_INCLUDE_PATH
umask u+rwx

# Who reads messages may go away before the end; the script goes on. Commands do not inherit this.
trap : PIPE

# The repository's root, absolute. Scripts work from any current directory.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# Name of the running script, for messages, whatever a link to it is called.
script=$(basename -- "$(readlink -f -- "$0")" .sh)

# Where temporary files go, absolute, so that it is the same place from every directory.
TMPDIR=${TMPDIR:-/tmp}
case $TMPDIR in /*) ;; *) TMPDIR=$PWD/$TMPDIR ;; esac
export TMPDIR

# tsx, which runs TypeScript in the build, would leave there what it has compiled.
export TSX_DISABLE_CACHE=1

# Exit statuses that all scripts share.
readonly STATUS_USAGE=2
readonly STATUS_MISSING=3

# say TEXT: one line about what the script does, to standard error; whether it can be read there
# changes nothing.
say() {
    printf '%s: %s\n' "$script" "$1" >&2 2>/dev/null || :
}

# uptime_milliseconds: prints how long this machine has been running, which nobody can set, unlike a
# clock.
uptime_milliseconds() {
    local seconds
    read -r seconds _ </proc/uptime
    echo "$((10#${seconds/./} * 10))"
}

# fail STATUS TEXT: says what is wrong and ends the script.
fail() {
    say "error: $2"
    exit "$1"
}

# usage_error TEXT: fail with the status for wrong arguments.
usage_error() {
    fail "$STATUS_USAGE" "$1 (see scripts/$script.sh --help)"
}

# require_value OPTION REMAINING: an option that takes a value must be followed by one; REMAINING
# is the number of arguments left, the option included.
require_value() {
    [ "$2" -ge 2 ] || usage_error "$1 needs a value"
}

# require_tool TOOL PACKAGE: fail unless TOOL is installed; PACKAGE is its Debian package.
require_tool() {
    command -v "$1" >/dev/null && return
    if grep -q "^$2 " "$root/scripts/setup.sh"; then
        fail "$STATUS_MISSING" "$1 is not installed; scripts/setup.sh does it (package $2)"
    fi
    fail "$STATUS_MISSING" "$1 is not installed; Debian has it in package $2"
}

# require_temporary: fail unless temporary files can be written.
require_temporary() {
    if ! [ -d "$TMPDIR" ]; then
        fail "$STATUS_MISSING" "$TMPDIR, which TMPDIR names, is no directory; create it or unset TMPDIR"
    elif ! [ -w "$TMPDIR" ] || ! [ -x "$TMPDIR" ]; then
        fail "$STATUS_MISSING" "$TMPDIR cannot be written; name another directory in TMPDIR"
    fi
}

# What begins a command that is to end when the script does, even where that is killed.
tied=(setpriv --pdeathsig TERM --)
"${tied[@]}" true 2>/dev/null || tied=()

# run COMMAND...: runs it, and has its status. A signal that ends the script ends the command as
# well; the shell by itself would only wait for it, or leave it running.
running=
run() {
    local status=0
    "${tied[@]}" "$@" <&0 &
    running=$!
    wait "$running" || status=$?
    running=
    return "$status"
}

# end_running STATUS: ends the script and first what `run` runs.
end_running() {
    if [ "$running" ]; then
        kill "$running" 2>/dev/null || :
        wait "$running" || :
    fi
    exit "$1"
}
trap 'end_running 130' INT
trap 'end_running 131' QUIT
trap 'end_running 143' TERM HUP

# make_absolute NAME: the path that variable NAME holds, from the root directory on. Unlike the output
# of a command it keeps a line break at its end.
make_absolute() {
    [[ ${!1} == /* ]] || printf -v "$1" %s "$PWD/${!1}"
}

# show_help SCRIPT: the comment block at the head of SCRIPT, from its second line on.
show_help() {
    sed -n '2,${/^#/!q;s/^# \{0,1\}//;p}' "$1"
}
