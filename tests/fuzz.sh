#!/bin/bash
# Builds the libFuzzer targets with clang in build/fuzz and runs each for SECONDS (60 when absent), as many at a time as there
# are cores. What a run learns is kept in build/fuzz/corpus and is where the next one begins. Ends with `N passed, N failed`;
# of a target that failed it shows the end of its log, which has the seed, and the command that repeats the finding.
#
#   tests/fuzz.sh [SECONDS] [TARGET...]       e.g. tests/fuzz.sh 600 sandbox_messages
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/fuzz
cores=$(nproc)
seconds=60
targets=()

say() { printf '\n==> [%4ds] %s\n' "$SECONDS" "$*"; }
fail() { printf '\nfuzz.sh: %s\n' "$*" >&2; exit 1; }

main() {
  read_arguments "$@"
  cd "$root"
  say "building build/fuzz with clang"
  cmake --preset fuzz -DLIGHTFAST_TESTS=ON -DLIGHTFAST_EXAMPLES=OFF >/dev/null || fail "cmake could not configure; its lines above say why"
  cmake --build --preset fuzz || fail "the build failed; the lines above say where"
  choose_targets
  say "fuzzing ${#targets[@]} targets for $seconds s each, $cores at a time"
  python3 tests/fuzz/make_corpus.py "$build/corpus"
  run_all
  report
}

read_arguments() {
  if (($#)); then
    [[ $1 =~ ^[1-9][0-9]*$ ]] || fail "'$1' is not a number of seconds"
    seconds=$1
    targets=("${@:2}")
  fi
}

# Those that were named, or all.
choose_targets() {
  local program target
  if ((${#targets[@]} == 0)); then
    for program in tests/fuzz/*_fuzz.cc; do targets+=("$(basename "$program" _fuzz.cc)"); done
  fi
  for target in "${targets[@]}"; do
    [[ -x $build/fuzz_$target ]] || fail "no target '$target'; known: $(cd tests/fuzz && echo *_fuzz.cc | sed 's/_fuzz\.cc//g')"
  done
}

run_all() {
  local target
  rm -rf "$build/findings"
  mkdir -p "$build/findings"
  for target in "${targets[@]}"; do
    while (($(jobs -pr | wc -l) >= cores)); do wait -n || true; done
    run_one "$target" &
  done
  wait
}

# Leaves the log in findings/TARGET.log, and findings/TARGET.failed when it failed.
run_one() {
  mkdir -p "$build/corpus/$1"
  "$build/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$build/findings/$1-" \
    "$build/corpus/$1" &>"$build/findings/$1.log" </dev/null || touch "$build/findings/$1.failed"
}

report() {
  local target failed=0
  for target in "${targets[@]}"; do
    if [[ -e $build/findings/$target.failed ]]; then
      failed=$((failed + 1))
      printf '\n--- %s failed; its log, build/fuzz/findings/%s.log, begins and ends:\n' "$target" "$target"
      grep -m1 '^INFO: Seed' "$build/findings/$target.log" || true
      tail -n 40 "$build/findings/$target.log"
      printf '\nto repeat it: build/fuzz/fuzz_%s build/fuzz/findings/%s-*\n' "$target" "$target"
    else
      printf '%-24s %s\n' "$target" "$(grep '^Done' "$build/findings/$target.log")"
    fi
  done
  say "fuzzing finished"
  echo "$((${#targets[@]} - failed)) passed, $failed failed"
  ((failed == 0))
}

main "$@"
