# The QEMU command of scripts/run_qemu_ovmf.sh, which sources this after common.sh and has read its
# options: firmware, accelerator, and the machine with its memory, medium and exit device.
# shellcheck shell=bash disable=SC2154,SC2034

# kvm_works: /dev/kvm alone says little; without vmx or svm opening it succeeds and running fails.
kvm_works() {
    grep -qwE 'vmx|svm' /proc/cpuinfo && [ -r /dev/kvm ] && [ -w /dev/kvm ]
}

# Prints where distributions keep OVMF, code and variables a line, the best of each first.
firmware_places() {
    local pattern
    for pattern in \
        OVMF/OVMF_%s_4M.fd OVMF/OVMF_%s.fd \
        edk2/ovmf/OVMF_%s.fd \
        edk2/x64/OVMF_%s.4m.fd edk2/x64/OVMF_%s.fd; do
        printf '%s %s\n' "/usr/share/${pattern/\%s/CODE}" "/usr/share/${pattern/\%s/VARS}"
    done
    # QEMU's own, as openSUSE and Homebrew install it; the variables are those of both i386 and x86-64.
    printf '%s/ovmf-x86_64-code.bin %s/ovmf-x86_64-vars.bin\n' /usr/share/qemu /usr/share/qemu
    for pattern in /opt/homebrew/share/qemu /usr/local/share/qemu; do
        printf '%s/edk2-x86_64-code.fd %s/edk2-i386-vars.fd\n' "$pattern" "$pattern"
    done
}

# Sets firmware_code and firmware_vars to where this system keeps OVMF.
find_firmware() {
    if [ "${OVMF_CODE-}" ] || [ "${OVMF_VARS-}" ]; then
        firmware_code=${OVMF_CODE-}
        firmware_vars=${OVMF_VARS-}
        if ! [ -f "$firmware_code" ] || ! [ -f "$firmware_vars" ] ||
            ! [ -r "$firmware_code" ] || ! [ -r "$firmware_vars" ]; then
            fail "$STATUS_MISSING" "OVMF_CODE and OVMF_VARS must both name readable files"
        fi
        return
    fi
    while read -r firmware_code firmware_vars; do
        if [ -r "$firmware_code" ] && [ -r "$firmware_vars" ]; then return; fi
    done < <(firmware_places)
    fail "$STATUS_MISSING" "UEFI firmware for QEMU is not installed; scripts/setup.sh --list names the\
 package, and OVMF_CODE and OVMF_VARS other files"
}

# Prints the mebibytes that this machine can give.
available_mebibytes() {
    awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo
}

# in_option TEXT: TEXT as a value inside a QEMU option, where a comma is written twice.
in_option() {
    printf '%s' "${1//,/,,}"
}

# Sets qemu to the whole command, and memory_place to where the machine's memory is; the machine's
# own files lie in directory $1.
#
# RAM is a file in both cases, in memory where it fits. QEMU would back anonymous memory by pages of
# 2 MiB, and clear each of them when the guest touches the first of its bytes: for a guest that
# touches little in many places that takes longer than all that the guest does.
compose_command() {
    local backend=memory-backend-memfd file= serial=(-serial stdio)
    # ^C is for the machine where it is typed to.
    [ "$input" = no ] ||
        serial=(-chardev "stdio,id=console,signal=off" -serial chardev:console)
    local exit_device monitor display
    compose_screen "$1"
    memory_place="in this machine's"
    # The kernel of this machine may refuse to promise more than it has.
    if [ "$mebibytes" -gt "$(available_mebibytes)" ]; then
        backend=memory-backend-file
        file=,mem-path=$(in_option "$1/ram")
        memory_place="in $TMPDIR; name a directory with more room in TMPDIR"
    fi
    qemu=(
        qemu-system-x86_64
        -M "q35,accel=$accel" -cpu "$cpu" -m "${mebibytes}M"
        -object "$backend,id=ram,size=${mebibytes}M,share=on$file" -machine memory-backend=ram
        "${serial[@]}" "${monitor[@]}" "${display[@]}" -nic none
        -no-reboot "${exit_device[@]}"
    )
    if [ "$firmware" = uefi ]; then
        qemu+=(
            -drive "if=pflash,unit=0,format=raw,readonly=on,file=$(in_option "$firmware_code")"
            -drive "if=pflash,unit=1,format=raw,file=$(in_option "$1/OVMF_VARS.fd")"
        )
    fi
    if [ "$medium" = cd ]; then
        qemu+=(-cdrom "$iso")
    else
        # A disk that can be written, as USB disks can (Limine 8 and 9 wait for ever for one that
        # cannot); what is written goes nowhere.
        qemu+=(
            -device "$usb_controller" -device usb-storage,drive=stick
            -drive "if=none,id=stick,format=raw,snapshot=on,file=$(in_option "$iso")"
        )
    fi
    [ "$icount" = no ] || qemu+=(-icount "shift=0,sleep=off")
    [ "$gdb" = no ] || qemu+=(-s -S)
}

# Prints the command as one would type it, quotes only where the shell needs them.
print_command() {
    local word
    for word in "${qemu[@]}"; do
        [[ $word =~ ^[[:alnum:]_./:=,-]+$ ]] || word=${word@Q}
        printf '%s ' "$word"
    done
    printf '\n'
}
