#!/bin/bash
# From a fresh clone to an agent's first answers: installs what is missing, builds, makes a sample .lightfast repository,
# serves it from a git server on this machine, asks `lightfast mcp` four things, and prints how to set up your client.
#
# Run it again at any time. The sample, the server's data and the logs stay in build/quickstart (LIGHTFAST_QUICKSTART_DIR
# names another place, LIGHTFAST_BUILD another build directory); both servers end with the script.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${LIGHTFAST_BUILD:-$root/build/release}
work=${LIGHTFAST_QUICKSTART_DIR:-$root/build/quickstart}
sample=$work/acme/.lightfast
lightfast=$build/lightfast

say() { printf '\n==> %s\n' "$*"; }
fail() { printf '\nquickstart.sh: %s\n' "$*" >&2; exit 1; }

main() {
  exec </dev/null
  trap stop_servers EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  "$root/.ci/install-packages.sh" build run example
  build_program
  make_sample
  start_git_server
  start_lightfast
  say "what an agent sees: four calls of the tool lightfast_shell"
  ask "find . -name '*.md' -type f"
  ask "cat brand.md"
  ask "grep -rn 'tone' ."
  ask "ls -la engineering/"
  show_client_configuration
}

build_program() {
  say "building in $build (a few minutes the first time)"
  if [[ ! -f $build/build.ninja ]]; then
    cmake -G Ninja -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DLIGHTFAST_TESTS=OFF \
      || fail "cmake could not configure the build; its last lines say why"
  fi
  ninja -C "$build" lightfast || fail "the build failed; the lines above say where"
}

# A sample that is there already is kept, with whatever its owner has changed in it.
make_sample() {
  if git -C "$sample" rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
    say "using the sample repository that is there: $sample"
    return
  fi
  say "making a sample repository: lightfast init, git commit"
  rm -rf "$sample"
  mkdir -p "$sample"
  "$lightfast" init "$sample" || fail "lightfast init failed; the line above says why"
  git -C "$sample" init --quiet --initial-branch=main
  git -C "$sample" add --all
  git -C "$sample" -c user.name=Quickstart -c user.email=quickstart@localhost -c commit.gpgsign=false \
    commit --quiet --message 'Start our .lightfast repository'
}

start_git_server() {
  exec {git_output}< <(exec python3 "$root/examples/git_server.py" "$work" 2>"$work/git-server.log")
  git_server=$!
  read -r -t 30 url <&"$git_output" || fail "the git server did not start; see $work/git-server.log"
  url+=/acme/.lightfast
  say "git server started: $url"
}

# Starts `lightfast mcp` and shakes hands as an MCP client does.
start_lightfast() {
  say "starting: lightfast mcp --repo $url"
  coproc MCP { exec "$lightfast" mcp --repo "$url" --data-dir "$work/data" 2>"$work/lightfast.log"; }
  mcp_server=$MCP_PID
  exec {from_server}<&"${MCP[0]}" {to_server}>&"${MCP[1]}" {MCP[0]}<&- {MCP[1]}>&-
  request initialize '{"protocolVersion": "2025-11-25", "capabilities": {},
                       "clientInfo": {"name": "quickstart", "version": "1"}}'
  send '{"jsonrpc": "2.0", "method": "notifications/initialized"}'
}

# Sends one message as a line. That the server has ended shows when its answer is read.
send() { jq -nc --argjson message "$1" '$message' >&"$to_server" || true; }

# Sends a request of method $1 with parameters $2; its answer is then in $response.
requests=0
request() {
  requests=$((requests + 1))
  send "{\"jsonrpc\": \"2.0\", \"id\": $requests, \"method\": \"$1\", \"params\": $2}"
  while read -r -t 60 response <&"$from_server"; do
    if jq -e --argjson id "$requests" '.id == $id' >/dev/null <<<"$response"; then return; fi
  done
  fail "lightfast mcp gave no answer; see $work/lightfast.log, and run: $lightfast doctor"
}

# Calls the tool with command $1 and prints both as a terminal would show them.
ask() {
  request tools/call "$(jq -nc --arg command "$1" '{name: "lightfast_shell", arguments: {command: $command}}')"
  printf '\n$ %s\n' "$1"
  jq -j '.result.content[]?.text, (.error.message // empty)' <<<"$response"
  jq -e '.result and (.result.isError | not)' >/dev/null <<<"$response" \
    || fail "that call was not carried out; to see why, run: $lightfast doctor"
}

show_client_configuration() {
  say "how to set up your client"
  echo "These use the sample. For your own repository, put its URL or its path in place of $sample"
  client "Claude Code: .mcp.json in a project" claude-code.mcp.json
  client "Cursor: .cursor/mcp.json in a project, or ~/.cursor/mcp.json" cursor.mcp.json
  client "Codex: ~/.codex/config.toml" codex.config.toml
  say "done; the servers are stopped, the sample stays in $sample"
  echo "    the server's data and logs: $work"
  echo "    a command by hand:          $lightfast shell --repo $sample -- ls"
}

# The configuration file $2 below the heading $1, with this machine's paths.
client() {
  local text
  text=$(<"$root/examples/clients/$2")
  text=${text//"/PATH/TO/lightfast"/"$lightfast"}
  text=${text//"https://github.com/YOUR-ORG/.lightfast"/"$sample"}
  printf '\n--- %s\n%s\n' "$1" "$text"
}

stop_servers() {
  local status=$?
  trap - EXIT INT TERM HUP
  if [[ ${to_server:-} ]]; then exec {to_server}>&-; fi  # the end of its input ends lightfast mcp
  if [[ ${mcp_server:-} ]]; then wait "$mcp_server" || true; fi
  if [[ ${git_server:-} ]]; then kill "$git_server" && wait "$git_server" || true; fi
  exit "$status"
}

main
