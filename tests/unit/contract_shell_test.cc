#include <csignal>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/schema.h"
#include "contract/shell.h"
#include "golden.h"

namespace lightfast::contract {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

// A command that ended well and wrote nothing, changed by `change`.
ShellOutcome outcome_with(void (*change)(ShellOutcome&)) {
  ShellOutcome outcome = {.commit = kCommit, .branch = "main", .timeout = 10s, .duration = 12ms};
  change(outcome);
  return outcome;
}

Json output_of(void (*change)(ShellOutcome&)) { return shell_output(outcome_with(change)); }

void quiet(ShellOutcome& /*outcome*/) {}

// A stream cut after whole lines: 130 of 5312.
ShellStream cut_stream() {
  return {.text = "first\nlast\n",
          .cut = true,
          .kept_bytes = 10240,
          .kept_lines = 130,
          .bytes = 412033,
          .lines = 5312};
}

struct Shown {
  void (*change)(ShellOutcome&);
  std::string out;
  std::string said;         // the model's second block; empty: there is none
  std::string to_terminal;  // on stderr
  bool is_error = false;
};

// How commands end.
std::vector<Shown> endings() {
  return {
      {quiet, "", "", ""},
      {[](ShellOutcome& each) { each.out.text = "a\n"; }, "a\n", "", ""},
      {[](ShellOutcome& each) { each.exit_code = 1; }, "", "[exit 1]", ""},
      {[](ShellOutcome& each) { each.err.text = "warning\n"; }, "", "warning\n", "warning\n"},
      {[](ShellOutcome& each) {
         each.exit_code = 2;
         each.err.text = "ls: no such file\n";
       },
       "", "ls: no such file\n[exit 2]", "ls: no such file\n"},
      {[](ShellOutcome& each) {
         each.exit_code = 2;
         each.err.text = "no newline";
       },
       "", "no newline\n[exit 2]", "no newline"},
      {[](ShellOutcome& each) {
         each.out.text = "partial\n";
         each.exit_code = 124;
         each.timed_out = true;
       },
       "partial\n", "[timed out after 10 s]", "[timed out after 10 s]\n", true},
      {[](ShellOutcome& each) {
         each.exit_code = 124;
         each.timed_out = true;
         each.timeout = 1500ms;
       },
       "", "[timed out after 1.5 s]", "[timed out after 1.5 s]\n", true},
      {[](ShellOutcome& each) {
         each.exit_code = 128 + SIGSEGV;
         each.signal = SIGSEGV;
       },
       "", "[exit 139]\n[killed by SIGSEGV]", "[killed by SIGSEGV]\n"},
      {[](ShellOutcome& each) {
         each.exit_code = 128 + SIGKILL;
         each.signal = SIGKILL;
         each.limit = "memory limit of 512 MiB";
         each.stopped = true;
         each.err.text = "x";
       },
       "", "x\n[killed: memory limit of 512 MiB]", "x\n[killed: memory limit of 512 MiB]\n", true},
      {[](ShellOutcome& each) {
         each.exit_code = 1;
         each.limit = "limit of 128 processes";
       },
       "", "[exit 1]\n[reached: limit of 128 processes]", "[reached: limit of 128 processes]\n"},
  };
}

// Streams that were cut, and an old snapshot.
std::vector<Shown> shortfalls() {
  return {
      {[](ShellOutcome& each) { each.out = cut_stream(); }, "first\nlast\n",
       "[stdout cut: 10240 of 412033 bytes, lines 1-130 of 5312; page with: ... | sed -n "
       "'131,260p']",
       "[stdout cut: 10240 of 412033 bytes, lines 1-130 of 5312; page with: ... | sed -n "
       "'131,260p']\n"},
      {[](ShellOutcome& each) {
         each.out = cut_stream();
         each.out.counted_to_end = false;
         each.exit_code = 124;
         each.timed_out = true;
       },
       "first\nlast\n",
       "[timed out after 10 s]\n[stdout cut: 10240 of at least 412033 bytes, lines 1-130 of at "
       "least 5312; page with: "
       "... | sed -n '131,260p']",
       "[timed out after 10 s]\n[stdout cut: 10240 of at least 412033 bytes, lines 1-130 of at "
       "least 5312; page with: "
       "... | sed -n '131,260p']\n",
       true},
      {[](ShellOutcome& each) {
         each.out = {.text = "long",
                     .cut = true,
                     .kept_bytes = 1023,
                     .kept_lines = 0,
                     .bytes = 9000,
                     .lines = 2};
       },
       "long",
       "[stdout cut: 1023 of 9000 bytes, inside line 1 of 2; page with: ... | tail -c +1024 | head "
       "-c 1023]",
       "[stdout cut: 1023 of 9000 bytes, inside line 1 of 2; page with: ... | tail -c +1024 | head "
       "-c 1023]\n"},
      {[](ShellOutcome& each) {
         each.err = {.text = "e\n",
                     .cut = true,
                     .kept_bytes = 1024,
                     .kept_lines = 9,
                     .bytes = 5000,
                     .lines = 40};
       },
       "",
       "e\n[stderr cut: 1024 of 5000 bytes; page with: { ...; } 2>&1 >/dev/null | tail -c +1025 | "
       "head -c 1024]",
       "e\n[stderr cut: 1024 of 5000 bytes; page with: { ...; } 2>&1 >/dev/null | tail -c +1025 | "
       "head -c 1024]\n"},
      {[](ShellOutcome& each) { each.stale = "the last fetch failed: no route to host"; }, "",
       "[stale: the last fetch failed: no route to host]",
       "[stale: the last fetch failed: no route to host]\n"},
      {[](ShellOutcome& each) { each.stale = "offline", each.age = 47s; }, "",
       "[stale: offline; this is the state of 47 s ago]",
       "[stale: offline; this is the state of 47 s ago]\n"},
      {[](ShellOutcome& each) { each.stale = "offline", each.age = 3h + 59min; }, "",
       "[stale: offline; this is the state of 3 hours ago]",
       "[stale: offline; this is the state of 3 hours ago]\n"},
  };
}

std::vector<Shown> shown_cases() {
  std::vector<Shown> all = endings();
  for (Shown& each : shortfalls()) all.push_back(std::move(each));
  return all;
}

TEST_CASE("a model reads stdout byte for byte, then stderr and status lines") {
  for (const Shown& expected : shown_cases()) {
    const Procedure procedure = shell_procedure();
    CAPTURE(expected.said);
    const ModelView view = procedure.presentation.for_model(output_of(expected.change));
    REQUIRE(view.texts.size() == (expected.said.empty() ? 1U : 2U));
    CHECK(view.texts[0] == expected.out);
    if (!expected.said.empty()) CHECK(view.texts[1] == expected.said);
    CHECK(view.is_error == expected.is_error);
  }
}

TEST_CASE("a terminal gets stdout, stderr with the status lines, and the exit code") {
  for (const Shown& expected : shown_cases()) {
    const Procedure procedure = shell_procedure();
    CAPTURE(expected.to_terminal);
    std::ostringstream out;
    std::ostringstream err;
    const int exit_code = procedure.presentation.for_terminal(output_of(expected.change), out, err);
    CHECK(out.str() == expected.out);
    CHECK(err.str() == expected.to_terminal);
    CHECK(exit_code == outcome_with(expected.change).exit_code);
  }
}

TEST_CASE("every output conforms to the declared schema") {
  const auto schema = Schema::compile(shell_procedure().output_schema);
  REQUIRE(schema.has_value());
  for (const Shown& shown : shown_cases()) {
    const Json output = output_of(shown.change);
    const auto checked = schema->check(output);
    CAPTURE(output.dump(), checked.has_value() ? "" : checked.error().message);
    CHECK(checked.has_value());
  }
}

TEST_CASE("the client's data has the same fields whether the repository is current or not") {
  const Procedure procedure = shell_procedure();
  const Json current = procedure.presentation.for_model(output_of(quiet)).meta;
  CHECK(
      current.dump() ==
      R"({"lightfast/result":{"exitCode":0,"timedOut":false,"truncated":{"stdout":false,"stderr":false,)"
      R"("stdoutBytes":0,"stderrBytes":0,"stdoutLines":0},"commit":"0123456789abcdef0123456789abcdef01234567",)"
      R"("branch":"main","ageSeconds":0,"stale":null}})");
  const auto stale = [](ShellOutcome& each) { each.stale = "offline"; };
  CHECK(procedure.presentation.for_model(output_of(stale)).meta["lightfast/result"]["stale"] ==
        "offline");
}

TEST_CASE(
    "the output of a cut, stopped command says what was kept and that the counts are lower "
    "bounds") {
  const Json output = output_of([](ShellOutcome& each) {
    each.out = cut_stream();
    each.err = {.text = "e", .bytes = 1, .lines = 1};
    each.err.counted_to_end = false;
    each.exit_code = 137;
    each.signal = SIGKILL;
    each.limit = "output limit";
    each.stopped = true;
  });
  CHECK(
      output.dump() ==
      R"({"stdout":"first\nlast\n","stderr":"e","exitCode":137,"signal":"SIGKILL","timedOut":false,)"
      R"("limit":"output limit","stopped":true,"truncated":{"stdout":true,"stderr":false,"stdoutBytes":412033,)"
      R"("stderrBytes":1,"stdoutLines":5312,"stdoutKeptBytes":10240,"stdoutKeptLines":130,"atLeast":true},)"
      R"("commit":"0123456789abcdef0123456789abcdef01234567","branch":"main","ageSeconds":0,"durationMs":12})");
}

TEST_CASE("the input takes what is promised and nothing else") {
  const auto schema = Schema::compile(shell_procedure().input_schema);
  REQUIRE(schema.has_value());
  const auto checked = schema->check({{"command", "ls"}});
  REQUIRE(checked.has_value());
  CHECK(*checked == Json({{"command", "ls"}, {"timeoutMs", 10000}, {"maxOutputBytes", 10240}}));
  const auto accepted = [&](Json input) { return schema->check(std::move(input)).has_value(); };
  CHECK(accepted(
      {{"command", std::string(32768, 'x')}, {"timeoutMs", 100}, {"maxOutputBytes", 1024}}));
  CHECK(accepted({{"command", "x"}, {"timeoutMs", 60000}, {"maxOutputBytes", 1048576}}));
  CHECK_FALSE(accepted({{"command", std::string(32769, 'x')}}));
  CHECK_FALSE(accepted({{"command", "x"}, {"timeoutMs", 60001}}));
  CHECK_FALSE(accepted({{"command", "x"}, {"maxOutputBytes", 1023}}));
  CHECK_FALSE(accepted({{"command", "x"}, {"maxOutputBytes", 1048577}}));
}

TEST_CASE("the declaration of the shell is the golden one") {
  const Procedure procedure = shell_procedure();
  const Annotations& hints = procedure.annotations;
  const Json declared = {{"name", procedure.name("_")},
                         {"route", procedure.http_method + " " + procedure.http_path},
                         {"title", procedure.title},
                         {"summary", procedure.summary},
                         {"description", procedure.description},
                         {"annotations",
                          {{"readOnly", hints.read_only},
                           {"destructive", hints.destructive},
                           {"idempotent", hints.idempotent},
                           {"openWorld", hints.open_world}}},
                         {"scope", procedure.scope},
                         {"positional", procedure.positional},
                         {"alwaysLoaded", procedure.always_loaded},
                         {"inputSchema", procedure.input_schema},
                         {"outputSchema", procedure.output_schema}};
  test::check_golden("shell_procedure.json", declared.dump(2) + "\n");
}

}  // namespace
}  // namespace lightfast::contract
