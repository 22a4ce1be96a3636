#!/usr/bin/env bash
# Usage: build.sh RELEASE
# Builds the container image of openloop-server from the package in build/packages/RELEASE, on a root of that release of
# Debian which is made here instead of fetched, into build/containers. Needs root, and buildah.
set -euo pipefail
cd "$(dirname "$0")/../.."
release=$1
root=build/roots/container-$release
resources/install-dependencies.sh container
resources/debian-root.sh "$release" "$root" -- true
storage=(--storage-driver vfs --root "$PWD/build/containers/storage" --runroot "$PWD/build/containers/run")
mkdir -p build/containers
buildah() { command buildah "${storage[@]}" "$@"; }

base=$(buildah from scratch)
tar --create --one-file-system --directory "$root" --file build/containers/base.tar .
buildah add --quiet "$base" build/containers/base.tar / >/dev/null
rm build/containers/base.tar
buildah commit --quiet --rm "$base" "localhost/debian:$release" >/dev/null
# HEALTHCHECK is of Docker's format alone.
buildah build --quiet --isolation chroot --format docker --build-arg "BASE=localhost/debian:$release" \
    --file resources/container/Containerfile --tag "localhost/openloop-server:$release" "build/packages/$release" >/dev/null
echo "openloop: built localhost/openloop-server:$release"
