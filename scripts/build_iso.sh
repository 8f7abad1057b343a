#!/usr/bin/env bash
# Makes a bootable ISO of the shim and the kernel: for UEFI always, and for BIOS as well if Limine
# has the files for it.
#
# usage: scripts/build_iso.sh [--loader auto|limine|stub] [--engine wasm3|aot] [--options TEXT]
#                             [-o FILE] [--program FILE [option...]]
#
#   --loader L       limine: Limine 8 or newer, found in $LIMINE_DIR, in limine/ of this checkout,
#                    which scripts/get_limine.sh makes, in /usr/local/share/limine or
#                    /usr/share/limine; stub: our own small loader, builddir/BOOTX64.EFI;
#                    auto (default): limine where it is installed, else stub
#   --engine E       what runs the kernel: wasm3 (default) interprets it; aot has it as machine code,
#                    and only the kernel that the build made
#   --options TEXT   the kernel's command line, for example "log=debug"
#   -o FILE          the ISO to write (default builddir/slop.iso)
#   --program FILE   what the kernel runs when it has started: a WASI command, or TypeScript (.ts)
#   --argument TEXT, --env NAME=VALUE, --file HOST=GUEST, --directory DIR[=GUEST]
#                    what it is given; each can be repeated
#   --input FILE     what it reads: a file, or console for what is typed (default: nothing)
#   --shim FILE      the executable to boot (default builddir/shim.elf or builddir/shim-aot.elf)
#   --module FILE    the kernel (default builddir/kernel.wasm); none leaves it out
#   --config FILE    the loader's configuration (default iso/limine.conf); @OPTIONS@ in it becomes
#                    the command line, @SHIM_HASH@ and @MODULE_HASH@ the BLAKE2B hashes of the two
#                    files, which the loader then verifies
#   --dry-run        only say what is wrong with the arguments
#
# The same inputs give the same ISO, bit for bit; SOURCE_DATE_EPOCH sets the date of its files.
# FILE is replaced when the new ISO is complete, and is left as it was if anything fails.
#
# examples:
#   scripts/build_iso.sh
#   scripts/build_iso.sh --loader stub --options "log=debug" -o /tmp/debug.iso
#
# exit status: 0 written, 1 a tool failed, 2 wrong arguments, 3 a tool or file is missing
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"
# shellcheck source=scripts/find_limine.sh
source "$root/scripts/find_limine.sh"

# Printable means ASCII, whatever the user's language.
export LC_ALL=C

loader=auto
limine_dir=
options=
output=$root/builddir/slop.iso
engine=wasm3
unset shim
module=$root/builddir/kernel.wasm
config=$root/iso/limine.conf
program=
program_arguments=()
dry_run=no

while [ $# -gt 0 ]; do
    case $1 in
        --loader) require_value "$1" $# && loader=$2 ;;
        --engine) require_value "$1" $# && engine=$2 ;;
        --options) require_value "$1" $# && options=$2 ;;
        -o) require_value "$1" $# && output=$2 ;;
        --shim) require_value "$1" $# && shim=$2 ;;
        --module) require_value "$1" $# && module=$2 ;;
        --config) require_value "$1" $# && config=$2 ;;
        --program) require_value "$1" $# && program=$2 ;;
        --argument | --env | --file | --directory | --input)
            # The value of an argument may be anything, also nothing.
            [ $# -ge 2 ] || usage_error "$1 needs a value"
            program_arguments+=("$1" "$2")
            ;;
        --dry-run)
            dry_run=yes
            shift
            continue
            ;;
        -h | --help)
            show_help "$0"
            exit 0
            ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    shift 2
done

# What fits into one variable of the environment of awk, which writes limine.conf, with its name.
readonly MOST_OPTIONS=131000

# The command line is one line of limine.conf, in which ${…} would be a macro.
if [ ${#options} -gt "$MOST_OPTIONS" ]; then
    usage_error "--options must have at most $MOST_OPTIONS characters, not ${#options}"
elif [[ $options == *[![:print:]]* ]]; then
    usage_error "--options must be one line of printable ASCII"
elif [[ $options == *\$\{* ]]; then
    usage_error "--options must not contain \${: Limine would expand it"
fi

# Dates and serial numbers in the ISO and the FAT image follow this one number (2026-01-01). FAT
# knows no date after 2107.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
export TZ=UTC
if ! [[ $SOURCE_DATE_EPOCH =~ ^(0|[1-9][0-9]{0,9})$ ]] || [ "$SOURCE_DATE_EPOCH" -gt 4354819199 ]; then
    usage_error "SOURCE_DATE_EPOCH must be whole seconds since 1970, at most 4354819199 (2107),\
 not '$SOURCE_DATE_EPOCH'"
fi

if [ ${#program_arguments[@]} -gt 0 ] && [ ! "$program" ]; then
    usage_error "${program_arguments[0]} is for a program; name one with --program"
fi

# require_file FILE HINT: FILE must be a readable regular file.
require_file() {
    [ "$1" ] || usage_error "a file has an empty name; $2"
    [ -e "$1" ] || fail "$STATUS_MISSING" "$1 is not there; $2"
    [ -f "$1" ] || fail "$STATUS_MISSING" "$1 is no file; $2"
    [ -r "$1" ] || fail "$STATUS_MISSING" "$1 cannot be read"
}

case $loader in
    auto)
        find_limine
        if [ "$limine_dir" ]; then loader=limine; else loader=stub; fi
        ;;
    limine)
        find_limine
        [ "$limine_dir" ] || fail "$STATUS_MISSING" \
            "Limine is not installed; scripts/get_limine.sh brings it, or set LIMINE_DIR"
        ;;
    stub) ;;
    *) usage_error "--loader must be auto, limine or stub, not '$loader'" ;;
esac

readonly BUILD_HINT="build it with: scripts/build.sh"
case $engine in
    wasm3)
        shim=${shim-$root/builddir/shim.elf}
        shim_hint=$BUILD_HINT
        ;;
    aot)
        shim=${shim-$root/builddir/shim-aot.elf}
        shim_hint="$BUILD_HINT, which needs wasm2c 1.0.32 of the package wabt"
        ;;
    *) usage_error "--engine must be wasm3 or aot, not '$engine'" ;;
esac
[ "$dry_run" = no ] || exit 0
readonly third_party=$root/builddir/THIRD-PARTY.txt
require_file "$config" "it is the loader's configuration"
require_file "$shim" "$shim_hint"
require_file "$third_party" "$BUILD_HINT"
[ "$module" = none ] || require_file "$module" "$BUILD_HINT"
[ "$loader" != stub ] || require_file "$root/builddir/BOOTX64.EFI" "$BUILD_HINT"
require_tool xorriso xorriso
require_tool b2sum coreutils
require_tool awk mawk
require_tool find findutils
require_tool flock util-linux
if [ "$loader" = stub ]; then
    require_tool mformat mtools
    require_tool mcopy mtools
fi
require_temporary

# The ISO takes the place of $output at the end: of a file, and not of one that it is made from.
[ "$output" ] || usage_error "-o must name a file"
if [ -L "$output" ]; then
    output=$(realpath --canonicalize-missing -- "$output" && echo .)
    output=${output%$'\n.'}
fi
make_absolute output
target_dir=${output%/*}
target_dir=${target_dir:-/}
[ -d "$target_dir" ] || fail "$STATUS_MISSING" "$target_dir is not there; create it first"
if [ -d "$output" ]; then
    usage_error "-o must name a file, and $output is a directory"
elif [ -e "$output" ] && ! [ -f "$output" ]; then
    usage_error "-o must name a file, and $output is a device or a pipe"
fi
for input in "$shim" "$module" "$config" "$root/builddir/BOOTX64.EFI" "$third_party" \
    ${limine_dir:+"$limine_dir"/*} "$program" "${program_arguments[@]}" "${program_arguments[@]%=*}"; do
    [ ! "$output" -ef "$input" ] || usage_error "-o $output is what the ISO is made from"
done

# What a run that was killed left beside the ISO; it held a lock on it as long as it lived.
for partial in "$target_dir"/.slopos-iso.??????; do
    if [ -f "$partial" ] && flock --nonblock "$partial" true 2>/dev/null; then rm -f -- "$partial"; fi
done
scratch=
partial=
trap 'rm -rf -- "$scratch" "$partial"' EXIT
scratch=$(mktemp -d -- "$TMPDIR/slopos-iso.XXXXXX") || fail 1 "no temporary directory in $TMPDIR"
partial=$(mktemp -- "$target_dir/.slopos-iso.XXXXXX") ||
    fail "$STATUS_MISSING" "$target_dir cannot be written"
exec 9>"$partial"
flock 9 2>/dev/null || true

# The tree that both the ISO 9660 file system and, for the stub, the FAT image carry.
tree=$scratch/tree
mkdir -p "$tree/EFI/BOOT" "$tree/boot"
cp -- "$shim" "$tree/boot/shim.elf"
[ "$module" = none ] || cp -- "$module" "$tree/boot/kernel.wasm"

# The licences of all that the ISO carries; Limine's is with its release.
cp -- "$root/LICENSE" "$third_party" "$tree"
if [ "$loader" = limine ]; then
    rule=$(printf '=%.0s' {1..78})
    printf '\n%s\nLimine\nin %s\n%s\n\n' "$rule" "EFI/BOOT and boot/limine" "$rule" >>"$tree/THIRD-PARTY.txt"
    if [ -r "$limine_dir/LICENSE" ]; then
        cat -- "$limine_dir/LICENSE" >>"$tree/THIRD-PARTY.txt"
    else
        printf '%s\n' "It is under the BSD 2-Clause License; its text was not with the files of Limine." \
            >>"$tree/THIRD-PARTY.txt"
    fi
fi

# The program and what it is given, each a module after the kernel's.
if [ "$program" ]; then
    require_file "$program" "it is the program"
    # Its loader would leave a cache in $TMPDIR.
    TSX_DISABLE_CACHE=1 node "$root/scripts/pack_program.mjs" "$tree/boot" --program "$program" \
        "${program_arguments[@]}" >"$scratch/modules" || exit $?
fi

# hash_of FILE: its BLAKE2b-512 hash, of the copy that the ISO carries; nothing if there is none.
hash_of() {
    [ ! -f "$1" ] || b2sum <"$1" | cut -d " " -f 1
}
SHIM_HASH=$(hash_of "$tree/boot/shim.elf")
MODULE_HASH=$(hash_of "$tree/boot/kernel.wasm")

# A shim that has a module as machine code says which, and boots no other.
translated=$(grep -aoEm 1 'BLAKE2b-512=[0-9a-f]{128}' "$tree/boot/shim.elf" || true)
if [ "$translated" ] && [ "$module" != none ] && [ "$translated" != "BLAKE2b-512=$MODULE_HASH" ]; then
    usage_error "$module is not the module that $shim was made of; scripts/build.sh makes both"
fi

# limine.conf: hashes and options in their places, and no module where there is none. The options
# come last, so that nothing in them is taken for a marker. ENVIRON, unlike -v, hands a text over
# without reading escapes into it.
export SHIM_HASH MODULE_HASH
MODULE=$module OPTIONS=$options awk '
    function put(name, at) {
        at = index($0, "@" name "@")
        if (at) $0 = substr($0, 1, at - 1) ENVIRON[name] substr($0, at + length(name) + 2)
    }
    ENVIRON["MODULE"] == "none" && /^[ \t]*module_/ { next }
    { put("SHIM_HASH"); put("MODULE_HASH"); put("OPTIONS"); print }
' <"$config" >"$tree/limine.conf"

# Prints the paths in limine.conf that name no hash.
unverified_paths() {
    sed -nE '/^[ \t]*(kernel_|module_)?path[ \t]*:/{/#[0-9a-fA-F]{128}[ \t\r]*$/!s/^[^:]*:[ \t]*//p}' \
        "$tree/limine.conf"
}
unverified_paths | while read -r path; do
    say "note: $config names no hash for $path: the loader will not verify it"
done

if [ "$program" ]; then
    while read -r file cmdline; do
        printf '    module_path: boot():/boot/%s#%s\n    module_cmdline: %s\n' \
            "$file" "$(hash_of "$tree/boot/$file")" "$cmdline"
    done <"$scratch/modules" >>"$tree/limine.conf"
fi

# All dates the same, whatever those of the originals are.
fix_dates() {
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# Writes the tree to a FAT image, $scratch/efi.img, just large enough. mtools reads more than a path
# in the name of an image, hence from within the tree.
make_fat_image() (
    cd -- "$tree"
    # FAT's dates begin in 1980; mtools would write those before as dates of the next century.
    local -x SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH
    [ "$SOURCE_DATE_EPOCH" -ge 315532800 ] || SOURCE_DATE_EPOCH=315532800
    kilobytes=$(du -sk --apparent-size . | cut -f1)
    # Room for the FATs and the directories, and no less than FAT16 begins with, so that every
    # image has the same structure. 1 MiB granularity, hence no odd geometry.
    truncate -s "$((kilobytes / 1024 + 6))M" ../efi.img
    # mtools would read a .mtoolsrc in the user's home directory.
    HOME=$scratch mformat -i ../efi.img -N 534c4f50 -v SLOPOS ::
    HOME=$scratch mcopy -i ../efi.img -s -Q * ::
)

# Writes the tree to $partial; the arguments say how the ISO boots. No configuration file is read.
# xorriso is talkative: what it says is shown only if it fails.
write_iso() {
    xorriso -no_rc -as mkisofs -r -J -V SLOPOS "$@" -efi-boot-part --efi-boot-image \
        --protective-msdos-label "$tree" -o "$partial" 2>"$scratch/xorriso.log" && return
    cat "$scratch/xorriso.log" >&2
    fail 1 "xorriso could not write $output"
}

if [ "$loader" = limine ]; then
    cp -- "$limine_dir/BOOTX64.EFI" "$tree/EFI/BOOT/"
    mkdir "$tree/boot/limine"
    cp -- "$limine_dir/limine-uefi-cd.bin" "$tree/boot/limine/"
    boot_images=(--efi-boot boot/limine/limine-uefi-cd.bin)
    if [ -f "$limine_dir/limine-bios-cd.bin" ] && [ -f "$limine_dir/limine-bios.sys" ]; then
        cp -- "$limine_dir/limine-bios-cd.bin" "$limine_dir/limine-bios.sys" "$tree/boot/limine/"
        boot_images=(-b boot/limine/limine-bios-cd.bin -no-emul-boot -boot-load-size 4
            -boot-info-table "${boot_images[@]}")
    fi
else
    cp -- "$root/builddir/BOOTX64.EFI" "$tree/EFI/BOOT/"
    fix_dates
    make_fat_image
    mv -- "$scratch/efi.img" "$tree/boot/efi.img"
    boot_images=(--efi-boot boot/efi.img)
fi
fix_dates
write_iso "${boot_images[@]}"
chmod 644 "$partial"
mv -f -- "$partial" "$output"
say "$output: $(stat -c %s -- "$output") bytes, loader $loader"
