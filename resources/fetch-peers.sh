#!/usr/bin/env bash
# Usage: fetch-peers.sh FOLDER
# Unpacks the servers that tests start ([peers] of debian-packages.txt), and what they need beyond what is installed,
# below FOLDER/root: no root, nothing installed, nothing started. Does nothing where that is done.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
mapfile -t peers < <(sed -n '/^\[peers\]/,/^\[/{/^[a-z]/p}' "$here/debian-packages.txt")
stamp="${peers[*]} of $(. /etc/os-release && echo "$ID ${VERSION_ID:-testing}")"
[ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

exec 9>"$folder/lock"
flock 9
[ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
echo "openloop: unpacking ${peers[*]} below $folder"

# As if none of them were installed; a just-in-time compiler is not needed, and as large as all else.
family='^Package: (postgresql|pgbouncer|nginx|libnginx|haproxy|prometheus)'
awk -v RS= -v ORS='\n\n' -v family="$family" '$0 !~ family' /var/lib/dpkg/status >"$folder/status"
apt=(apt-get -qq -o "Dir::State::status=$folder/status" -o "APT::Sandbox::User=$(id -un)")
names() {
    "${apt[@]}" --simulate install --no-install-recommends "${peers[@]}" |
        awk '$1 == "Inst" && $2 !~ /^libllvm/ { print $2 "=" substr($0, index($0, "(") + 1) }' | awk '{ print $1 }'
}
if ! wanted=$(names) || [ -z "$wanted" ]; then # lists of our own, where the machine has none
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    apt+=(-o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache")
    "${apt[@]}" update || { echo "openloop: no network to fetch ${peers[*]} from, which tests start" >&2; exit 1; }
    wanted=$(names)
fi
# One that is installed has what it needs, and can't be taken out of the list: others there depend on it.
if dpkg-query -W -f '${db:Status-Status}' systemd 2>/dev/null | grep -qx installed; then
    wanted+=$'\nsystemd\nlibsystemd-shared'
fi
rm -rf "$folder/packages" "$folder/root" "$folder"/cluster-* # the last are made by what is unpacked
mkdir -p "$folder/packages" "$folder/root"
(cd "$folder/packages" && xargs "${apt[@]}" download <<<"$wanted") ||
    { echo "openloop: could not fetch ${peers[*]}, which tests start: no network, or old lists (apt-get update)" >&2; exit 1; }
for package in "$folder"/packages/*.deb; do
    dpkg-deb --extract "$package" "$folder/root"
done
rm -rf "$folder/packages" "$folder/lists" "$folder/cache" "$folder/status"
echo "$stamp" >"$folder/stamp"
