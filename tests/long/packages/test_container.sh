#!/usr/bin/env bash
# Usage: test_container.sh RELEASE
# Builds the container image from build/packages/RELEASE, and tries it: no rights, no start without a token, the health
# check, a clean stop. Containers share the machine's network here, so that the port is another one.
set -eEuo pipefail
cd "$(dirname "$0")/../../.."
release=$1
resources/container/build.sh "$release"
image=localhost/openloop-server:$release
storage=(--storage-driver vfs --root "$PWD/build/containers/storage" --runroot "$PWD/build/containers/run")
buildah() { command buildah "${storage[@]}" "$@"; }
scratch=$(mktemp -d)
container=$(buildah from --pull-never "$image")
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND" >&2; tail -n 20 "$scratch"/*.log >&2' ERR
trap 'buildah rm "$container" >/dev/null; buildah rmi --force "$image" "localhost/debian:$release" >/dev/null; rm -rf "$scratch"' EXIT
passed() { echo "container $release: $*"; }
fail() { echo "container $release: FAILED: $*" >&2; exit 1; }
run() { buildah run --isolation chroot --env OPENLOOP_PORT="$port" "${secret[@]}" "$container" -- "$@"; }
status() { curl --silent --output /dev/null --write-out '%{http_code}' "$@"; }
port=0 secret=()

config=$(buildah inspect --type image "$image" | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["Docker"]["config"]))')
[ "$(run id -u):$(run id -g)" = 65534:65534 ] || fail "it runs as $(run id)"
[ -z "$(run find / -xdev -perm /6000 -writable 2>/dev/null)" ] || fail "its user can change programs with more rights"
passed "runs as nobody"

! run openloop-server >"$scratch/without.log" 2>&1 || fail "it started without a token"
grep -q -e --token-file "$scratch/without.log" || fail "it does not say what is missing"
passed "says what it wants without a token: $(head -n 1 "$scratch/without.log")"

printf 'a-token-for-this-test-alone\n' >"$scratch/token"
chmod 0644 "$scratch/token"
secret=(--volume "$scratch/token:/run/secrets/openloop_token:ro")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mapfile -d '' -t healthy < <(python3 -c '
import json, sys
kind, *command = json.loads(sys.argv[1])["Healthcheck"]["Test"]
assert kind == "CMD"
print("\0".join(command), end="\0")' "$config")
! run "${healthy[@]}" 2>/dev/null || fail "healthy before it runs"
run openloop-server >"$scratch/server.log" 2>&1 &
server=$!
until grep -q listening "$scratch/server.log"; do # for as long as it lives: it says one or the other
    kill -0 "$server" || fail "it ended"
    sleep 0.1
done
run "${healthy[@]}" || fail "the health check"
passed "the health check holds while it runs, and not before"

[ "$(status "http://127.0.0.1:$port/factorize?n=91")" = 401 ] || fail "it works for whoever asks"
[ "$(status -H 'Authorization: Bearer a-token-for-this-test-alone' "http://127.0.0.1:$port/factorize?n=91")" = 200 ] ||
    fail "it does not work for who has the token"
passed "works for who has the token, and for nobody else"

process=$(pgrep -n -x openloop-server)
[ "$(ps -o uid= -p "$process" | tr -d ' ')" = 65534 ] || fail "the service is not nobody's"
kill -TERM "$process"
wait "$server" || fail "it ended with $?"
! run "${healthy[@]}" 2>/dev/null || fail "healthy after its end"
passed "SIGTERM ends it with 0"
