#!/bin/bash
# Everything that must hold before a change lands: packages, formatting, build, clang-tidy of what changed lately, all tests; with
# --all-tidy clang-tidy of everything, with --with-asan the unit tests and fuzz targets once more under sanitizers, with
# --with-fuzz some seconds of libFuzzer for each target. Ends with `N passed, N failed`, and fails at the first step that fails.
#
#   tests/run.sh [--skip-tidy | --all-tidy] [--with-asan] [--with-fuzz] [-- CTEST-OPTIONS...]
#   tests/run.sh --skip-tidy -- -R shell
set -euo pipefail
export LC_ALL=C.UTF-8
unset LIGHTFAST_BUILD

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc)
stories=$((cores + cores / 2 + cores % 2))  # at a time: they wait for half of it
passed=0
failed=0
fuzz_seconds=3  # of each target
with_tidy=yes
tidy_files=15  # that are linted: those that changed last
with_fuzz=no
with_asan=no
ctest_options=()

say() { printf '\n==> [%4ds] %s\n' "$SECONDS" "$*"; }
fail() { printf '\nrun.sh: %s\n' "$*" >&2; exit 1; }

main() {
  read_options "$@"
  exec </dev/null
  cd "$root"
  say "packages"
  local groups=(build run example check test)
  if [[ $with_fuzz == yes ]]; then groups+=(fuzz); fi
  .ci/install-packages.sh "${groups[@]}"
  check_format
  build release
  if [[ $with_tidy != no ]]; then check_tidy; fi
  run_tests release "all tests" --no-tests=error "${ctest_options[@]}"
  if [[ $with_asan == yes && $failed == 0 ]]; then
    build asan
    run_tests asan "unit tests and fuzz targets under AddressSanitizer and UndefinedBehaviorSanitizer" --no-tests=error \
      --label-regex '^(unit|fuzz)$'
  fi
  if [[ $with_fuzz == yes && $failed == 0 ]]; then run_fuzz; fi
  say "finished"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

read_options() {
  while (($#)); do
    case $1 in
      --skip-tidy) with_tidy=no ;;
      --all-tidy) with_tidy=all ;;
      --with-asan) with_asan=yes ;;
      --with-fuzz) with_fuzz=yes ;;
      --) shift; ctest_options=("$@"); return ;;
      *) fail "unknown option '$1'; known: --skip-tidy, --all-tidy, --with-asan, --with-fuzz, -- CTEST-OPTIONS" ;;
    esac
    shift
  done
}

check_format() {
  say "formatting (clang-format)"
  local sources
  sources=$(git ls-files --cached --others --exclude-standard '*.cc' '*.h') || fail "git cannot list the files; run it in a clone"
  xargs clang-format-19 --dry-run -Werror <<<"$sources" \
    || fail "formatting differs; run: git ls-files '*.cc' '*.h' | xargs clang-format-19 -i"
}

# Configures and builds preset $1 in build/$1.
build() {
  say "building build/$1"
  cmake --preset "$1" -DLIGHTFAST_TESTS=ON -DLIGHTFAST_EXAMPLES=ON >/dev/null || fail "cmake could not configure; its lines above say why"
  cmake --build --preset "$1" || fail "the build failed; the lines above say where"
}

check_tidy() {
  local rooms="(app|auth|base|contract|examples|http|mcp|sandbox|tools)" lately
  local files="^$root/$rooms/"
  if [[ $with_tidy != all ]]; then
    lately=$(sources_by_change | grep -E "^$rooms/" | head -n "$tidy_files" || true)
    files="^$root/($(paste -sd'|' <<<"$lately"))\$"
    say "clang-tidy of the $(wc -l <<<"$lately") files that changed last, on $cores cores (--all-tidy takes all, --skip-tidy none)"
  else
    say "clang-tidy of all files on $cores cores (a quarter of an hour on two)"
  fi
  run-clang-tidy-19 -quiet -j "$cores" -p build/release "$files" 2>&1 | grep --line-buffered -vE '^[0-9]+ warnings? (generated|treated)' \
    || fail "clang-tidy has findings, above"
}

# The .cc files, the one that changed last first; for a header that changed its own .cc, or else one that includes it.
sources_by_change() {
  { git ls-files --others --exclude-standard; git diff --name-only HEAD; git log --format= --name-only; } 2>/dev/null \
    | awk '/\.(cc|h)$/ && !seen[$0]++' | head -n 400 | while read -r file; do
      if [[ $file == *.h && -f ${file%.h}.cc ]]; then
        file=${file%.h}.cc
      elif [[ $file == *.h ]]; then
        file=$(git grep -lF "#include \"$file\"" -- '*.cc' ':!tests' | head -n 1)
      fi
      if [[ -f $file ]]; then echo "$file"; fi
    done | awk '!seen[$0]++'
}

# Runs the tests of preset $1, announced as $2, with the ctest options that follow, and counts them.
run_tests() {
  local preset=$1 title=$2 log=build/$1/ctest.log
  shift 2
  say "$title"
  ctest --preset "$preset" --parallel "$stories" --timeout 300 "$@" 2>&1 | tee "$log" || true
  local summary='s/^[0-9]*% tests passed, \([0-9]*\) tests\{0,1\} failed out of \([0-9]*\)$/\1 \2/p' bad all
  read -r bad all < <(sed -n "$summary" "$log") || fail "ctest ran no test"
  failed=$((failed + bad))
  passed=$((passed + all - bad))
}

# Builds the fuzz targets, runs each for a short time, and counts them.
run_fuzz() {
  local begun=$SECONDS log=build/fuzz.log well bad
  say "fuzz targets, $fuzz_seconds s each (a clang build of minutes the first time)"
  tests/fuzz.sh "$fuzz_seconds" 2>&1 | tee "$log" || true
  read -r well bad < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log") || fail "no fuzz target ran"
  say "fuzzing took $((SECONDS - begun)) s, its build included"
  failed=$((failed + bad))
  passed=$((passed + well))
}

main "$@"
