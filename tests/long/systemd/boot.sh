#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: boot.sh SERVER SERVICE SOCKET
# Starts a systemd of its own in namespaces, over this machine's root, which stays as it is, and has checks.sh run in
# it: the units as they are installed, with the server where they look for it. Needs root, and systemd installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ -x /lib/systemd/systemd ] || { echo "openloop: systemd is not installed here" >&2; exit 1; }
results=$(mktemp -d)
work=$(mktemp -d)
cp "$here/checks.sh" "$1" "$2" "$3" "$results/"

# A group of processes that is the new systemd's own; where groups are of version 1, the second is beside them.
groups=/sys/fs/cgroup/unified
[ -d "$groups" ] || groups=/sys/fs/cgroup
group=$groups/openloop-systemd-test.$$
mkdir "$group"
leave() {
    echo $$ >"$groups/cgroup.procs"
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    rm -rf "$results"
    rmdir "$work"
}
trap leave EXIT
echo $$ >"$group/cgroup.procs"

code=0
timeout --signal=KILL 180 unshare --mount --pid --cgroup --uts --ipc --net --fork --kill-child bash -euc '
    mount --make-rprivate /
    mount -t tmpfs tmpfs "$1"
    mkdir "$1/upper" "$1/work" "$1/root"
    root=$1/root
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    mount --rbind /dev "$root/dev"
    mount --bind "$2" "$root/mnt"
    units=$root/etc/systemd/system
    rm -rf "$units"/* "$root"/var/lib/systemd/* "$root/etc/openloop"
    install -D "$2/openloop-server" "$root/usr/local/bin/openloop-server"
    cp "$2"/openloop-server.service "$2"/openloop-server.socket "$units"
    printf "[Unit]\nRequires=basic.target\nAfter=basic.target\nWants=checks.service\n" >"$units/checks.target"
    printf "[Service]\nType=oneshot\nExecStart=/bin/bash /mnt/checks.sh\n" >"$units/checks.service"
    cd "$root"
    mkdir -p former
    pivot_root . former # in a mere chroot nobody may have users of his own (PrivateUsers=)
    umount -l former
    exec chroot . env -i container=openloop PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --system --unit=checks.target --show-status=no --log-target=null
' boot "$work" "$results" </dev/null >"$results/outer" 2>&1 || code=$?
cat "$results/log" 2>/dev/null || { cat "$results/outer"; echo "openloop: systemd did not begin here (exit code $code)"; }
grep -q '^ended$' "$results/log" 2>/dev/null || code=1
exit "$code"
