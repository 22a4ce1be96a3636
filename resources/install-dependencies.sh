#!/usr/bin/env bash
# Usage: install-dependencies.sh [LIST] SECTION...
# Installs the packages of these sections (build, run, test) that are missing; with none missing it asks neither apt nor
# root nor the network. LIST: debian-packages.txt beside this script, or a file without sections.
set -euo pipefail
list=$(dirname "$0")/debian-packages.txt
if [ -f "${1:-}" ]; then
    list=$1
    shift
fi
if ! command -v dpkg-query >/dev/null; then
    echo "openloop: no Debian here: install the counterparts of $list, then: cmake --workflow --preset release" >&2
    exit 1
fi

# A package counts as installed where one is that provides it: many names of -dev packages are virtual.
missing=$(
    dpkg-query --show --showformat '${db:Status-Abbrev}|${Package}, ${Provides}\n' | awk -F'|' -v sections=" $* " '
        from == "dpkg" {
            if ($1 !~ /^.i/) next
            count = split($2, names, /,/)
            for (i = 1; i <= count; ++i) {
                gsub(/\(.*|:.*|[ \t]/, "", names[i])
                installed[names[i]] = 1
            }
            next
        }
        /^#/ || NF == 0 { next }
        /^\[/ { section = substr($0, 2, length($0) - 2); next }
        section != "" && !index(sections, " " section " ") { next }
        {
            for (i = 1; i <= NF; ++i) {
                name = $i
                gsub(/[ \t]/, "", name)
                if (name in installed) next
            }
            print $0
        }' from=dpkg - from=list "$list"
)
[ -n "$missing" ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
    [ -t 0 ] || as_root+=(-n) # nobody is there who could type a password
fi
names() { # the first alternative that apt knows
    while IFS='|' read -r first second; do
        first=${first// /} second=${second// /}
        [ -n "$second" ] && ! apt-cache show "$first" >/dev/null 2>&1 && first=$second
        echo "$first"
    done <<<"$missing"
}
give_up() {
    echo "openloop: $1. Missing: $(names | paste -sd ' '). As root, with a network:" >&2
    echo "    apt-get update && apt-get install --no-install-recommends $(names | paste -sd ' ')" >&2
    exit 1
}
if [ ${#as_root[@]} -gt 0 ] && ! { command -v sudo && "${as_root[@]}" true; } >/dev/null 2>&1; then
    give_up "packages are missing, and only root can install them"
fi
"${as_root[@]}" apt-get update -qq || give_up "apt-get update failed"
mapfile -t wanted < <(names)
echo "openloop: installing ${wanted[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || give_up "apt-get install failed"
