# Where Limine is installed; for the scripts that use it, which source this after common.sh.
# shellcheck shell=bash disable=SC2034

# What a UEFI machine needs of it.
readonly LIMINE_FILES=(BOOTX64.EFI limine-uefi-cd.bin)

# has_limine DIRECTORY
has_limine() {
    local file
    for file in "${LIMINE_FILES[@]}"; do [ -f "$1/$file" ] || return 1; done
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
            [ -r "$LIMINE_DIR/$file" ] || fail "$STATUS_MISSING" "$LIMINE_DIR/$file cannot be read"
        done
        limine_dir=$LIMINE_DIR
        return
    fi
    for limine_dir in "$root/limine" /usr/local/share/limine /usr/share/limine; do
        if has_limine "$limine_dir"; then return; fi
    done
    limine_dir=
}
