#!/bin/bash
# Installs the groups of packages.txt that are named (build, run, example, check, test, fuzz), without asking anything.
# Packages that are there already are skipped; when all are, apt is not touched.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
say() { printf '==> %s\n' "$*"; }
fail() { printf 'install-packages.sh: %s\n' "$*" >&2; exit 1; }

# The packages of the groups "$@", each once, in the file's order.
wanted_packages() {
  local known
  known=$(sed -n 's/^\([a-z]\{1,\}\) .*/\1/p' "$root/packages.txt" | sort -u)
  for group in "$@"; do
    grep -qx -- "$group" <<<"$known" || fail "no group '$group' in packages.txt (groups: ${known//$'\n'/, })"
  done
  while read -r group package _; do
    [[ " $* " != *" $group "* ]] || echo "$package"
  done <"$root/packages.txt" | sort -u
}

# Those of the packages on standard input that are not installed.
missing_packages() {
  local package
  while read -r package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

# Runs apt-get as root, directly or by sudo.
as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=600 "$@" </dev/null
}

# Some packages are servers that Debian starts on installation; we only want their programs. policy-rc.d is Debian's
# own switch for that.
without_starting_services() {
  local switch=/usr/sbin/policy-rc.d status=0
  if [[ -e $switch ]]; then "$@"; return; fi
  printf '#!/bin/sh\nexit 101\n' | as_root sh -c "cat >$switch && chmod 755 $switch"
  "$@" || status=$?
  as_root rm -f "$switch"
  return "$status"
}

main() {
  (($#)) || fail "name the groups to install, for example: .ci/install-packages.sh build run"
  command -v dpkg-query >/dev/null || fail "this is not Debian: install what packages.txt lists with your package manager"
  local wanted missing
  wanted=$(wanted_packages "$@")
  mapfile -t missing < <(missing_packages <<<"$wanted")
  if ((${#missing[@]} == 0)); then
    say "packages ($*): all there"
    return
  fi
  local by_hand="as root, run: apt-get install --no-install-recommends ${missing[*]}"
  [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null || fail "packages are missing and sudo is not allowed here; $by_hand"
  say "packages ($*): installing ${missing[*]}"
  apt_get update || fail "apt-get update failed: check the network and /etc/apt"
  without_starting_services install "${missing[@]}" || fail "apt-get could not install them; $by_hand"
}

install() {
  apt_get install -y --no-install-recommends "$@" | grep --line-buffered -E '^(Need to get|After this|Get:|Setting up)'
}

main "$@"
