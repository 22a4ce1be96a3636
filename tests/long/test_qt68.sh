#!/usr/bin/env bash
# Builds and tests this source on Qt 6.8: in a Debian 13 root of its own, kept in build/debian13. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD/build/debian13
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
if [ ! -e "$root/.complete" ]; then
    mkdir -p "$root"
    debootstrap --variant=minbase trixie "$root" "$mirror" >build/debian13.log 2>&1 ||
        { tail build/debian13.log >&2; exit 1; }
    cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
    touch "$root/.complete"
fi
cp /etc/resolv.conf /etc/hosts "$root/etc/"
for folder in proc sys dev dev/shm; do
    mkdir -p "$root/$folder"
    mountpoint -q "$root/$folder" || mount --rbind "/$folder" "$root/$folder"
done
mkdir -p "$root/source"
mountpoint -q "$root/source" || mount --bind "$PWD" "$root/source"
release() {
    umount "$root/source" || true
    for folder in dev/shm dev sys proc; do umount -R -l "$root/$folder" 2>/dev/null || true; done
}
trap release EXIT
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 bash -euc '
    cd /source
    resources/install-dependencies.sh build run test
    resources/fetch-peers.sh /tmp/peers
    cmake --preset release -B /tmp/build -DOPENLOOP_PEERS=/tmp/peers/root >/dev/null
    cmake --build /tmp/build
    ctest --test-dir /tmp/build --output-on-failure
'
