# Where Limine is installed; for the scripts that use it, which source this after common.sh.
# shellcheck shell=bash disable=SC2034

# What a UEFI machine needs of it.
readonly LIMINE_FILES=(BOOTX64.EFI limine-uefi-cd.bin)

# The first release that reads limine.conf, and not only a file of another name.
readonly LIMINE_OLDEST=8

# limine_age DIRECTORY: prints the first number of the release there; 0 if it does not say.
limine_age() {
    local text
    text=$(LC_ALL=C grep -aoEm 1 'Limine [0-9]{1,4}\.' -- "$1/BOOTX64.EFI" 2>/dev/null) || text="Limine 0."
    text=${text%%.*}
    echo "${text#Limine }"
}

# too_old DIRECTORY
too_old() {
    local age
    age=$(limine_age "$1")
    [ "$age" -gt 0 ] && [ "$age" -lt "$LIMINE_OLDEST" ]
}

# has_limine DIRECTORY
has_limine() {
    local file
    for file in "${LIMINE_FILES[@]}"; do
        [ -f "$1/$file" ] && [ -s "$1/$file" ] || return 1
    done
    ! too_old "$1"
}

# Sets limine_dir to the directory that has Limine, empty if none has: what scripts/get_limine.sh has
# brought first, then where distributions install it. A LIMINE_DIR set by the user is taken at its
# word: it is an error if it does not hold what is needed.
find_limine() {
    local file
    if [ "${LIMINE_DIR-}" ]; then
        for file in "${LIMINE_FILES[@]}"; do
            [ -f "$LIMINE_DIR/$file" ] || fail "$STATUS_MISSING" \
                "$LIMINE_DIR/$file is not there; LIMINE_DIR must name a directory that has it"
            [ -s "$LIMINE_DIR/$file" ] || fail "$STATUS_MISSING" "$LIMINE_DIR/$file is empty"
            [ -r "$LIMINE_DIR/$file" ] || fail "$STATUS_MISSING" "$LIMINE_DIR/$file cannot be read"
        done
        ! too_old "$LIMINE_DIR" || fail "$STATUS_MISSING" "$LIMINE_DIR has Limine\
 $(limine_age "$LIMINE_DIR"), and $LIMINE_OLDEST or newer is needed; scripts/get_limine.sh brings one"
        limine_dir=$LIMINE_DIR
        return
    fi
    for limine_dir in "$root/limine" /usr/local/share/limine /usr/share/limine; do
        if has_limine "$limine_dir"; then return; fi
    done
    limine_dir=
}
