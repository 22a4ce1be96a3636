#!/usr/bin/env bash
# Does /health stay responsive while 8 /factorize run? Asks openloop-server and the article's FastAPI service, one after
# the other on the same machine, and paints both: bench/fastapi/isolation.sh [FOLDER]. Takes three minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$PWD/build/${PRESET:-release}/bin
folder=${1:-build/fastapi}
phases=${PHASES:-10s,20s,10s}
digits=${DIGITS:-60}
resources/install-dependencies.sh bench/fastapi/packages.txt
mkdir -p "$folder"
rm -f "$folder"/*.sqlite*

# Starts a service in the background and sets url once its output names the address.
start() {
    "$@" >"$folder/service.log" 2>&1 &
    service=$!
    for _ in $(seq 200); do
        url=$(grep -o 'http://127.0.0.1:[1-9][0-9]*' "$folder/service.log" | head -1 || true)
        [ -n "$url" ] && return
        sleep 0.1
    done
    cat "$folder/service.log" >&2
    exit 1
}
stop() {
    # The article's threads go on computing when the load has gone: nothing there can be cancelled.
    pkill -KILL -P "$service" 2>/dev/null || true
    kill -KILL "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
}
trap stop EXIT

measure() {
    local name=$1 code=0
    echo "== $name"
    "$bin/openloop-monitor" --headless "health=$url/health" "factorize=$url/factorize?n={semiprime:$digits}" \
        --interval 20ms --isolation-test factorize=8 --phases "$phases" --quiet \
        --json "$folder/$name.json" --record "$folder/$name.sqlite" || code=$?
    echo "exit $code"
    stop
}

start "$bin/openloop-server" --port 0 --database sqlite::memory:
measure openloop
uvicorn=(/usr/bin/python3 -m uvicorn --app-dir bench/fastapi --port 0 --loop uvloop --http httptools --no-access-log service:app)
start "${uvicorn[@]}"
measure fastapi-threads
start env POOL=processes "${uvicorn[@]}"
measure fastapi-processes
QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} "$bin/openloop-beside" "$folder/beside.png" \
    "openloop-server=$folder/openloop" "FastAPI, run_in_executor=$folder/fastapi-threads" \
    "FastAPI, process pool=$folder/fastapi-processes"
echo "$folder/beside.png"
