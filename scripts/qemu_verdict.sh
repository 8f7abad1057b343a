# The verdict of scripts/run_qemu_ovmf.sh, which sources this after common.sh and qemu_command.sh: how
# the kernel ended, by QEMU's exit status and the console. In the scratch folder `log` is the console
# and `errors` what QEMU printed. A machine that stays on for its screen leaves there what the kernel
# told the exit device as `end`, and `overtime` if its time was over before.
# shellcheck shell=bash disable=SC2154,SC2034

readonly STATUS_KERNEL_FAILED=1
readonly STATUS_TIMEOUT=124

# What QEMU exits with when a signal ends it: 128 and the signal's number.
readonly SIGNAL_STATUS=128
readonly SIGBUS=7
readonly SIGKILL=9

# What QEMU exits with when the kernel writes to isa-debug-exit: 2 * value + 1, with values 0x10
# for success and 0x11 for failure.
readonly QEMU_KERNEL_PASSED=33
readonly QEMU_KERNEL_FAILED=35

# Mebibytes with which Limine can start the kernel.
readonly LEAST_MEMORY_LIMINE=116

readonly STARTED_LINE='^\[ *[0-9]+\.[0-9]+\] boot: SlopOS Kernel Started!$'

# Prints how the program ended, "exited with status 0", or that it did not; nothing if there is none.
end_of_program() {
    LC_ALL=C sed -nE '
        s/^\[ *[0-9]+\.[0-9]+\] program: started: .*/was still running/p
        s/^\[ *[0-9]+\.[0-9]+\] program: ended: status=([0-9]+) .* how=([a-z]+)$/\2 with status \1/p
        ' "$scratch/log" | tail -n 1
}

# QEMU exits with 0 when it is told to end by a signal, too.
was_told_to_end() {
    grep -q "terminating on signal" "$scratch/errors"
}

# status_with_device STATUS: prints what QEMU would have exited with, had it had the exit device.
status_with_device() {
    local status=$1
    if [ "$status" -eq 0 ] && ! was_told_to_end; then
        case $(od -An -tx1 -N1 -- "$scratch/end" 2>/dev/null) in
            " 10") status=$QEMU_KERNEL_PASSED ;;
            " 11") status=$QEMU_KERNEL_FAILED ;;
            *) [ ! -e "$scratch/overtime" ] || status=$STATUS_TIMEOUT ;;
        esac
    fi
    echo "$status"
}

# reason_of_timeout PROGRAM: prints what may have kept the machine from ending in time, if anything.
reason_of_timeout() {
    if [ "$1" ]; then
        echo ": its program $1"
    elif [ "$mebibytes" -lt "$LEAST_MEMORY_LIMINE" ]; then
        echo " (Limine needs $LEAST_MEMORY_LIMINE MiB of memory)"
    elif grep -q '^UEFI Interactive Shell' "$scratch/log"; then
        echo " (the firmware found nothing that it can boot)"
    elif [ "$firmware" = bios ] && ! [ -s "$scratch/log" ]; then
        echo " (nothing was booted: --bios is for an ISO that Limine boots)"
    fi
}

# give_verdict STATUS: says how the kernel ended, where QEMU's exit status is STATUS, and ends the script
# unless that is success. `seen` names where the log can be seen, `elapsed` and `milliseconds` are how
# long the machine ran. Sets answered to yes: from here on an exit status of 1 speaks of the kernel.
give_verdict() {
    local status program
    program=$(end_of_program)
    status=$(status_with_device "$1")
    answered=yes
    case $status in
        "$QEMU_KERNEL_PASSED")
            grep -qE "$STARTED_LINE" "$scratch/log" || fail "$STATUS_KERNEL_FAILED" \
                "the kernel reported success but did not log its start; $seen"
            say "pass: the kernel started${program:+, its program $program,} and ended with success\
 after $elapsed s"
            ;;
        "$QEMU_KERNEL_FAILED")
            fail "$STATUS_KERNEL_FAILED" "${program:+the program $program, and }the kernel reported\
 failure after $elapsed s; $seen"
            ;;
        0)
            ! was_told_to_end || fail "$STATUS_MISSING" \
                "QEMU was ended from outside after $elapsed s; $seen"
            fail "$STATUS_KERNEL_FAILED" "the machine reset or powered off after $elapsed s; $seen"
            ;;
        "$STATUS_TIMEOUT" | $((SIGNAL_STATUS + SIGKILL)))
            if [ "$seconds" -gt 0 ] && [ "$milliseconds" -ge $((seconds * 1000)) ]; then
                fail "$STATUS_TIMEOUT" \
                    "the machine did not end within $seconds s$(reason_of_timeout "$program"); $seen"
            fi
            fail "$STATUS_MISSING" "QEMU was killed after $elapsed s, perhaps for want of memory:\
 the machine has $mebibytes MiB, this one $(available_mebibytes) MiB available"
            ;;
        $((SIGNAL_STATUS + SIGBUS)))
            fail "$STATUS_MISSING" "there was no more room for the machine's memory $memory_place"
            ;;
        *)
            cat "$scratch/errors" >&2
            fail "$STATUS_MISSING" "QEMU could not run the machine (its exit status is $status)"
            ;;
    esac
}
