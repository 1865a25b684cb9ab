#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/client_config.h"

namespace lightfast {
namespace {

const JsonPlace kServers = {"mcpServers"};
const Json kEntry = {{"command", "/bin/lightfast"}, {"args", {"mcp", "--repo", "/r"}}};
const ServerEntry kServer = {.command = "/bin/lightfast", .arguments = {"mcp", "--repo", "/r"}};
const std::string kTable =
    "[mcp_servers.lightfast]\ncommand = \"/bin/lightfast\"\nargs = [\"mcp\", \"--repo\", \"/r\"]\n";

std::string with_json(const std::string& text, const JsonPlace& place = kServers) {
  return with_json_entry(text, place, "lightfast", kEntry).value();
}
std::string without_json(const std::string& text, const JsonPlace& place = kServers) {
  return without_json_entry(text, place, "lightfast").value();
}
std::string with_toml(const std::string& text) {
  return with_toml_entry(text, "lightfast", kServer).value();
}
std::string without_toml(const std::string& text) {
  return without_toml_entry(text, "lightfast").value();
}

TEST_CASE("an entry is put into a JSON file and taken out again", "[client config]") {
  CHECK(Json::parse(with_json("")) == Json({{"mcpServers", {{"lightfast", kEntry}}}}));
  CHECK(without_json(with_json("")).empty());
  CHECK(without_json("").empty());
  const std::string before = R"({
  "theme": "dark",
  "mcpServers": {
    "other": {
      "command": "x"
    }
  },
  "last": 1.50
}
)";
  const auto written = with_json(before);
  CHECK(Json::parse(written)["mcpServers"]["other"]["command"] == "x");
  CHECK(Json::parse(written)["mcpServers"]["lightfast"] == kEntry);
  CHECK(Json::parse(written).begin().key() == "theme");  // the order is kept
  CHECK(Json::parse(without_json(written)) == Json::parse(before));
  CHECK(with_json(written) == written);
}

TEST_CASE("what else an entry has stays when it is written again", "[client config]") {
  const auto written = with_json(
      R"({"mcpServers": {"lightfast": {"command": "old", "env": {"A": "1"}, "timeout": 5}}})");
  const auto entry = Json::parse(written)["mcpServers"]["lightfast"];
  CHECK(entry["command"] == "/bin/lightfast");
  CHECK(entry["env"]["A"] == "1");
  CHECK(entry["timeout"] == 5);
}

TEST_CASE("an entry may lie deeper, and leaves nothing empty behind", "[client config]") {
  const JsonPlace place = {"projects", "/home/me/a.b", "mcpServers"};
  const auto written = with_json(R"({"projects": {"/other": {"x": 1}}})", place);
  CHECK(Json::parse(written)["projects"]["/home/me/a.b"]["mcpServers"]["lightfast"] == kEntry);
  CHECK(Json::parse(without_json(written, place)) ==
        Json({{"projects", {{"/other", {{"x", 1}}}}}}));
}

TEST_CASE("a JSON file of another form is left alone", "[client config]") {
  for (const char* text : {"[]", "// a comment\n{}", "{\"a\": 1,}", "nonsense", "{", "5"}) {
    INFO(text);
    CHECK_FALSE(with_json_entry(text, kServers, "lightfast", kEntry).has_value());
    CHECK_FALSE(without_json_entry(text, kServers, "lightfast").has_value());
  }
  CHECK_FALSE(with_json_entry(R"({"mcpServers": []})", kServers, "lightfast", kEntry).has_value());
  CHECK(without_json_entry(R"({"mcpServers": []})", kServers, "lightfast").has_value());
}

TEST_CASE("a table is put into a TOML file and taken out again", "[client config]") {
  CHECK(with_toml("") == kTable);
  CHECK(without_toml(kTable).empty());
  const std::string before =
      "# mine\nmodel = \"x\"\n\n[mcp_servers.other]\ncommand = \"y\"  # why\n";
  CHECK(with_toml(before) == before + "\n" + kTable);
  CHECK(without_toml(with_toml(before)) == before);
  CHECK(with_toml(with_toml(before)) == with_toml(before));
  CHECK(with_toml("a = 1") == "a = 1\n\n" + kTable);
}

TEST_CASE("of a table that is there, only what is ours is written again", "[client config]") {
  const std::string rest =
      "startup_timeout_sec = 20\n# a note\n\n[mcp_servers.lightfast.env]\nTOKEN_FILE = \"/t\"\n\n"
      "[next]\ncommand = \"untouched\"\n";
  const std::string old =
      "[ mcp_servers . \"lightfast\" ] # ours\ncommand = \"old\"\nargs = [\n  \"a]\", # ]\n  "
      "\"b\",\n]\n";
  const auto written = with_toml("a = 1\n" + old + rest);
  CHECK(written == "a = 1\n[ mcp_servers . \"lightfast\" ] # ours\n" +
                       kTable.substr(kTable.find('\n') + 1) + rest);
  CHECK(without_toml(written) == "a = 1\n# a note\n[next]\ncommand = \"untouched\"\n");
}

TEST_CASE("tables with a similar name are others", "[client config]") {
  const std::string others =
      "[mcp_servers.lightfast2]\ncommand = \"x\"\n[mcp_serverslightfast]\n[[mcp_servers.lightfast]]"
      "\n[lightfast]\nargs = []\n";
  CHECK(without_toml(others) == others);
}

TEST_CASE("a header within a string over several lines is text", "[client config]") {
  const std::string text = "doc = \"\"\"\n[mcp_servers.lightfast]\ncommand = 1\n\"\"\"\nb = 2\n";
  CHECK(without_toml(text) == text);
  CHECK(with_toml(text) == text + "\n" + kTable);
}

TEST_CASE("a server that is written as keys with dots is left to its owner", "[client config]") {
  const std::string text = "mcp_servers.lightfast.command = \"x\"\n";
  CHECK_FALSE(with_toml_entry(text, "lightfast", kServer).has_value());
  CHECK_FALSE(without_toml_entry(text, "lightfast").has_value());
}

TEST_CASE("odd characters are escaped in TOML", "[client config]") {
  const auto text =
      with_toml_entry("", "x", {.command = "/a \"b\"\\c", .arguments = {"tab\t", "größe"}}).value();
  CHECK(text ==
        "[mcp_servers.x]\ncommand = \"/a \\\"b\\\"\\\\c\"\nargs = [\"tab\\u0009\", \"größe\"]\n");
}

}  // namespace
}  // namespace lightfast
