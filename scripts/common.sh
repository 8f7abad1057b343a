# Shell helpers that every script of this folder sources: paths, messages, tool checks.
# shellcheck shell=bash disable=SC2034

# The repository's root, absolute. Scripts work from any current directory.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# Name of the running script, for messages.
script=$(basename -- "$0" .sh)

# Exit statuses that all scripts share.
readonly STATUS_USAGE=2
readonly STATUS_MISSING=3

# say TEXT: one line about what the script does, to standard error.
say() {
    printf '%s: %s\n' "$script" "$1" >&2
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
    command -v "$1" >/dev/null ||
        fail "$STATUS_MISSING" "$1 is not installed; scripts/setup.sh does it (package $2)"
}

# show_help SCRIPT: the comment block at the head of SCRIPT, from its second line on.
show_help() {
    sed -n '2,${/^#/!q;s/^# \{0,1\}//;p}' "$1"
}
