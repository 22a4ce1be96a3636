#!/usr/bin/env bash
# Builds and tests this source on Qt 6.8: in a Debian 13 root of its own, kept in build/roots/qt68. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec resources/debian-root.sh trixie build/roots/qt68 .=/source -- bash -euc '
    cd /source
    resources/install-dependencies.sh build run test
    resources/fetch-peers.sh /tmp/peers
    cmake --preset release -B /tmp/build -DOPENLOOP_PEERS=/tmp/peers/root >/dev/null
    cmake --build /tmp/build
    ctest --test-dir /tmp/build --output-on-failure
'
