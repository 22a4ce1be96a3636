#!/usr/bin/env bash
# Lets libFuzzer work on each named target for a while, from its corpus on, as many at a time as there are processors;
# what it found before is kept in the build.
#   run.sh FOLDER_OF_PROGRAMS SECONDS INPUT...
set -euo pipefail
programs=$1 seconds=$2
shift 2
if [ $# -gt 1 ]; then
    printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" "$0" "$programs" "$seconds"
    exit
fi
here=$(dirname "$0") input=$1
found=$programs/found/$input log=$programs/$input.log dictionary=()
mkdir -p "$found"
[ ! -f "$here/$input.dict" ] || dictionary=(-dict="$here/$input.dict")
if ! "$programs/fuzz_$input" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -verbosity=0 \
    -print_final_stats=1 ${FUZZ_SEED:+-seed=$FUZZ_SEED} ${FUZZ_RUNS:+-runs=$FUZZ_RUNS} \
    -artifact_prefix="$programs/$input-" "${dictionary[@]}" "$found" "$here/corpus/$input" 2>"$log"; then
    printf 'fuzz_%s has found something:\n%s\n' "$input" "$(grep -v -e NEW_FUNC -e '^    #' "$log" | tail -n 30)"
    exit 1
fi
echo "fuzz_$input, $seconds s at most: $(sed -n 's/.*number_of_executed_units: *//p' "$log") inputs"
