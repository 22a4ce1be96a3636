#!/usr/bin/env bash
# Starts the service on its embedded defaults and, where a display is, the monitor beside it; Ctrl-C stops both.
set -euo pipefail
bin=$1
stops="Ctrl-C stops it"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ -x "$bin/openloop-monitor" ]; then
    "$bin/openloop-monitor" &
    monitor=$!
    trap 'kill "$monitor" 2>/dev/null || true' EXIT
    stops="Ctrl-C stops it and the monitor"
fi
"$bin/openloop-server" | (
    trap '' INT # the service ends first, and what it still says is shown
    while read -r line; do
        echo "$line"
        url=${line##* }
        echo "openloop: ask it with 'curl $url/health', read about it at $url/docs; $stops"
    done
)
