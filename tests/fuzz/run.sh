#!/usr/bin/env bash
# Lets libFuzzer work on each named target for a while, from its corpus on; what it found before is kept in the build.
set -euo pipefail
programs=$1 seconds=$2
shift 2
here=$(dirname "$0")
for input in "$@"; do
    found=$programs/found/$input
    mkdir -p "$found"
    dictionary=()
    [ ! -f "$here/$input.dict" ] || dictionary=(-dict="$here/$input.dict")
    echo "fuzz_$input, $seconds s"
    "$programs/fuzz_$input" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
        ${FUZZ_SEED:+-seed=$FUZZ_SEED} ${FUZZ_RUNS:+-runs=$FUZZ_RUNS} \
        -artifact_prefix="$programs/$input-" "${dictionary[@]}" "$found" "$here/corpus/$input" 2>"$programs/$input.log" \
        || { grep -v -e NEW_FUNC -e '^    #' "$programs/$input.log" | tail -n 30; exit 1; }
    sed -n '/number_of_executed_units/p' "$programs/$input.log"
done
