#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "app/settings.h"
#include "temp_directory.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;
using test::TempDirectory;
using Values = std::map<std::string, std::string>;

// An environment of these variables and HOME.
Environment environment_of(Values variables) {
  variables.emplace("HOME", "/home/someone");
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

Settings resolved(const Values& flags, const Values& variables = {}) {
  auto settings = resolve_settings(flags, environment_of(variables));
  if (!settings) FAIL(settings.error().message);
  return *settings;
}

Error problem_of(const Values& flags, const Values& variables = {}) {
  const auto settings = resolve_settings(flags, environment_of(variables));
  REQUIRE_FALSE(settings.has_value());
  CHECK(settings.error().message.find('\n') == std::string::npos);
  return settings.error();
}

TEST_CASE("how often to look is a number of seconds", "[settings]") {
  CHECK(resolved({}).poll_interval == std::chrono::minutes(5));
  CHECK(resolved({{"poll-interval", "0"}}).poll_interval == std::chrono::seconds(0));
  const TempDirectory here;
  const auto config = here.with_file("config.json", R"({"pollInterval": 60})");
  CHECK(resolved({{"config", config}}).poll_interval == std::chrono::minutes(1));
  for (const auto* bad : {"-1", "5m", "1.5", "86401", "99999999999", " 5"}) {
    CAPTURE(bad);
    CHECK(problem_of({{"poll-interval", bad}}).message.starts_with("--poll-interval: "));
  }
}

TEST_CASE("a flag wins over the environment, the environment over the config file", "[settings]") {
  struct Case {
    std::string flag, variable, key, branch;
  };
  const auto given = GENERATE(values<Case>({
      {"", "", "", ""},
      {"", "", "from-config", "from-config"},
      {"", "from-env", "", "from-env"},
      {"", "from-env", "from-config", "from-env"},
      {"from-flag", "", "", "from-flag"},
      {"from-flag", "", "from-config", "from-flag"},
      {"from-flag", "from-env", "", "from-flag"},
      {"from-flag", "from-env", "from-config", "from-flag"},
  }));
  const TempDirectory here;
  const auto key = given.key.empty() ? std::string() : R"("branch": ")" + given.key + '"';
  Values flags = {{"config", here.with_file("config.json", "{" + key + "}")}};
  if (!given.flag.empty()) flags["branch"] = given.flag;
  // An empty variable is as good as none.
  CHECK(resolved(flags, {{"LIGHTFAST_BRANCH", given.variable}}).branch == given.branch);
}

TEST_CASE("each setting arrives from each source", "[settings]") {
  struct Case {
    std::string name, variable, value;
    std::string (*of)(const Settings& settings);
  };
  const auto setting = GENERATE(values<Case>({
      {"repo", "LIGHTFAST_REPO", "/a/repo", [](const Settings& s) { return s.repo; }},
      {"branch", "LIGHTFAST_BRANCH", "next", [](const Settings& s) { return s.branch; }},
      {"org", "LIGHTFAST_ORG", "acme", [](const Settings& s) { return s.org.value; }},
      {"data-dir", "LIGHTFAST_DATA_DIR", "/a/dir",
       [](const Settings& s) { return s.data_dir.string(); }},
      {"log-level", "LIGHTFAST_LOG_LEVEL", "debug",
       [](const Settings& s) { return s.log_level.value_or(""); }},
      {"log-file", "LIGHTFAST_LOG_FILE", "/a/log",
       [](const Settings& s) { return s.log_file.string(); }},
  }));
  INFO(setting.name);
  CHECK(setting.of(resolved({})) != setting.value);
  CHECK(setting.of(resolved({{setting.name, setting.value}})) == setting.value);
  CHECK(setting.of(resolved({}, {{setting.variable, setting.value}})) == setting.value);
  const TempDirectory here;
  const auto config =
      here.with_file("config.json", "{\"" + setting.name + "\": \"" + setting.value + "\"}");
  CHECK(setting.of(resolved({{"config", config}})) == setting.value);
  CHECK(setting.of(resolved({}, {{"LIGHTFAST_CONFIG", config}})) == setting.value);
}

TEST_CASE("without a word the defaults apply", "[settings]") {
  const auto settings = resolved({});
  CHECK(settings.repo.empty());
  CHECK(settings.branch.empty());
  CHECK(settings.org == OrgId{"default"});
  CHECK_FALSE(settings.log_level.has_value());
  CHECK(settings.log_file.empty());
  CHECK(settings.repo_token.empty());
}

TEST_CASE("a config key may be spelled in any usual way", "[settings]") {
  const auto key = GENERATE("data-dir", "data_dir", "dataDir", "datadir");
  const TempDirectory here;
  const auto config = here.with_file("config.json", std::string("{\"") + key + R"(": "/d"})");
  CHECK(resolved({{"config", config}}).data_dir == "/d");
}

TEST_CASE("a config file that is not as it should be is refused in one line that names it",
          "[settings]") {
  struct Case {
    std::string content, says;
  };
  const auto refused = GENERATE(values<Case>({
      {R"({"repository": "/r"})", "unknown key 'repository'"},
      {R"({"rpo": "/r"})", "unknown key 'rpo'; did you mean 'repo'?"},
      {R"({"log-levle": "info"})", "unknown key 'log-levle'; did you mean 'log-level'?"},
      {R"({"colour": "red"})", "unknown key 'colour'; see lightfast --help"},
      {R"({"config": "other.json"})", "unknown key 'config'"},
      {R"({"repo-token": "secret"})", "unknown key 'repo-token'"},
      {R"({"repo": 1})", "'repo' must be a string"},
      {R"({"repo": null})", "'repo' must be a string"},
      {R"(["repo"])", "not a JSON object"},
      {R"({"repo": )", "not a JSON object"},
      {"", "not a JSON object"},
  }));
  const TempDirectory here;
  const auto config = here.with_file("config.json", refused.content);
  const auto problem = problem_of({{"config", config}});
  CHECK(problem.kind == ErrorKind::InvalidArgument);
  CHECK_THAT(problem.message,
             Catch::Contains("'" + config.string() + "'") && Catch::Contains(refused.says));
}

TEST_CASE("a key that would be two lines is shown as one", "[settings]") {
  const TempDirectory here;
  const auto config = here.with_file("config.json", R"({"re\npo\u001b[31m": "x"})");
  const auto problem = problem_of({{"config", config}});
  CHECK(problem.message.find('\x1B') == std::string::npos);
}

TEST_CASE("a config file that is not there is named", "[settings]") {
  const auto problem = problem_of({{"config", "/nonexistent/config.json"}});
  CHECK(problem.kind == ErrorKind::NotFound);
  CHECK_THAT(problem.message, Catch::Contains("'/nonexistent/config.json'"));
}

TEST_CASE("secrets come from the environment or from a file that it names", "[settings]") {
  struct Case {
    const char *what, *content;
    bool variable, file;
    const char* token;
  };
  const auto given = GENERATE(values<Case>({
      {"neither", "", false, false, ""},
      {"the variable", "", true, false, "from variable"},
      {"the file", "from file", false, true, "from file"},
      {"the file, its last line ended", "from file\r\n", false, true, "from file"},
      {"both", "from file", true, true, "from variable"},
  }));
  const TempDirectory here;
  Values variables;
  if (given.variable) variables["LIGHTFAST_REPO_TOKEN"] = "from variable";
  if (given.file) variables["LIGHTFAST_REPO_TOKEN_FILE"] = here.with_file("token", given.content);
  INFO(given.what);
  CHECK(resolved({}, variables).repo_token == given.token);
}

TEST_CASE("a secret's file that cannot be read is named by its variable", "[settings]") {
  const auto problem = problem_of({}, {{"LIGHTFAST_REPO_TOKEN_FILE", "/nonexistent/token"}});
  CHECK_THAT(problem.message, Catch::Contains("LIGHTFAST_REPO_TOKEN_FILE") &&
                                  Catch::Contains("'/nonexistent/token'"));
}

TEST_CASE("the key for ssh is a secret, the known hosts a file", "[settings]") {
  const TempDirectory here;
  const auto known_hosts = here.with_file("known_hosts", "h ssh-ed25519 AAAA\n");
  const auto settings = resolved({}, {{"LIGHTFAST_SSH_KEY_FILE", here.with_file("key", "key\n")},
                                      {"LIGHTFAST_SSH_KNOWN_HOSTS_FILE", known_hosts}});
  CHECK(settings.ssh_key == "key");
  CHECK(settings.ssh_known_hosts == "h ssh-ed25519 AAAA");
  const std::string too_long = here.with_file("long", std::string((1 << 20) + 1, 'x'));
  for (const auto& file : {std::string("/nonexistent"), too_long}) {
    CHECK_THAT(problem_of({}, {{"LIGHTFAST_SSH_KNOWN_HOSTS_FILE", file}}).message,
               Catch::Contains("LIGHTFAST_SSH_KNOWN_HOSTS_FILE"));
  }
}

TEST_CASE("the data dir is absolute, whatever was given", "[settings]") {
  const auto here = fs::current_path();
  struct Case {
    std::string given;
    fs::path data_dir;
  };
  const auto [given, data_dir] = GENERATE_COPY(values<Case>({
      {"/d", "/d"},
      {"/d/../e", "/e"},
      {"d", here / "d"},
      {"./d", here / "d"},
      {"../d", here.parent_path() / "d"},
  }));
  CHECK(resolved({{"data-dir", given}}).data_dir == data_dir);
}

TEST_CASE("the default data dir follows the XDG specification", "[settings]") {
  CHECK(resolved({}).data_dir == "/home/someone/.local/share/lightfast");
  CHECK(resolved({}, {{"XDG_DATA_HOME", "/xdg"}}).data_dir == "/xdg/lightfast");
  CHECK(resolved({}, {{"XDG_DATA_HOME", "relative"}}).data_dir ==
        "/home/someone/.local/share/lightfast");
}

TEST_CASE("without a home the data dir must be given", "[settings]") {
  const Environment empty = [](const std::string&) { return std::nullopt; };
  const auto settings = resolve_settings({}, empty);
  REQUIRE_FALSE(settings.has_value());
  CHECK_THAT(settings.error().message, Catch::Contains("--data-dir"));
  CHECK(resolve_settings({{"data-dir", "/d"}}, empty).value().data_dir == "/d");
}

TEST_CASE("an org is a plain name", "[settings]") {
  const auto [org, allowed] = GENERATE(table<std::string, bool>({
      {"a", true},
      {"Acme-2.0_x", true},
      {std::string(64, 'a'), true},
      {std::string(65, 'a'), false},
      {".hidden", false},
      {"..", false},
      {"a/b", false},
      {"a b", false},
      {"b\xC3\xBC"
       "cher",
       false},
      {std::string("a\0b", 3), false},
  }));
  INFO("org '" << org << "'");
  if (allowed) {
    CHECK(resolved({{"org", org}}).org.value == org);
  } else {
    CHECK_THAT(problem_of({{"org", org}}).message, Catch::Contains("--org"));
  }
}

TEST_CASE("every setting has a help line and a value name", "[settings]") {
  REQUIRE_FALSE(all_settings().empty());
  for (const auto& setting : all_settings()) {
    INFO(setting.name);
    CHECK(std::string_view(setting.help).size() > 10);
    CHECK((setting.value == nullptr || !std::string_view(setting.value).empty()));
  }
}

TEST_CASE("limits may be an object and programs a list in the config file", "[settings]") {
  const TempDirectory here;
  const auto file = here.with_file(
      "config.json",
      R"({"limits": {"memoryMiB": 256, "running": 3}, "programs": ["cat", "grep"]})");
  const auto settings = resolved({{"config", file}});
  CHECK(settings.limits == "memoryMiB=256,running=3");
  CHECK(settings.programs == "cat,grep");
  const auto list = here.with_file("list.json", R"({"limits": [1]})");
  CHECK(problem_of({{"config", list}}).message.contains("'limits' must be an object of numbers"));
  const auto number = here.with_file("number.json", R"({"programs": 1})");
  CHECK(problem_of({{"config", number}}).message.contains("'programs' must be a list of names"));
}

TEST_CASE("long-term memory has a URL and a key", "[settings]") {
  const auto settings = resolved({{"memory-url", "https://memory.acme.test/x"}});
  CHECK(settings.memory_url == "https://memory.acme.test/x");
  CHECK(settings.memory_api_key.empty());
  CHECK_THAT(problem_of({{"memory-url", "http://memory.acme.test"}}).message,
             Catch::Contains("--memory-url"));
}

}  // namespace
}  // namespace lightfast
