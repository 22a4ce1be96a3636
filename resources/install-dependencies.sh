#!/usr/bin/env bash
# Installs those packages of a list (debian-packages.txt unless told) that are missing; says so where there is no Debian.
set -euo pipefail
list=${1:-"$(dirname "$0")/debian-packages.txt"}
if ! command -v dpkg-query >/dev/null; then
    echo "openloop: no Debian here: install the counterparts of $list, then: cmake --workflow --preset release" >&2
    exit 1
fi
missing=()
for package in $(sed '/^#/d' "$list"); do
    case $(dpkg-query --show --showformat '${db:Status-Abbrev}' "$package" 2>/dev/null || true) in
        ii*) ;;
        *) missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "openloop: installing ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
