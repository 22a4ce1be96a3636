#!/usr/bin/env bash
# Usage: build.sh RELEASE
# Builds the image of Containerfile from the package of that release (build/packages/RELEASE), on a base that mmdebstrap makes,
# so that no image has to be fetched; tries it; leaves build/container/openloop-server.tar for `podman load`. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."
release=$1
folder=build/container
resources/install-dependencies.sh root container
rm -rf "$folder"
mkdir -p "$folder/context"
cp build/packages/"$release"/openloop-server_*.deb resources/container/healthcheck.sh "$folder/context/"

# A storage of its own, without overlays and without a daemon; runs in a chroot, so that it works within a container, too.
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs _CONTAINERS_USERNS_CONFIGURED=
buildah() { command buildah --root "$PWD/$folder/storage" --runroot "$PWD/$folder/run" "$@"; }
working=()
clean() {
    for one in ${working[@]+"${working[@]}"}; do buildah rm "$one" >/dev/null 2>&1 || true; done
    rm -rf "$folder/storage" "$folder/run" "$folder/base" "$folder/context"
}
trap clean EXIT

resources/debian-root.sh "$release" "$folder/base" -- apt-get clean
base=$(buildah from scratch)
working+=("$base")
rm "$folder/base/.complete"
buildah add -q "$base" "$folder/base" / >/dev/null
buildah commit -q "$base" openloop-base >/dev/null
buildah bud -q --format docker --build-arg BASE=localhost/openloop-base -t openloop-server -f resources/container/Containerfile \
    "$folder/context" >"$folder/build.log" 2>&1 || { tail -n 30 "$folder/build.log"; exit 1; }

# Without a token it must not start; with one it does, says that it is healthy, and lets nobody else in.
try=$(buildah from localhost/openloop-server)
working+=("$try")
inside() { buildah run --user 10001:10001 "$@"; }
if said=$(inside "$try" openloop-server --listen 0.0.0.0 --port 18080 2>&1) || ! grep -q token-file <<<"$said"; then
    echo "the image listens to everybody without a token, or does not say why not: $said" >&2
    exit 1
fi
inside "$try" bash -euc '
    [ "$(id -u)" = 10001 ]
    echo 0123456789abcdef0123456789abcdef >/tmp/token
    export OPENLOOP_PORT=18080
    openloop-server --listen 0.0.0.0 --token-file /tmp/token >/tmp/ready 2>/tmp/log &
    server=$!
    until grep -q listening /tmp/ready; do kill -0 $server || { cat /tmp/log; exit 1; }; sleep 0.1; done
    openloop-healthcheck
    exec 3<>/dev/tcp/127.0.0.1/18080
    printf "GET /factorize?n=6 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3
    read -r _ status _ <&3
    [ "$status" = 401 ]
    [ -n "$(ls /var/lib/openloop)" ]
    kill $server
    wait $server
    ! openloop-healthcheck 2>/dev/null'
buildah push -q localhost/openloop-server "docker-archive:$PWD/$folder/openloop-server.tar:openloop-server:latest" >/dev/null
echo "container on debian $release: refuses to start without a token; healthy as user 10001; 401 without the token; $(
    du -h "$folder/openloop-server.tar" | cut -f1) in $folder/openloop-server.tar"
