#!/usr/bin/env bash
# Usage: debian-root.sh RELEASE FOLDER [HERE=THERE]... -- COMMAND...
# Runs a command as root in a root of that Debian release (bookworm, trixie). FOLDER is the root; it is made where it is
# missing, and kept. HERE=THERE shows a folder of this machine in it. Needs root, and the mirror that apt uses here.
set -euo pipefail
release=$1 root=$(realpath -m "$2")
shift 2
shown=()
while [ "$1" != -- ]; do
    shown+=("$(realpath "${1%%=*}")=${1#*=}")
    shift
done
shift
if [ "$(id -u)" -ne 0 ]; then
    echo "openloop: a Debian root can only be made and entered by root" >&2
    exit 1
fi
"$(dirname "$0")/install-dependencies.sh" root

if [ ! -e "$root/.complete" ]; then
    echo "openloop: making a root of Debian $release at $root"
    rm -rf "$root"
    mkdir -p "$root"
    sources=$(apt-get indextargets --format "\$(REPO_URI) \$(LABEL)" 'Created-By: Packages' 'Origin: Debian' |
        awk -v release="$release" '
            /Debian-Security$/ { kinds[release "-security"] = $1; next }
            { kinds[release] = $1; kinds[release "-updates"] = $1 }
            END { for (kind in kinds) print "deb " kinds[kind] " " kind " main" }')
    # What makes the mirror reachable here (a proxy, a snapshot's dates) does so in the root as well.
    apt-config dump | grep '^Acquire::' >"$root.apt.conf"
    mmdebstrap --quiet --variant=minbase --format=directory --aptopt="$root.apt.conf" "$release" "$root" - <<<"$sources" ||
        { rm -rf "$root" "$root.apt.conf"; exit 1; }
    rm "$root.apt.conf"
    touch "$root/.complete"
fi
cp --remove-destination -L /etc/resolv.conf /etc/hosts "$root/etc/"

# Mounts and processes live in namespaces of their own: however the command ends, the kernel leaves nothing of either.
enter='
    set -eu
    root=$1
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    while [ "$1" != -- ]; do
        mkdir -p "$root/${1#*=}"
        mount --bind "${1%%=*}" "$root/${1#*=}"
        shift
    done
    shift
    exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
'
# unshare itself is deaf to what ends a command, so that this shell waits, and kills it.
unshare --mount --pid --fork --kill-child sh -c "$enter" enter "$root" ${shown[@]+"${shown[@]}"} -- "$@" <&0 &
inside=$!
trap 'kill -KILL "$inside"; exit 143' HUP INT TERM
wait "$inside"
