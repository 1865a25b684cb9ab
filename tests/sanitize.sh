#!/bin/bash
# Builds the presets asan and tsan, or the one that is named, and runs the unit tests and those stories that drive the server and
# the bridge against it, the soak of a served Lightfast among them. A report of a sanitizer is a failure, whatever the test itself
# says. Ends with `N passed, N failed`.
#
#   tests/sanitize.sh [asan|tsan] [STORY...]      e.g. tests/sanitize.sh tsan test_http test_http_soak
#
# What is sanitized is the server, `lightfast` and `lightfast-http`, where all threads are and all that comes from clients is read.
# The launcher, the zygote and the git helper are those of the release build: they work in memory, namespaces and system calls that
# are limited more narrowly than a sanitizer's runtime can live with. Their code has its unit tests under the first; under
# ThreadSanitizer those are left out, aloud: they make processes by clone(2) and confine them, in which its runtime hangs.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc)
passed=0
failed=0
presets=(asan tsan)
stories=(test_http test_http_hostile test_http_soak test_serve_operation test_conformance test_sdk_clients test_agents test_bridge
         test_stdio_hostile test_keys test_resources test_lifetime test_orgs test_webhooks test_pushes test_search test_graph
         test_provider_events test_memory_service test_store)

say() { printf '\n==> [%4ds] %s\n' "$SECONDS" "$*"; }
fail() { printf '\nsanitize.sh: %s\n' "$*" >&2; exit 1; }

main() {
  if (($#)) && [[ $1 == asan || $1 == tsan ]]; then presets=("$1"); shift; fi
  if (($#)); then stories=("$@"); fi
  exec </dev/null
  cd "$root"
  build release lightfast-launcher lightfast-git lightfast-github lightfast-zygote lightfast-sandboxee
  local preset
  for preset in "${presets[@]}"; do
    build "$preset" unit_tests lightfast lightfast-http lightfast-conformance
    collect_programs "$preset"
    run_unit_tests "$preset"
    run_stories "$preset"
  done
  say "finished"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

# Configures preset $1 in build/$1 and builds the targets that follow.
build() {
  local preset=$1
  shift
  say "building build/$preset"
  cmake --preset "$preset" -DLIGHTFAST_TESTS=ON >/dev/null || fail "cmake could not configure; its lines above say why"
  cmake --build --preset "$preset" --target "$@" || fail "the build failed; the lines above say where"
}

# The programs of a story, in build/$1/programs.
collect_programs() {
  local programs=build/$1/programs
  mkdir -p "$programs/tests"
  cp -f build/release/lightfast-{launcher,git,github,zygote.so,sandboxee} "$programs"
  cp -f "build/$1"/lightfast{,-http} "$programs"
  cp -f "build/$1/tests/lightfast-conformance" "$programs/tests"
}

run_unit_tests() {
  local log=build/$1/ctest.log bad all
  say "unit tests under $1"
  local without=()
  if [[ $1 == tsan ]]; then
    without=(--exclude-regex '^unit_sandbox$')
    echo "unit_sandbox is skipped: its tests make processes by clone(2), in which ThreadSanitizer's runtime hangs"
  fi
  ctest --preset "$1" --parallel "$cores" --timeout 600 --no-tests=error --label-regex '^unit$' "${without[@]}" 2>&1 | tee "$log" || true
  read -r bad all < <(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests\{0,1\} failed out of \([0-9]*\)$/\1 \2/p' "$log") \
    || fail "ctest ran no test"
  failed=$((failed + bad))
  passed=$((passed + all - bad))
}

# Runs each story with the programs of preset $1; of one that fails the end of its log is shown.
run_stories() {
  local story log begun
  # The harness hands these on, and takes them for a sign that the programs are heavier and slower.
  export LIGHTFAST_BUILD=$root/build/$1/programs
  export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1 \
         TSAN_OPTIONS=second_deadlock_stack=1:suppressions=$root/tests/tsan_suppressions.txt
  say "stories under $1"
  for story in "${stories[@]}"; do
    log=$root/build/$1/$story.log
    begun=$SECONDS
    if timeout 1800 python3 "tests/functional/$story.py" -v &>"$log" && ! grep -qE 'WARNING: ThreadSanitizer|ERROR: [A-Z]\w+Sanitizer' "$log"; then
      passed=$((passed + 1))
      printf '%-24s passed, %4d s\n' "$story" $((SECONDS - begun))
      sed -n 's/^.*\.\.\. skipped /  but a test of it was skipped: /p' "$log"
    else
      failed=$((failed + 1))
      printf '%-24s FAILED, %4d s; its log, %s, ends:\n' "$story" $((SECONDS - begun)) "$log"
      tail -n 60 "$log"
    fi
  done
  unset LIGHTFAST_BUILD ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
}

main "$@"
