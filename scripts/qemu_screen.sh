# The screen of scripts/run_qemu_ovmf.sh, which sources this after common.sh and qemu_command.sh:
# QEMU's options for it, and how its picture is taken.
# shellcheck shell=bash disable=SC2154,SC2034

# Sets exit_device, monitor and display; the machine's own files lie in directory $1. A machine whose
# screen somebody wants to see stays on when its kernel has ended: what the kernel tells the exit
# device then goes to a file, and it takes commands from a pipe.
compose_screen() {
    exit_device=(-device "isa-debug-exit,iobase=0xf4,iosize=0x04")
    monitor=(-monitor none)
    display=(-display none)
    if [ "$screen" ] || [ "$window" = yes ]; then
        exit_device=(-chardev "file,id=end,path=$(in_option "$1/end")"
            -device "isa-debugcon,iobase=0xf4,chardev=end")
        monitor=(-chardev "pipe,id=monitor,path=$(in_option "$1/monitor")" -mon chardev=monitor)
    fi
    [ "$window" = no ] || display=()
    [ -z "$video" ] || display+=(-vga none)
    [ -z "$video" ] || [ "$video" = none ] || display+=(-device "$video")
}

# Seconds that a machine gets beyond its time for the picture of its screen.
readonly PICTURE_PATIENCE=15

# pause SECONDS: by waiting for what never comes; a process that sleeps could be left behind.
pause() {
    read -rt "$1" -u 6 || :
}

# take_picture: has QEMU write the screen to the scratch folder's picture.png, which it then is, whole.
take_picture() {
    local tries place=${scratch//\\/\\\\}
    rm -f -- "$scratch/picture.png"
    printf 'screendump "%s/picture.png" -f png\n' "${place//\"/\\\"}" >&7
    for ((tries = 0; tries < 50; ++tries)); do
        # Its last chunk has no data: the name comes before the checksum, which ends the file.
        tail -c 8 -- "$scratch/picture.png" 2>/dev/null | grep -aq ^IEND && return
        pause 0.1
    done
    return 1
}

# watch_screen PID: until the kernel ends, or the machine's time does, and then until the screen has
# been the same twice: what says that the kernel ended may come before the last that it shows.
watch_screen() {
    local end=$((begin + seconds * 1000)) tries sum last=
    exec 6<>"$scratch/nothing" 7<>"$scratch/monitor.in"
    while ! [ -s "$scratch/end" ] && kill -0 "$1" 2>/dev/null &&
        { [ "$seconds" -eq 0 ] || [ "$(uptime_milliseconds)" -lt "$end" ]; }; do
        pause 0.1
    done
    kill -0 "$1" 2>/dev/null || return 0
    [ -s "$scratch/end" ] || : >"$scratch/overtime"
    for ((tries = 0; tries < 10; ++tries)); do
        take_picture || break
        sum=$(cksum <"$scratch/picture.png")
        [ "$sum" != "$last" ] || break
        last=$sum
        pause 0.5
    done
    echo quit >&7
}
