#!/usr/bin/env bash
# Boots an ISO in QEMU with UEFI firmware (OVMF) and says whether the kernel started.
#
# usage: scripts/run_qemu_ovmf.sh ISO [SECONDS] [option...]
#
#   SECONDS            end the machine after this time (default 15; with --gdb never)
#   --memory SIZE      RAM: 512 and 512M are mebibytes, 4G gibibytes (default 512); more than this
#                      machine has available is backed by a sparse file, which takes only as much
#                      of $TMPDIR as the guest writes to, and is removed afterwards
#   --accel A          tcg: emulation, runs everywhere; kvm: hardware virtualisation;
#                      auto (default): kvm where the processor and /dev/kvm offer it, else tcg
#   --cpu MODEL        QEMU's processor model (default max: everything that the accelerator offers)
#   --icount           guest time counts instructions, so that timings repeat exactly; needs tcg
#                      and ten times the usual SECONDS
#   --log FILE         where the serial console goes, besides the screen (default test_output.log
#                      in the repository's root)
#   --gdb              wait for a debugger before the first instruction
#   --dry-run          print the QEMU command and do not run it
#
# The log is plain text: the cursor movements that firmware sends are left out. The machine ends
# as soon as the kernel does.
#
# examples:
#   scripts/run_qemu_ovmf.sh builddir/slop.iso 15 --memory 512
#   scripts/run_qemu_ovmf.sh builddir/slop.iso 60 --memory 4G --log /tmp/4g.log
#   scripts/run_qemu_ovmf.sh builddir/slop.iso --gdb
#
# environment: OVMF_CODE and OVMF_VARS name other firmware files.
#
# exit status:
#   0    the kernel logged its start and ended the machine with success
#   1    the kernel failed: it reported failure, reset the machine or did not log its start
#   2    wrong arguments
#   3    QEMU could not run: it, its firmware or the ISO is missing, or it refused its arguments
#   124  the machine did not end within SECONDS
#   130  interrupted; 143 terminated
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname -- "$0")/common.sh"

readonly STATUS_KERNEL_FAILED=1
readonly STATUS_TIMEOUT=124

# What QEMU exits with when the kernel writes to isa-debug-exit: 2 * value + 1, with values 0x10
# for success and 0x11 for failure.
readonly QEMU_KERNEL_PASSED=33
readonly QEMU_KERNEL_FAILED=35

readonly STARTED_LINE='^\[ *[0-9]+\.[0-9]+\] boot: SlopOS Kernel Started!$'

iso=
seconds=
memory=512
accel=auto
cpu=max
log=$root/test_output.log
icount=no
gdb=no
dry_run=no

while [ $# -gt 0 ]; do
    case $1 in
        --memory) require_value "$1" $# && memory=$2 && shift ;;
        --accel) require_value "$1" $# && accel=$2 && shift ;;
        --cpu) require_value "$1" $# && cpu=$2 && shift ;;
        --log) require_value "$1" $# && log=$2 && shift ;;
        --icount) icount=yes ;;
        --gdb) gdb=yes ;;
        --dry-run) dry_run=yes ;;
        -h | --help)
            show_help "$0"
            exit 0
            ;;
        -*) usage_error "unknown option '$1'" ;;
        *)
            if [ -z "$iso" ]; then
                iso=$1
            elif [ -z "$seconds" ]; then
                seconds=$1
            else
                usage_error "unexpected argument '$1'"
            fi
            ;;
    esac
    shift
done

[ "$iso" ] || usage_error "no ISO given"

# 0 means no limit, to `timeout` as well.
if [ -z "$seconds" ]; then
    if [ "$gdb" = yes ]; then seconds=0; else seconds=15; fi
elif ! [[ $seconds =~ ^[1-9][0-9]{0,5}$ ]]; then
    usage_error "SECONDS must be a whole number from 1 to 999999, not '$seconds'"
fi

if [[ $memory =~ ^([1-9][0-9]{0,8})([MmGg]?)$ ]]; then
    mebibytes=${BASH_REMATCH[1]}
    case ${BASH_REMATCH[2]} in [Gg]) mebibytes=$((mebibytes * 1024)) ;; esac
else
    usage_error "--memory must be mebibytes, like 512 or 512M, or gibibytes, like 4G; not '$memory'"
fi

# kvm_works: /dev/kvm alone says little; without vmx or svm opening it succeeds and running fails.
kvm_works() {
    grep -qwE 'vmx|svm' /proc/cpuinfo && [ -r /dev/kvm ] && [ -w /dev/kvm ]
}

case $accel in
    auto)
        accel=tcg
        if [ "$icount" = no ] && kvm_works; then accel=kvm; fi
        ;;
    kvm)
        [ "$icount" = no ] || usage_error "--icount counts emulated instructions: use --accel tcg"
        kvm_works || fail "$STATUS_MISSING" \
            "KVM does not work here (no vmx or svm in /proc/cpuinfo, or no access to /dev/kvm)"
        ;;
    tcg) ;;
    *) usage_error "--accel must be auto, tcg or kvm, not '$accel'" ;;
esac

# Sets firmware_code and firmware_vars to where this distribution keeps OVMF.
find_firmware() {
    local names
    if [ "${OVMF_CODE-}" ] || [ "${OVMF_VARS-}" ]; then
        firmware_code=${OVMF_CODE-}
        firmware_vars=${OVMF_VARS-}
        if ! [ -r "$firmware_code" ] || ! [ -r "$firmware_vars" ]; then
            fail "$STATUS_MISSING" "OVMF_CODE and OVMF_VARS must both name readable files"
        fi
        return
    fi
    for names in OVMF/OVMF_%s_4M.fd OVMF/OVMF_%s.fd edk2/ovmf/OVMF_%s.fd edk2/x64/OVMF_%s.4m.fd; do
        firmware_code=/usr/share/${names/\%s/CODE}
        firmware_vars=/usr/share/${names/\%s/VARS}
        if [ -r "$firmware_code" ] && [ -r "$firmware_vars" ]; then return; fi
    done
    fail "$STATUS_MISSING" "UEFI firmware for QEMU is not installed; Debian has it in package ovmf"
}

if ! [ -f "$iso" ] || ! [ -r "$iso" ]; then
    fail "$STATUS_MISSING" "$iso is not there; make it with: scripts/build_iso.sh"
fi
# Absolute, because QEMU would take "a:b.iso" for a protocol.
iso=$(realpath -- "$iso")
require_tool qemu-system-x86_64 qemu-system-x86
find_firmware

# exceeds_this_machine MEBIBYTES: whether the kernel of this machine may refuse to promise as much.
exceeds_this_machine() {
    local kibibytes
    kibibytes=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
    [ "$1" -gt $((kibibytes / 1024)) ]
}

# in_option TEXT: TEXT as a value inside a QEMU option, where a comma is written twice.
in_option() {
    printf '%s' "${1//,/,,}"
}

# Sets qemu to the whole command; the machine's own files lie in directory $1.
#
# RAM is a file in both cases, in memory where it fits. QEMU would back anonymous memory by pages of
# 2 MiB, and clear each of them when the guest touches the first of its bytes: for a guest that
# touches little in many places that takes longer than all that the guest does.
compose_command() {
    local backend=memory-backend-memfd file=
    if exceeds_this_machine "$mebibytes"; then
        backend=memory-backend-file
        file=,mem-path=$(in_option "$1/ram")
    fi
    qemu=(
        qemu-system-x86_64
        -M "q35,accel=$accel" -cpu "$cpu" -m "${mebibytes}M"
        -object "$backend,id=ram,size=${mebibytes}M,share=on$file" -machine memory-backend=ram
        -drive "if=pflash,unit=0,format=raw,readonly=on,file=$(in_option "$firmware_code")"
        -drive "if=pflash,unit=1,format=raw,file=$(in_option "$1/OVMF_VARS.fd")"
        -cdrom "$iso"
        -serial stdio -monitor none -display none -nic none
        -no-reboot -device "isa-debug-exit,iobase=0xf4,iosize=0x04"
    )
    [ "$icount" = no ] || qemu+=(-icount "shift=0,sleep=off")
    [ "$gdb" = no ] || qemu+=(-s -S)
}

readonly SCRATCH_TEMPLATE=${TMPDIR:-/tmp}/slopos-run.XXXXXX

# Prints the command as one would type it, quotes only where the shell needs them.
print_command() {
    local word
    for word in "${qemu[@]}"; do
        [[ $word =~ ^[[:alnum:]_./:=,-]+$ ]] || word=${word@Q}
        printf '%s ' "$word"
    done
    printf '\n'
}

if [ "$dry_run" = yes ]; then
    compose_command "$SCRATCH_TEMPLATE"
    print_command
    exit 0
fi

{ : >"$log"; } 2>/dev/null || fail "$STATUS_MISSING" "the log $log cannot be written"

# plain_text: takes terminal control out of a serial console. A cursor that goes to column 1 begins
# a line; Limine's messages come one character at a time, each with its cursor position.
plain_text() {
    local escape=$'\e'
    LC_ALL=C sed -u -e "
        s/$escape\[[0-9]*;0*1H/\n/g
        s/$escape\[[0-9;=?]*[A-Za-z]//g
        s/[^[:print:]\t\n\x80-\xff]//g
        s/\n\n*/\n/g
        s/^\n//
        /^ *\$/d"
}

scratch=$(mktemp -d -- "$SCRATCH_TEMPLATE")
# The shell's own list of jobs, since a signal may come right after the machine was started and
# before anything here knows its process. The machine is in a group that `timeout` leads: a `timeout`
# that is ended while it forks leaves its child behind, so the group is told until it is gone.
clean_up() {
    local job tries
    for job in $(jobs -p); do
        kill "$job" 2>/dev/null || true
        for ((tries = 0; tries < 30; ++tries)); do
            kill -- "-$job" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$job" 2>/dev/null || true
    done
    wait
    rm -rf -- "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

cp -- "$firmware_vars" "$scratch/OVMF_VARS.fd"
chmod u+w "$scratch/OVMF_VARS.fd"
compose_command "$scratch"
mkfifo "$scratch/console"

if [ "$gdb" = yes ]; then
    say "waiting for: gdb $root/builddir/shim.elf -ex 'target remote :1234'"
fi

plain_text <"$scratch/console" | tee -p -- "$log" &
console_pid=$!
begin=$(date +%s%3N)
timeout --kill-after=2 "$seconds" "${qemu[@]}" \
    </dev/null >"$scratch/console" 2>"$scratch/errors" &
machine_pid=$!
status=0
wait "$machine_pid" || status=$?
wait "$console_pid" || true
elapsed=$(($(date +%s%3N) - begin))
elapsed=$((elapsed / 1000)).$(printf %03d $((elapsed % 1000)))

# The answer, from QEMU's exit status and the log.
case $status in
    "$QEMU_KERNEL_PASSED")
        grep -qE "$STARTED_LINE" "$log" ||
            fail "$STATUS_KERNEL_FAILED" "the kernel reported success but did not log its start"
        say "pass: the kernel started and ended with success after $elapsed s"
        ;;
    "$QEMU_KERNEL_FAILED")
        fail "$STATUS_KERNEL_FAILED" "the kernel reported failure after $elapsed s; see $log"
        ;;
    0)
        fail "$STATUS_KERNEL_FAILED" "the machine reset or powered off after $elapsed s; see $log"
        ;;
    "$STATUS_TIMEOUT" | 137)
        fail "$STATUS_TIMEOUT" "the machine did not end within $seconds s; see $log"
        ;;
    *)
        cat "$scratch/errors" >&2
        fail "$STATUS_MISSING" "QEMU could not run the machine (its exit status is $status)"
        ;;
esac
