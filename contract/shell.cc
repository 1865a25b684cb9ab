#include "contract/shell.h"

#include <string.h>  // sigabbrev_np

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "contract/shell_view.h"

namespace lightfast::contract {
namespace {

constexpr const char* kDescription =
    R"(Run one bash command, read-only, in the organisation's `.lightfast` repository: the files where it keeps its shared context (brand, product specs, decisions, skills for agents). Look here before you answer from general knowledge about this organisation or its products.

It is real GNU bash: pipes, loops, functions, $(...), <(...), here-documents and globs work. Every call starts anew in the root of the repository; nothing is kept between calls. Files cannot be changed and there is no network. /tmp, where there is one, takes small scratch files.

Programs: bash builtins, cat head tail wc sort uniq cut tr nl tac rev paste fold fmt expand comm join, ls tree stat du file find xargs, grep egrep fgrep rg, sed awk jq, diff cmp column strings xxd od base64 md5sum sha1sum sha256sum cksum, basename dirname realpath readlink, date seq expr sleep which. There is no git, python, node or curl.

Output: stdout first, then stderr and notes in brackets: [exit 1], [timed out after 10 s], [stdout cut: ...]. Each stream is cut after maxOutputBytes (10240), at the end of a line where possible; the note says how to read on. Asking for less is better: grep -n, head, sed -n '1,80p'.

Good first commands: `ls`, `cat README.md`, `find . -name '*.md' | head -50`, `grep -rniI 'word' . | head -30`.)";

constexpr int kLeastTimeout = 100;
constexpr int kLeastOutput = 1024;

Json whole_number(const char* description) {
  return {{"type", "integer"}, {"minimum", 0}, {"description", description}};
}

Json text(const char* description) { return {{"type", "string"}, {"description", description}}; }

Json flag(const char* description) { return {{"type", "boolean"}, {"description", description}}; }

// Bounds are in the descriptions too: some clients show a model these alone.
Json input_schema() {
  return {
      {"type", "object"},
      {"properties",
       {{"command",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", kMaxCommandBytes},
          {"x-maxBytes", kMaxCommandBytes},
          {"description", "The bash script to run, as in bash -c."}}},
        {"timeoutMs",
         {{"type", "integer"},
          {"minimum", kLeastTimeout},
          {"maximum", kMaxShellTimeout.count()},
          {"default", kDefaultShellTimeout.count()},
          {"description",
           fmt::format("Milliseconds after which the command is killed: {} to {}, {} when "
                       "absent.",
                       kLeastTimeout, kMaxShellTimeout.count(), kDefaultShellTimeout.count())}}},
        {"maxOutputBytes",
         {{"type", "integer"},
          {"minimum", kLeastOutput},
          {"maximum", kMaxShellOutput},
          {"default", kDefaultShellOutput},
          {"description",
           fmt::format("Bytes kept of stdout, and of stderr: {} to {}, {} when absent. Clients "
                       "may cut longer answers, so page rather than ask for more.",
                       kLeastOutput, kMaxShellOutput, kDefaultShellOutput)}}}}},
      {"required", {"command"}},
      {"additionalProperties", false}};
}

Json truncated_schema() {
  return {
      {"type", "object"},
      {"properties",
       {{"stdout", flag("stdout holds less than the command wrote.")},
        {"stderr", flag("stderr holds less than the command wrote.")},
        {"stdoutBytes", whole_number("Bytes the command wrote to stdout.")},
        {"stderrBytes", whole_number("Bytes the command wrote to stderr.")},
        {"stdoutLines", whole_number("Lines the command wrote to stdout.")},
        {"stdoutKeptBytes",
         whole_number("Where stdout was cut: the bytes of the command's output it stands for.")},
        {"stderrKeptBytes", whole_number("The same for stderr, where it was cut.")},
        {"stdoutKeptLines", whole_number("Where stdout was cut: the whole lines in it.")},
        {"atLeast", flag("The command was stopped while it wrote: the counts are lower bounds.")}}},
      {"required", {"stdout", "stderr", "stdoutBytes", "stderrBytes", "stdoutLines"}}};
}

Json output_schema() {
  return {
      {"type", "object"},
      {"properties",
       {{"stdout",
         text("The head of what the command wrote, as UTF-8; other bytes appear as \\xNN.")},
        {"stderr", text("The same for stderr.")},
        {"exitCode", whole_number("124 after a timeout, 128 + n after signal n.")},
        {"signal", text("The signal that ended the shell, such as SIGKILL.")},
        {"timedOut", flag("The command was killed after its timeout.")},
        {"timeoutMs", whole_number("After a timeout: the timeout that applied.")},
        {"limit", text("In words, the limit that ended or hindered the command.")},
        {"stopped", flag("The command was killed for that limit.")},
        {"truncated", truncated_schema()},
        {"commit", text("The commit of the repository that the command saw.")},
        {"branch", text("The branch whose commit that is.")},
        {"ageSeconds",
         whole_number("Seconds since this was last seen to be the branch's newest commit.")},
        {"stale", text("Why the repository could not be brought up to date; absent when it is.")},
        {"durationMs", whole_number("How long the command ran.")}}},
      {"required",
       {"stdout", "stderr", "exitCode", "timedOut", "truncated", "commit", "durationMs"}}};
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

Json truncated_of(const ShellStream& out, const ShellStream& err) {
  Json counts = {{"stdout", out.cut},
                 {"stderr", err.cut},
                 {"stdoutBytes", out.bytes},
                 {"stderrBytes", err.bytes},
                 {"stdoutLines", out.lines}};
  if (out.cut) counts["stdoutKeptBytes"] = out.kept_bytes;
  if (out.cut) counts["stdoutKeptLines"] = out.kept_lines;
  if (err.cut) counts["stderrKeptBytes"] = err.kept_bytes;
  if (!out.counted_to_end || !err.counted_to_end) counts["atLeast"] = true;
  return counts;
}

}  // namespace

Procedure shell_procedure() {
  return {.key = {"shell"},
          .http_path = "/v1/shell",
          .title = "Read-only shell",
          .summary = "Run one read-only command in the organisation's .lightfast repository",
          .description = kDescription,
          .input_schema = input_schema(),
          .output_schema = output_schema(),
          .annotations = {.read_only = true,
                          .destructive = false,
                          .idempotent = true,
                          .open_world = false},
          .scope = "context:read",
          .positional = "command",
          .always_loaded = true,
          .presentation = {.for_model = shell_for_model, .for_terminal = shell_for_terminal}};
}

Json shell_output(const ShellOutcome& outcome) {
  Json output = {
      {"stdout", outcome.out.text}, {"stderr", outcome.err.text}, {"exitCode", outcome.exit_code}};
  if (outcome.signal) output["signal"] = signal_name(*outcome.signal);
  output["timedOut"] = outcome.timed_out;
  if (outcome.timed_out) output["timeoutMs"] = outcome.timeout.count();
  if (!outcome.limit.empty()) output["limit"] = outcome.limit;
  if (outcome.stopped) output["stopped"] = true;
  output["truncated"] = truncated_of(outcome.out, outcome.err);
  output["commit"] = outcome.commit;
  output["branch"] = outcome.branch;
  output["ageSeconds"] = outcome.age.count();
  if (!outcome.stale.empty()) output["stale"] = outcome.stale;
  output["durationMs"] = outcome.duration.count();
  return output;
}

}  // namespace lightfast::contract
