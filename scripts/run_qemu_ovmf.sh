#!/usr/bin/env bash
# Boots an ISO in QEMU with UEFI firmware (OVMF) and says whether the kernel started.
#
# usage: scripts/run_qemu_ovmf.sh ISO [SECONDS] [option...]
#
#   SECONDS            end the machine after this time (default 15; with --gdb never)
#   --memory SIZE      RAM: 512 and 512M are mebibytes, 4G gibibytes (default 512, at least 48); more
#                      than this machine has available is backed by a sparse file, which takes only
#                      as much of $TMPDIR as the guest writes to, and is removed afterwards
#   --accel A          tcg: emulation, runs everywhere; kvm: hardware virtualisation;
#                      auto (default): kvm where the processor and /dev/kvm offer it, else tcg
#   --cpu MODEL        QEMU's processor model (default max: everything that the accelerator offers);
#                      help lists them
#   --bios             SeaBIOS in the place of UEFI firmware, for an ISO that Limine boots
#   --usb              the ISO as a USB disk in the place of a CD
#   --ehci             the same at a controller for USB 2, where --usb has one for USB 3
#   --screen FILE      saves what the screen shows at the end, as PNG
#   --display          a window shows the screen; the machine stays on until the window is closed, or
#                      a key is typed after its end, and SECONDS have no default
#   --video DEVICE     QEMU's display device with its properties, for example
#                      VGA,xres=1920,yres=1080 or ramfb; none for a machine without a screen
#   --icount           guest time counts instructions, so that timings repeat exactly; needs tcg
#                      and ten times the usual SECONDS
#   --log FILE         where the serial console goes, besides the screen (default test_output.log
#                      in the repository's root): a file, which one boot at a time can write, a
#                      pipe or a device; - is the screen alone
#   --input            what is typed goes to the machine, ^C included; the screen then shows what the
#                      serial console says as it is, and waits for its reader
#   --gdb              wait for a debugger before the first instruction
#   --dry-run          print the QEMU command and do not run it
#
# The log is plain text: the cursor movements that firmware sends are taken out. The machine ends
# as soon as the kernel does. The verdict does not depend on where the log goes, and a reader that is
# slow, or goes away, does not hold the machine up.
#
# examples:
#   scripts/run_qemu_ovmf.sh builddir/slop.iso 15 --memory 512
#   scripts/run_qemu_ovmf.sh builddir/slop.iso 60 --memory 4G --log /tmp/4g.log
#   scripts/run_qemu_ovmf.sh builddir/slop.iso 60 --screen /tmp/screen.png
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
#   130  interrupted; 131 quit; 143 terminated
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"
# shellcheck source=scripts/qemu_command.sh
source "$root/scripts/qemu_command.sh"
# shellcheck source=scripts/qemu_screen.sh
source "$root/scripts/qemu_screen.sh"
# shellcheck source=scripts/qemu_verdict.sh
source "$root/scripts/qemu_verdict.sh"

# Mebibytes with which firmware, the stub and the kernel can start.
readonly LEAST_MEMORY=48

iso=
seconds=
memory=512
accel=auto
cpu=max
log=$root/test_output.log
firmware=uefi
medium=cd
usb_controller=qemu-xhci
screen=
window=no
video=
icount=no
gdb=no
input=no
dry_run=no

while [ $# -gt 0 ]; do
    case $1 in
        --memory) require_value "$1" $# && memory=$2 && shift ;;
        --accel) require_value "$1" $# && accel=$2 && shift ;;
        --cpu) require_value "$1" $# && cpu=$2 && shift ;;
        --log) require_value "$1" $# && log=$2 && shift ;;
        --bios) firmware=bios ;;
        --usb) medium=usb ;;
        --ehci) medium=usb && usb_controller=usb-ehci ;;
        --screen) require_value "$1" $# && screen=$2 && shift ;;
        --display) window=yes ;;
        --video) require_value "$1" $# && video=$2 && shift ;;
        --icount) icount=yes ;;
        --gdb) gdb=yes ;;
        --input) input=yes ;;
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

if [ "$cpu" = help ]; then
    require_tool qemu-system-x86_64 qemu-system-x86
    exec qemu-system-x86_64 -cpu help
fi

[ "$iso" ] || usage_error "no ISO given"

# 0 means no limit, to `timeout` as well.
if [ -z "$seconds" ]; then
    if [ "$gdb" = yes ] || [ "$window" = yes ]; then seconds=0; else seconds=15; fi
elif ! [[ $seconds =~ ^[1-9][0-9]{0,5}$ ]]; then
    usage_error "SECONDS must be a whole number from 1 to 999999, not '$seconds'"
fi

if [[ $memory =~ ^([1-9][0-9]{0,8})([MmGg]?)$ ]]; then
    mebibytes=${BASH_REMATCH[1]}
    case ${BASH_REMATCH[2]} in [Gg]) mebibytes=$((mebibytes * 1024)) ;; esac
else
    usage_error "--memory must be mebibytes, like 512 or 512M, or gibibytes, like 4G; not '$memory'"
fi
[ "$mebibytes" -ge "$LEAST_MEMORY" ] || usage_error \
    "--memory must be at least $LEAST_MEMORY MiB, which the firmware and a loader need; not '$memory'"

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

if ! [ -e "$iso" ]; then
    fail "$STATUS_MISSING" "$iso is not there; make it with: scripts/build_iso.sh"
elif ! [ -f "$iso" ]; then
    fail "$STATUS_MISSING" "$iso is no file; an ISO is what scripts/build_iso.sh writes"
elif ! [ -s "$iso" ]; then
    fail "$STATUS_MISSING" "$iso is empty; make it with: scripts/build_iso.sh"
elif ! [ -r "$iso" ]; then
    fail "$STATUS_MISSING" "$iso cannot be read"
fi
if [ "$screen" ]; then
    [ ! -d "$screen" ] || usage_error "--screen must name a file, and $screen is a directory"
    [ -w "$(dirname -- "$screen")" ] ||
        fail "$STATUS_MISSING" "the directory of $screen is not there, or cannot be written"
fi
# Absolute, because QEMU would take "a:b.iso" for a protocol.
make_absolute iso
require_tool qemu-system-x86_64 qemu-system-x86
require_tool awk mawk
require_tool perl perl-base
require_tool sed sed
require_tool grep grep
require_tool flock util-linux
require_temporary
firmware_code=
firmware_vars=
[ "$firmware" = bios ] || find_firmware

readonly SCRATCH_TEMPLATE=$TMPDIR/slopos-run.XXXXXX

if [ "$dry_run" = yes ]; then
    compose_command "$SCRATCH_TEMPLATE"
    print_command
    exit 0
fi

# Sets log_kind to what --log names, and takes hold of a file: a file is never one that the machine
# or another boot uses, and is written from its beginning.
open_log() {
    local input
    log_kind=file
    if [ "$log" = - ] || [ "$log" -ef /dev/fd/1 ]; then
        log_kind=screen
        return
    fi
    for input in "$iso" ${firmware_code:+"$firmware_code" "$firmware_vars"}; do
        [ ! "$log" -ef "$input" ] || usage_error "--log $log is what the machine reads from: $input"
    done
    if [ -f "$log" ] && [ "$log" -ef /dev/fd/2 ]; then
        usage_error "--log $log is where messages of this script go"
    elif [ -d "$log" ]; then
        usage_error "--log must name a file, and $log is a directory"
    elif [ "$log" -ef /dev/fd/2 ]; then
        log_kind=messages
        return
    elif [ -e "$log" ] && ! [ -f "$log" ]; then
        log_kind=stream
        [ -w "$log" ] || fail "$STATUS_MISSING" "the log $log cannot be written; name another with --log"
        return
    fi
    { exec 8>>"$log"; } 2>/dev/null || fail "$STATUS_MISSING" "the log $log cannot be written; name another with --log"
    # 75 is what flock says when somebody else holds the lock; a file system may know no locks.
    if flock --nonblock --conflict-exit-code 75 8 2>/dev/null || [ $? -ne 75 ]; then
        : >"$log"
    else
        fail "$STATUS_MISSING" "another boot is writing $log; name another file with --log"
    fi
}
open_log

# plain_text: takes terminal control out of a serial console. A cursor that goes to column 1 begins
# a line; Limine's messages come one character at a time, each with its cursor position.
#
# It pauses between two reads. QEMU writes one byte at a time, and a reader that takes each as it comes
# holds it up: they share the pipe's lock.
plain_text() {
    LC_ALL=C perl -e '
        sub plain {
            my ($text) = @_;
            $text =~ s/\e\[[0-9]*;0*1H/\n/g;
            $text =~ s/\e\[[0-9;=?]*[A-Za-z]//g;
            $text =~ s/[^ -~\t\n\x80-\xff]//g;
            $text =~ s/^ *\n//mg;
            return $text;
        }

        $| = 1;
        my ($text, $read) = ("");
        while ($read = sysread STDIN, my $chunk, 65536) {
            my $unfinished = length $text;
            $text .= $chunk;
            my $finished = 1 + rindex $chunk, "\n";
            if ($finished) {
                print plain(substr $text, 0, $unfinished + $finished, "") or die "$!\n";
            }
            select undef, undef, undef, 0.01;
        }
        defined $read or die "$!\n";
        print plain($text) or die "$!\n";'
}

# The shell's own list of jobs, since a signal may come right after the machine was started and
# before anything here knows its process. The machine is in a group that `timeout` leads: a `timeout`
# that is ended while it forks leaves its child behind, so the group is told until it is gone.
clean_up() {
    local status=$? job tries
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
    # A command of this script that failed says nothing of the kernel.
    [ "$answered$status" != "no$STATUS_KERNEL_FAILED" ] || exit "$STATUS_MISSING"
}
scratch=
answered=no
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 131' QUIT
trap 'exit 143' TERM HUP
scratch=$(mktemp -d -- "$SCRATCH_TEMPLATE") ||
    fail "$STATUS_MISSING" "no temporary directory in $TMPDIR"

if [ "$firmware" = uefi ]; then
    cp -- "$firmware_vars" "$scratch/OVMF_VARS.fd" ||
        fail "$STATUS_MISSING" "the firmware's variables cannot be copied to $TMPDIR"
    chmod u+w "$scratch/OVMF_VARS.fd"
fi
compose_command "$scratch"
mkfifo "$scratch/console" "$scratch/monitor.in" "$scratch/monitor.out" "$scratch/nothing"

if [ "$gdb" = yes ]; then
    symbols=$root/builddir/shim.elf
    # A shim that has the module as machine code names it.
    ! grep -q "BLAKE2b-512=" -- "$iso" || symbols=$root/builddir/shim-aot.elf
    say "waiting for: gdb $symbols -ex 'target remote :1234'"
fi

# keep_console PIPE: writes the console, which comes by PIPE, to the scratch folder's log until the
# machine ends. It outlives the script where that was killed, and is then the last to use the folder.
keep_console() {
    local status=0
    plain_text <"$1" >>"$scratch/log" || status=$?
    [ -e "/proc/$$/exe" ] || rm -rf -- "$scratch"
    return "$status"
}

# follow PID: what is in the scratch folder's log and what is yet to come, until process PID ends.
follow() {
    exec tail --lines=+1 --follow --sleep-interval=0.1 --pid="$1" -- "$scratch/log"
}

# The console goes to a file that nobody can hold up; the screen and the log follow that file. Who
# types sees every byte at once, so there the screen has the console itself. A terminal belongs to
# the foreground: there the machine reads it and sets it as it needs it.
: >"$scratch/log"
exec 3</dev/null
foreground=()
if [ "$input" = yes ]; then
    exec 3<&0
    foreground=(--foreground)
    mkfifo "$scratch/plain"
    keep_console "$scratch/plain" 8>&- &
    console_pid=$!
    tee -p -- "$scratch/plain" <"$scratch/console" 8>&- 2>"$scratch/screen.errors" &
else
    keep_console "$scratch/console" 8>&- &
    console_pid=$!
    follow "$console_pid" 8>&- 2>"$scratch/screen.errors" &
fi
screen_pid=$!
log_pid=
case $log_kind in
    file) follow "$console_pid" >>"$log" 8>&- 2>"$scratch/log.errors" & log_pid=$! ;;
    # Opening a pipe waits for its reader, here where it delays nothing else.
    stream) { follow "$console_pid" >"$log"; } 2>"$scratch/log.errors" & log_pid=$! ;;
    messages) follow "$console_pid" >&2 2>"$scratch/log.errors" & log_pid=$! ;;
esac

limit=$seconds
[ -z "$screen" ] || [ "$seconds" -eq 0 ] || limit=$((seconds + PICTURE_PATIENCE))
begin=$(uptime_milliseconds)
"${tied[@]}" timeout "${foreground[@]}" --kill-after=2 "$limit" "${qemu[@]}" \
    <&3 >"$scratch/console" 2>"$scratch/errors" 8>&- &
machine_pid=$!
watch_pid=
if [ "$screen" ]; then
    watch_screen "$machine_pid" 8>&- &
    watch_pid=$!
fi
status=0
# The shell would report a machine that a signal ended; it is named below.
wait "$machine_pid" 2>/dev/null || status=$?
is_console_whole=yes
wait "$console_pid" || is_console_whole=no
[ -z "$watch_pid" ] || wait "$watch_pid" || true
milliseconds=$(($(uptime_milliseconds) - begin))
elapsed=$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))

# Seconds that a log may take for what it has not got yet; nobody need read a pipe.
readonly LOG_PATIENCE=5

# ended_within SECONDS PID: waits for a process of this script.
ended_within() {
    local tries
    for ((tries = 0; tries < $1 * 20; ++tries)); do
        kill -0 "$2" 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

# The screen waits for its reader, as any command's output does.
wait "$screen_pid" || [ $? -gt "$SIGNAL_STATUS" ] ||
    say "the console on standard output is not complete: $(tail -n 1 "$scratch/screen.errors")"
seen="see $log"
if [ "$log_kind" = screen ]; then
    seen="see above"
elif ! ended_within "$LOG_PATIENCE" "$log_pid"; then
    kill "$log_pid" 2>/dev/null || true
    say "the log $log is not complete: what reads it did not take it"
    seen="see above"
elif ! wait "$log_pid"; then
    say "the log $log is not complete: $(tail -n 1 "$scratch/log.errors")"
    seen="see above"
fi

if [ "$screen" ]; then
    mv -f -- "$scratch/picture.png" "$screen" 2>/dev/null ||
        say "there is no picture of the screen in $screen"
fi

[ "$is_console_whole" = yes ] || fail "$STATUS_MISSING" "the console could not be kept in $TMPDIR, and\
 says nothing of the kernel; name a directory with more room in TMPDIR"
give_verdict "$status"
