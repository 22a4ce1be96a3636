#!/usr/bin/env bash
# Usage: test_packages.sh RELEASE...
# Builds the Debian packages of each release, runs lintian on them, and tries them in a root that holds nothing else, which
# is thrown away afterwards; the container image likewise. What was built and tried is told in one line each; exit code 1 where something did not hold.
set -euo pipefail
cd "$(dirname "$0")/../../.."
for release in "$@"; do
    resources/build-packages.sh "$release"
    root=build/roots/try-$release
    rm -rf "$root"
    resources/debian-root.sh "$release" "$root" \
        "build/packages/$release=/packages" "tests/long/packages=/try" -- /try/inside.sh
    rm -rf "$root"
    tests/long/packages/test_container.sh "$release"
done
