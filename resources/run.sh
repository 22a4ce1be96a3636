#!/usr/bin/env bash
# Starts the service on its embedded defaults and, where a display is, the monitor beside it; Ctrl-C stops both.
set -euo pipefail
bin=$1
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ -x "$bin/openloop-monitor" ]; then
    "$bin/openloop-monitor" &
    monitor=$!
    trap 'kill "$monitor" 2>/dev/null || true' EXIT
fi
"$bin/openloop-server"
