// Whole sessions, as files: lines `> ` are the client's, lines `< ` what the server answers to
// them.
#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "mcp/contract_tools.h"
#include "tests/unit/golden.h"
#include "tests/unit/mcp_catalog.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

constexpr const char* kDirectory = LIGHTFAST_GOLDEN_DIR "/mcp";

std::set<std::string> session_files() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
    if (entry.path().extension() == ".session") names.insert(entry.path().filename().string());
  }
  return names;
}

// Plays the client's lines of `script` and returns it with the answers that came.
std::string play(const std::string& script) {
  const auto catalog = test::small_catalog();
  test::Sent sent;
  Server server({.version = "1.2.3", .instructions = [] { return "Two small tools."; }},
                {.tools = contract_tools(catalog)});
  Session session(server, [&](std::string line) { sent.add(std::move(line)); });
  std::string played;
  const auto add_answers = [&] {
    for (const auto& line : sent.take_all()) played.append("< ").append(line).append("\n");
  };
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("< ")) continue;
    played.append(line).append("\n");
    if (!line.starts_with("> ")) continue;
    session.receive(line.substr(2));
    REQUIRE(session.wait_until_idle(test::kHangGuard));
    add_answers();
  }
  REQUIRE(session.finish(test::kHangGuard));
  add_answers();
  return played;
}

TEST_CASE("whole sessions go as written down") {
  const auto names = session_files();
  REQUIRE(names.size() >= 5);
  for (const auto& name : names) {
    const std::string script = test::read_whole(std::string(kDirectory).append("/").append(name));
    test::check_golden("mcp/" + name, play(script));
  }
}

}  // namespace
}  // namespace lightfast::mcp
