#!/usr/bin/env bash
# Pictures of the monitor in every state, light and dark: bench/pictures/screenshots.sh [FOLDER] [URL]
# Without a URL it starts the service of the same build on a free port. README=1 puts the README's into their place.
# SHEETS=1: contact sheets instead, of every view, dialog and state in windows of three widths, light and dark; as they
# are, in German and at scale 2, in folders of their own.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/${PRESET:-release}/bin
folder=${1:-build/screenshots}
url=${2:-}
if [ -z "$url" ]; then
    ready=$(mktemp)
    "$bin/openloop-server" --port 0 --database sqlite::memory: >"$ready" 2>/dev/null &
    server=$!
    trap 'kill $server; rm -f "$ready"' EXIT
    for _ in $(seq 100); do
        url=$(sed -n 's/.*listening on //p' "$ready")
        [ -n "$url" ] && break
        sleep 0.1
    done
fi
export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
if [ -n "${SHEETS:-}" ]; then
    "$bin/openloop-screenshots" --sheets "$url" "$folder/english"
    LC_ALL=de_DE.UTF-8 LANGUAGE=de "$bin/openloop-screenshots" --sheets "$url" "$folder/german"
    QT_SCALE_FACTOR=2 "$bin/openloop-screenshots" --sheets "$url" "$folder/scale2"
    ls "$folder"/*/sheet-*
    exit
fi
"$bin/openloop-screenshots" "$url" "$folder"
ls "$folder"
if [ -n "${README:-}" ]; then
    cp "$folder/saturated-light-1280.png" resources/screenshots/saturation.png
    cp "$folder/heatmap-dark-1280.png" resources/screenshots/heatmap.png
    cp "$folder/test-verdict-light-1000.png" resources/screenshots/verdict.png
fi
