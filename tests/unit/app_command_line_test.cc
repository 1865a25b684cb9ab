#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "contract/graph.h"
#include "contract/shell.h"

namespace lightfast {
namespace {

using Words = std::vector<std::string>;

ParsedLine parsed(const Words& words) {
  // Kept: a command line refers to the declarations by index.
  static const std::vector<contract::Procedure> procedures = {
      contract::shell_procedure(), contract::graph_query_procedure(),
      contract::graph_traverse_procedure(), contract::contents_procedure()};
  return parse_command_line(words, procedures);
}

CommandLine command_of(const Words& words) {
  const auto line = parsed(words);
  if (!line.command) FAIL(line.text);
  return *line.command;
}

Json input_of(const Words& words) {
  const auto line = command_of(words);
  REQUIRE(line.kind == CommandKind::Procedure);
  const auto input = Json::parse(line.input, nullptr, false);
  REQUIRE(input.is_object());
  return input;
}

// The one line that an error of use prints.
std::string problem_of(const Words& words) {
  const auto line = parsed(words);
  REQUIRE_FALSE(line.command.has_value());
  CHECK(line.exit_code == 2);
  REQUIRE(line.text.ends_with('\n'));
  CHECK(line.text.find('\n') == line.text.size() - 1);
  CHECK_THAT(line.text, Catch::StartsWith("lightfast: "));
  return line.text;
}

TEST_CASE("each command is recognised", "[command-line]") {
  const auto [words, kind] = GENERATE(table<Words, CommandKind>({
      {{"mcp"}, CommandKind::Mcp},
      {{"doctor"}, CommandKind::Doctor},
      {{"init"}, CommandKind::Init},
      {{"openapi"}, CommandKind::OpenApi},
      {{"shell", "--", "ls"}, CommandKind::Procedure},
  }));
  CHECK(command_of(words).kind == kind);
}

TEST_CASE("settings may stand before and behind the command", "[command-line]") {
  const std::map<std::string, std::string> wanted = {{"repo", "/r"}, {"log-level", "debug"}};
  const auto words = GENERATE(values<Words>({
      {"--repo", "/r", "--log-level", "debug", "mcp"},
      {"mcp", "--repo", "/r", "--log-level", "debug"},
      {"--repo", "/r", "mcp", "--log-level", "debug"},
      {"--repo=/r", "mcp", "--log-level=debug"},
      {"--repo", "/r", "shell", "--log-level", "debug", "--", "ls"},
      {"shell", "--repo", "/r", "--log-level", "debug", "--", "ls"},
  }));
  CHECK(command_of(words).flags == wanted);
}

TEST_CASE("settings that are not given are not there", "[command-line]") {
  CHECK(command_of({"mcp"}).flags.empty());
}

TEST_CASE("a shell command is its words joined by spaces", "[command-line]") {
  const auto [words, command] = GENERATE(table<Words, std::string>({
      {{"shell", "--", "ls"}, "ls"},
      {{"shell", "--", "a", "b", "c"}, "a b c"},
      {{"shell", "--", "ls", "-la", "--color"}, "ls -la --color"},
      {{"shell", "--", "grep", "-e", "--", "x"}, "grep -e -- x"},
      {{"shell", "--", "mcp"}, "mcp"},
      {{"shell", "--", "shell", "--repo", "x"}, "shell --repo x"},
      {{"shell", "ls"}, "ls"},
      {{"shell", "cat", "a", "mcp"}, "cat a mcp"},
      {{"shell", "--repo", "r", "cat", "a", "--", "-b"}, "cat a -b"},
  }));
  CHECK(input_of(words) == Json{{"command", command}});
}

TEST_CASE("a shell command given as one argument is kept byte for byte", "[command-line]") {
  const std::string command =
      GENERATE("ls  -l   | wc", "echo 'a b' \"$HOME\" \\n", "first\nsecond\n", " leading", "a,b;c",
               "echo %% {a,b}", "[ -f README.md ]", "[ -f a ] && [ -f b ]", "[a,b]", "\"quoted\"",
               "'quoted'",
               "b\xC3\xBC"
               "cher",
               "-n", "{}", "[]");
  INFO(command);
  const auto input = input_of({"shell", "--", command});
  CHECK(input == Json{{"command", command}});
}

TEST_CASE("options of a procedure become its input, in the schema's types", "[command-line]") {
  const auto input =
      input_of({"shell", "--timeout-ms", "5000", "--max-output-bytes=2048", "--", "ls"});
  CHECK(input["timeoutMs"].is_number_integer());
  CHECK(input["timeoutMs"] == 5000);
  CHECK(input["maxOutputBytes"] == 2048);
  CHECK(input["command"] == "ls");
  CHECK(input.size() == 3);
}

TEST_CASE("an option's value is one word, what follows is the command", "[command-line]") {
  const auto input = input_of({"shell", "--timeout-ms", "5000", "ls"});
  CHECK(input == Json{{"command", "ls"}, {"timeoutMs", 5000}});
}

TEST_CASE("a value of another type is refused with the option's name", "[command-line]") {
  const auto problem = problem_of({"shell", "--timeout-ms", "soon", "--", "ls"});
  CHECK_THAT(problem, Catch::Contains("--timeout-ms") && Catch::Contains("'soon'") &&
                          Catch::Contains("integer"));
}

TEST_CASE("an object's members are given one by one, or as JSON", "[command-line]") {
  const auto [words, where] = GENERATE(table<Words, std::string>({
      {{"--where", "state=open"}, R"({"state":"open"})"},
      {{"--where", "state=open", "--where", "draft=false"}, R"({"state":"open","draft":false})"},
      {{"--where", "n=1", "--where=s=\"1\"", "--where", "e="}, R"({"n":1,"s":"1","e":""})"},
      {{"--where", "a=b=c", "--where", "x=null"}, R"({"a":"b=c","x":null})"},
      {{"--where", R"({"state":"open","n":2})"}, R"({"state":"open","n":2})"},
      {{"--where", R"({"a":1})", "--where", "a=2"}, R"({"a":2})"},
      {{"--where", "list=[a]"}, R"({"list":"[a]"})"},
  }));
  Words all = {"graph", "query", "--type", "pr"};
  all.insert(all.end(), words.begin(), words.end());
  CHECK(input_of(all)["where"].dump() == where);
  for (const char* bad : {"state", "=open", "{state", ""})
    CHECK_THAT(problem_of({"graph", "query", "--type", "pr", "--where", bad}),
               Catch::Contains("--where"));
}

TEST_CASE("a positional list takes each word by itself", "[command-line]") {
  CHECK(input_of({"contents", "a", "b c"})["ids"] == Json::array({"a", "b c"}));
  CHECK(input_of({"contents", "a", "--max-bytes", "2000", "--", "-b"}) ==
        Json({{"ids", {"a", "-b"}}, {"maxBytes", 2000}}));
}

TEST_CASE("--format names a text that the procedure has", "[command-line]") {
  const auto format = [](const Words& more) {
    Words words = {"graph", "traverse", "--start", "#1"};
    words.insert(words.end(), more.begin(), more.end());
    return command_of(words);
  };
  CHECK(format({"--format", "dot"}).format == "dot");
  CHECK(format({"--format", "json"}).json);
  CHECK(format({"--format", "text"}).format.empty());
  CHECK(format({}).format.empty());
  CHECK_THAT(problem_of({"graph", "traverse", "--start", "#1", "--format", "svg"}),
             Catch::Contains("--format"));
  CHECK_THAT(problem_of({"graph", "query", "--type", "pr", "--format", "dot"}),
             Catch::Contains("--format"));
}

TEST_CASE("--json asks for the REST response", "[command-line]") {
  CHECK(command_of({"shell", "--json", "--", "ls"}).json);
  CHECK_FALSE(command_of({"shell", "--", "ls", "--json"}).json);
}

TEST_CASE("init takes a directory", "[command-line]") {
  CHECK(command_of({"init"}).directory == ".");
  CHECK(command_of({"init", "context"}).directory == "context");
}

TEST_CASE("what was mistyped is answered with the nearest name", "[command-line]") {
  const auto [words, nearest] = GENERATE(table<Words, std::string>({
      {{"mcp", "--rpo", "/r"}, "--repo"},
      {{"mcp", "--rpo=/r"}, "--repo"},
      {{"--brnach", "x", "mcp"}, "--branch"},
      {{"mcp", "--data_dir", "/d"}, "--data-dir"},
      {{"docter"}, "doctor"},
      {{"shel", "--", "ls"}, "shell"},
  }));
  CHECK_THAT(problem_of(words), Catch::Contains("did you mean '" + nearest + "'?"));
}

TEST_CASE("an error of use is one line and says how to go on", "[command-line]") {
  const auto words = GENERATE(values<Words>({
      {},
      {"--repo"},
      {"--repo", "/r"},
      {"mcp", "--nothing-like-it"},
      {"nonsense-command"},
      {"shell"},
      {"shell", "--"},
      {"init", "a", "b"},
      {"mcp", "two\nlines"},
  }));
  CHECK_THAT(problem_of(words), Catch::Contains("--help") || Catch::Contains("did you mean"));
}

TEST_CASE("help is text on success, for the program and for each command", "[command-line]") {
  struct Case {
    Words words;
    std::string says;
  };
  const auto asked = GENERATE(values<Case>({
      {{"--help"}, "--data-dir"},
      {{"-h"}, "doctor"},
      {{"shell", "--help"}, "--timeout-ms"},
      {{"init", "--help"}, "DIR"},
      {{"mcp", "--help"}, "MCP"},
  }));
  const auto line = parsed(asked.words);
  CHECK_FALSE(line.command.has_value());
  CHECK(line.exit_code == 0);
  CHECK_THAT(line.text, Catch::Contains(asked.says));
  CHECK(line.text.ends_with('\n'));
}

TEST_CASE("the program's help names every setting and command", "[command-line]") {
  const auto help = parsed({"--help"}).text;
  for (const char* name : {"--repo", "--branch", "--org", "--data-dir", "--log-level", "--log-file",
                           "--config", "--version", "mcp", "doctor", "init", "openapi", "shell"}) {
    CHECK_THAT(help, Catch::Contains(name));
  }
}

TEST_CASE("the version is one line", "[command-line]") {
  const auto line = parsed({"--version"});
  CHECK_FALSE(line.command.has_value());
  CHECK(line.exit_code == 0);
  CHECK_THAT(line.text, Catch::Matches("lightfast [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_CASE("the Memory service listens where the command line says, and imports what it names") {
  const auto serve = command_of({"memory", "serve", "--listen", "[::1]:0"});
  CHECK(serve.kind == CommandKind::Memory);
  CHECK(serve.memory.action == MemoryRequest::Action::Serve);
  CHECK(serve.flags.at("listen") == "[::1]:0");
  const auto import = command_of({"memory", "import", "-", "--json"});
  CHECK(import.memory.action == MemoryRequest::Action::Import);
  CHECK(import.memory.file == "-");
  CHECK(import.memory.json);
  problem_of({"memory"});
  problem_of({"memory", "import"});
}

}  // namespace
}  // namespace lightfast
