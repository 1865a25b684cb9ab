#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/client_config.h"

namespace lightfast {
namespace {

const JsonPlace kServers = {"mcpServers"};
const Json kEntry = {{"command", "/bin/lightfast"}, {"args", {"mcp", "--repo", "/r"}}};
const ServerEntry kServer =
    OwnServer{.command = "/bin/lightfast", .arguments = {"mcp", "--repo", "/r"}};
const ServerEntry kOpenServer = HostedServer{.url = "https://h/mcp", .key_variable = ""};
const ServerEntry kHosted = HostedServer{.url = "https://h/mcp", .key_variable = "KEY"};
const std::string kHostedTable =
    "[mcp_servers.lightfast]\nurl = \"https://h/mcp\"\nbearer_token_env_var = \"KEY\"\n";
const std::string kTable =
    "[mcp_servers.lightfast]\ncommand = \"/bin/lightfast\"\nargs = [\"mcp\", \"--repo\", \"/r\"]\n";

std::string with_json(const std::string& text, const JsonPlace& place = kServers) {
  return with_json_entry(text, place, "lightfast", kEntry).value();
}
std::string without_json(const std::string& text, const JsonPlace& place = kServers) {
  return without_json_entry(text, place, "lightfast").value();
}
std::string with_toml(const std::string& text, const ServerEntry& server = kServer) {
  return with_toml_entry(text, "lightfast", server).value();
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
      with_toml_entry("", "x", OwnServer{.command = "/a \"b\"\\c", .arguments = {"tab\t", "größe"}})
          .value();
  CHECK(text ==
        "[mcp_servers.x]\ncommand = \"/a \\\"b\\\"\\\\c\"\nargs = [\"tab\\u0009\", \"größe\"]\n");
}

TEST_CASE("a server speaks MCP below its base URL", "[client config]") {
  for (const auto& [base, url] : std::map<std::string, std::string>{
           {"https://h.example", "https://h.example/mcp"},
           {"https://h.example/", "https://h.example/mcp"},
           {"https://h.example:8443/a/b//", "https://h.example:8443/a/b/mcp"},
           {"https://h.example/mcp", "https://h.example/mcp"},
           {"http://localhost:4114", "http://localhost:4114/mcp"},
           {"http://127.0.0.1:1", "http://127.0.0.1:1/mcp"},
           {"http://[::1]:1", "http://[::1]:1/mcp"}}) {
    INFO(base);
    CHECK(mcp_url(base).value() == url);
  }
}

TEST_CASE("what is no server's URL, or would send a key in clear, is refused", "[client config]") {
  for (const char* base :
       {"", "h.example", "ftp://h", "https://", "https:///a", "https://:1", "https://h/?a",
        "https://h#a", "https://h a", "https://h\"", "https://h\n", "http://h.example",
        "http://10.0.0.1", "http://127.0.0.1.h.example", "http://localhost.h.example"}) {
    INFO(base);
    CHECK_FALSE(mcp_url(base).has_value());
  }
  const auto refused = mcp_url("https://user:sesame@h.example");
  REQUIRE_FALSE(refused.has_value());
  CHECK_FALSE(refused.error().message.contains("sesame"));
  CHECK_FALSE(mcp_url("https://" + std::string(3000, 'a')).has_value());
}

TEST_CASE("a client's entry names the key's variable in the client's way", "[client config]") {
  const JsonDialect claude{.names_type = true, .variable_begin = "${"};
  const JsonDialect cursor{.names_type = false, .variable_begin = "${env:"};
  CHECK(json_entry(kHosted, claude) == Json({{"type", "http"},
                                             {"url", "https://h/mcp"},
                                             {"headers", {{"Authorization", "Bearer ${KEY}"}}}}));
  CHECK(json_entry(kHosted, cursor) ==
        Json({{"url", "https://h/mcp"}, {"headers", {{"Authorization", "Bearer ${env:KEY}"}}}}));
  CHECK(json_entry(kOpenServer, cursor) == Json({{"url", "https://h/mcp"}}));
  CHECK(json_entry(kServer, cursor) == kEntry);
  CHECK(json_entry(kServer, claude)["type"] == "stdio");
}

TEST_CASE("an entry of the other kind is replaced, one of the same is kept", "[client config]") {
  const auto hosted = json_entry(kHosted, {.names_type = true, .variable_begin = "${"});
  const auto entry_in = [](const std::string& text) {
    return Json::parse(text)["mcpServers"]["lightfast"];
  };
  const std::string local =
      R"({"mcpServers": {"lightfast": {"command": "x", "args": [], "env": {"A": "1"}}}})";
  const auto written = with_json_entry(local, kServers, "lightfast", hosted).value();
  CHECK(entry_in(written) == hosted);
  CHECK(entry_in(with_json(written)) == kEntry);
  const std::string older =
      R"({"mcpServers": {"lightfast": {"url": "https://old", "headers": {"X-Team": "a"}, "timeout": 5}}})";
  const auto newer = entry_in(with_json_entry(older, kServers, "lightfast", hosted).value());
  CHECK(newer["url"] == "https://h/mcp");
  CHECK(newer["headers"] == Json({{"X-Team", "a"}, {"Authorization", "Bearer ${KEY}"}}));
  CHECK(newer["timeout"] == 5);
}

TEST_CASE("so it is in TOML", "[client config]") {
  CHECK(with_toml("", kHosted) == kHostedTable);
  CHECK(with_toml("", kOpenServer) == "[mcp_servers.lightfast]\nurl = \"https://h/mcp\"\n");
  CHECK(with_toml(kTable + "[mcp_servers.lightfast.env]\nA = \"1\"\n", kHosted) == kHostedTable);
  CHECK(with_toml("a = 1\n\n" + kHostedTable) == "a = 1\n\n" + kTable);
  const std::string rest = "tool_timeout_sec = 5\n\n[next]\nurl = \"untouched\"\n";
  CHECK(with_toml("[mcp_servers.lightfast]\nbearer_token_env_var = \"OLD\"\nurl = \"old\"\n" + rest,
                  kHosted) == kHostedTable + rest);
  // Without a key that of before stays.
  CHECK(with_toml(kHostedTable + rest, kOpenServer) == kHostedTable + rest);
}

}  // namespace
}  // namespace lightfast
