#!/usr/bin/env bash
# Usage: build-packages.sh RELEASE
# Builds the Debian packages in a root of that release (bookworm, trixie) of their own, and runs lintian on them. They lie in
# build/packages/RELEASE; those in its folder `next` differ by their version only, for who wants to try an upgrade.
set -euo pipefail
cd "$(dirname "$0")/.."
release=$1
packages=$PWD/build/packages/$release
root=build/roots/build-$release
rm -rf "$packages"
mkdir -p "$packages/next" build/ccache
cache=$(ccache --get-config cache_dir 2>/dev/null || true)
[ -d "$cache" ] || cache=$PWD/build/ccache

files() { # what git knows or would take; of an export everything but what was built
    git ls-files --cached --others --exclude-standard -z 2>/dev/null || find . -path ./build -prune -o -type f -print0
}
files | while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
    tar --create --null --files-from - --file "$packages/openloop.tar"
resources/debian-root.sh "$release" "$root" "$packages=/packages" "$cache=/ccache" -- bash -euc '
    release=$1 inside=/build/openloop
    rm -rf /build
    mkdir -p "$inside"
    cd "$inside"
    tar --extract --no-same-owner --file /packages/openloop.tar
    rm /packages/openloop.tar
    cp -a resources/debian debian

    resources/install-dependencies.sh package
    apt-get build-dep -y -qq --no-install-recommends ./ >/dev/null
    export CCACHE_DIR=/ccache DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)"
    . /etc/os-release
    # Ordered so that an upgrade of Debian is one of the packages, and a later upload of Debian itself comes after both.
    version=$(dpkg-parsechangelog --show-field Version)
    new_version() {
        sed -i "1s/.*/openloop ($1) $release; urgency=medium/" debian/changelog
    }
    new_version "$version~deb${VERSION_ID}u1"
    dpkg-buildpackage --build=binary --no-sign --no-check-builddeps >/packages/build.log 2>&1 ||
        { tail -n 40 /packages/build.log; exit 1; }
    mv ../*.deb /packages/
    new_version "$version~deb${VERSION_ID}u2"
    dpkg-buildpackage --build=binary --no-sign --no-pre-clean >>/packages/build.log 2>&1 ||
        { tail -n 40 /packages/build.log; exit 1; }
    mv ../*.deb /packages/next/
    lintian --allow-root --fail-on error --tag-display-limit 0 /packages/*.deb
' build "$release"
