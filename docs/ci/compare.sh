#!/bin/sh
# Is HEAD slower than BASE? Records the same command in two directories, in turn, and lets pyspy decide.
#
#   compare.sh BASE HEAD COMMAND...
#
# Ends with the status of pyspy diff: 0 fine, 1 slower, 3 not comparable, 4 too little data (with --require-power).
#
#   PYSPY      how to call pyspy (default: pyspy)
#   RUNS       of each side (default: 4)
#   RATE       ticks a second (default: 200)
#   OUT        directory for traces and reports, which is made (default: pyspy-out)
#   DIFF       more options for pyspy diff, such as "--from warm --work 5000 --require-power"
set -eu
[ $# -ge 3 ] || { echo "usage: compare.sh BASE HEAD COMMAND..." >&2; exit 2; }
base=$1 head=$2
shift 2
pyspy=${PYSPY:-pyspy} runs=${RUNS:-4} rate=${RATE:-200} out=${OUT:-pyspy-out}
mkdir -p "$out"
out=$(cd "$out" && pwd)

record() { # SIDE DIRECTORY NUMBER COMMAND...
  side=$1 directory=$2 number=$3
  shift 3
  echo "compare: $side, run $number of $runs" >&2
  # A program that fails tells nothing of its speed.
  (cd "$directory" && $pyspy record --rate "$rate" --force -o "$out/$side-$number.trace" -- "$@") >&2
}

number=1
while [ "$number" -le "$runs" ]; do
  # The second of two finds a warmer machine: the order changes from run to run.
  if [ $((number % 2)) -eq 1 ]; then
    record base "$base" "$number" "$@"
    record head "$head" "$number" "$@"
  else
    record head "$head" "$number" "$@"
    record base "$base" "$number" "$@"
  fi
  number=$((number + 1))
done

# Options are words of their own, as they would be typed.
# shellcheck disable=SC2086
exec $pyspy diff "$out"/base-*.trace -- "$out"/head-*.trace --gate ${DIFF:-} \
  --format text --format "markdown=$out/summary.md" --format "junit=$out/junit.xml" \
  --format "json=$out/diff.json" --format "sarif=$out/diff.sarif" --flame "$out/diff.svg"
