#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/settings.h"
#include "temp_directory.h"

namespace lightfast {
namespace {

using test::TempDirectory;
using Values = std::map<std::string, std::string>;

Environment environment_of(Values variables) {
  variables.emplace("HOME", "/home/someone");
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

// What a config file with these organisations makes of them.
class Declared {
 public:
  explicit Declared(const std::string& orgs, const Values& variables = {}, Values flags = {}) {
    (void)here_.with_file("token", "the token\n");
    flags["config"] = here_.with_file("config.json", R"({"orgs": [)" + orgs + "]}");
    settings_ = resolve_settings(flags, environment_of(variables));
  }
  const Settings& settings() {
    if (!settings_) FAIL(settings_.error().message);
    return *settings_;
  }
  const OrgSettings& only() {
    for (const auto& bad : settings().bad_orgs) UNSCOPED_INFO(bad.why);
    REQUIRE(settings().orgs.size() == 1);
    return settings().orgs.front();
  }
  std::string why_bad() {
    REQUIRE(settings().bad_orgs.size() == 1);
    CHECK(settings().bad_orgs.front().why.starts_with("config file '"));
    return settings().bad_orgs.front().why;
  }
  Result<Settings>& result() { return settings_; }
  [[nodiscard]] std::string directory() const { return here_.path().string(); }

 private:
  TempDirectory here_;
  Result<Settings> settings_ = Settings();
};

TEST_CASE("an organisation is declared with its repository", "[orgs]") {
  Declared declared(
      R"({"id": "acme", "repo": {"url": "https://github.com/acme/.lightfast", "branch": "next"}})");
  CHECK(declared.only() == OrgSettings{.id = {"acme"},
                                       .repo = "https://github.com/acme/.lightfast",
                                       .branch = "next"});
  CHECK(declared.settings().declares_orgs);
}

TEST_CASE("a repository may be its URL alone, or a path from the config file", "[orgs]") {
  CHECK(Declared(R"({"id": "a", "repo": "https://h/a/b"})").only().repo == "https://h/a/b");
  CHECK(Declared(R"({"id": "a", "repo": "/srv/a"})").only().repo == "/srv/a");
  Declared relative(R"({"id": "a", "repo": "a"})");
  CHECK(relative.only().repo == relative.directory() + "/a");
}

TEST_CASE("secrets come from files beside the config file, or from variables", "[orgs]") {
  const std::string url = R"("url": "https://h/a/b")";
  const auto with_auth = [&](const std::string& auth) {
    return R"({"id": "a", "repo": {)" + url + R"(, "auth": )" + auth + "}}";
  };
  Declared file(with_auth(R"({"tokenFile": "token"})"));
  CHECK(file.only().repo_token == "the token");
  CHECK_FALSE(file.only().uses_app);
  CHECK(file.settings().files.front().filename() == "token");
  const Values variables = {{"A_TOKEN", "of a variable"}};
  CHECK(Declared(with_auth(R"({"token_env": "A_TOKEN"})"), variables).only().repo_token ==
        "of a variable");
  CHECK_FALSE(Declared(with_auth(R"("none")")).only().uses_app);
  CHECK(Declared(with_auth(R"("githubApp")")).only().uses_app);
  Declared ssh(
      R"({"id": "a", "repo": {"url": "git@h:a/b", "auth": {"sshKeyFile": "token", "knownHostsFile": "token"}}})");
  CHECK(ssh.only().ssh_key == "the token");
  CHECK(ssh.only().ssh_known_hosts == "the token");
  Declared hooks(R"({"id": "a", "repo": "/r", "webhooks": {"github":
      {"secretFile": "token", "previousSecretEnv": "OLD"}}})",
                 {{"OLD", "old"}});
  CHECK(hooks.only().webhook_secrets == WebhookSecrets{{"github", {"the token", "old"}}});
}

TEST_CASE("what is wrong with an organisation is said by its field", "[orgs]") {
  struct Case {
    std::string org, says;
  };
  const auto wrong = GENERATE(values<Case>({
      {R"(7)", "orgs[0]: must be an object"},
      {R"({"repo": "/r"})", "orgs[0].id: an organisation's name is"},
      {R"({"id": "a/b", "repo": "/r"})", "orgs[0].id: an organisation's name is"},
      {R"({"id": 7, "repo": "/r"})", "orgs[0].id: must be a string"},
      {R"({"id": "a"})", "orgs[0].repo: is missing"},
      {R"({"id": "a", "rpeo": "/r"})", "orgs[0]: unknown key 'rpeo'; did you mean 'repo'?"},
      {R"({"id": "a", "repo": {}})", "orgs[0].repo.url: is missing"},
      {R"({"id": "a", "repo": {"url": ""}})", "orgs[0].repo.url: must be a string"},
      {R"({"id": "a", "repo": "ftp://h/a"})", "orgs[0].repo.url: "},
      {R"({"id": "a", "repo": {"url": "/r", "branch": "a..b"}})", "orgs[0].repo.branch: "},
      {R"({"id": "a", "repo": {"url": "/r", "auth": "secret"}})", "orgs[0].repo.auth: must be"},
      {R"({"id": "a", "repo": {"url": "/r", "auth": {"token": "s"}}})",
       "orgs[0].repo.auth: unknown key 'token'; known are tokenFile"},
      {R"({"id": "a", "repo": {"url": "/r", "auth": {}}})", "orgs[0].repo.auth.tokenFile: name a"},
      {R"({"id": "a", "repo": {"url": "/r", "auth": {"tokenFile": "no"}}})",
       "orgs[0].repo.auth.tokenFile: "},
      {R"({"id": "a", "repo": {"url": "/r", "auth": {"tokenEnv": "NO"}}})",
       "orgs[0].repo.auth.tokenEnv: there is nothing in it"},
      {R"({"id": "a", "repo": "git@h:a/b"})", "orgs[0].repo.auth: of a repository over ssh"},
      {R"({"id": "a", "repo": {"url": "git@h:a/b", "auth": {"sshKeyFile": "token"}}})",
       "orgs[0].repo.auth.knownHostsFile: is missing"},
      {R"({"id": "a", "repo": "/r", "webhooks": {"gitlab": {}}})", "orgs[0].webhooks: unknown"},
      {R"({"id": "a", "repo": "/r", "webhooks": {"github": {}}})",
       "orgs[0].webhooks.github.secretFile: name a file"},
  }));
  CHECK_THAT(Declared(wrong.org).why_bad(), Catch::Contains(wrong.says));
}

TEST_CASE("one that is wrong leaves the others, and keeps its name", "[orgs]") {
  Declared declared(
      R"({"id": "a", "repo": "/a"}, {"id": "b"}, {"id": "c", "repo": "/c"}, {"id": "a", "repo": "/d"})");
  REQUIRE(declared.settings().orgs.size() == 2);
  CHECK(declared.settings().orgs[1].id.value == "c");
  const auto& bad = declared.settings().bad_orgs;
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].id == OrgId{"b"});
  CHECK(Declared(R"({"ID": "x"}, {"id": "y", "repo": "/y"})").settings().bad_orgs[0].id ==
        OrgId{"x"});
  CHECK_THAT(bad[0].why, Catch::Contains("orgs[1].repo: is missing"));
  CHECK_FALSE(bad[1].id.has_value());
  CHECK_THAT(bad[1].why, Catch::Contains("orgs[3].id: there is an organisation 'a' before"));
}

TEST_CASE("organisations are declared in the config file alone", "[orgs]") {
  const std::string one = R"({"id": "a", "repo": "/a"})";
  for (const auto* flag : {"repo", "branch"}) {
    Declared both(one, {}, {{flag, "x"}});
    REQUIRE_FALSE(both.result().has_value());
    CHECK_THAT(both.result().error().message, Catch::Contains("declares 'orgs'"));
  }
  const TempDirectory here;
  const auto file = here.with_file("config.json", R"({"orgs": {"id": "a"}})");
  CHECK_THAT(resolve_settings({{"config", file}}, environment_of({})).error().message,
             Catch::Contains("'orgs' must be a list"));
  const auto empty = here.with_file("empty.json", R"({"orgs": []})");
  CHECK_THAT(resolve_settings({{"config", empty}}, environment_of({})).error().message,
             Catch::Contains("of one at least"));
  const auto deep = here.with_file("deep.json", R"({"limits":)" + std::string(200'000, '[') + "]}");
  CHECK_THAT(resolve_settings({{"config", deep}}, environment_of({})).error().message,
             Catch::Contains("nested more than"));
}

TEST_CASE("a command that is for one organisation wants its name", "[orgs]") {
  const std::string two = R"({"id": "a", "repo": "/a"}, {"id": "b", "repo": "/b"})";
  auto settings = Declared(two).settings();
  CHECK_THAT(choose_org(settings).error().message, Catch::Contains("declares: a, b"));
  settings = Declared(two, {}, {{"org", "c"}}).settings();
  CHECK_THAT(choose_org(settings).error().message, Catch::Contains("no organisation 'c'"));
  settings = Declared(two, {}, {{"org", "b"}}).settings();
  REQUIRE(choose_org(settings));
  CHECK(settings.repo == "/b");
  CHECK(settings.org.value == "b");
  CHECK(lone_org(settings) == OrgId{"b"});
  settings = Declared(R"({"id": "a", "repo": "/a"})").settings();
  CHECK_FALSE(lone_org(settings).has_value());
  REQUIRE(choose_org(settings));
  CHECK(settings.org.value == "a");
}

TEST_CASE("an organisation has a store and a long-term memory of its own", "[orgs]") {
  Declared declared(R"({"id": "a", "repo": "/a", "store": "a.db",
                        "memory": {"url": "http://127.0.0.1:1/m", "apiKeyFile": "token"}})");
  const auto& org = declared.only();
  CHECK(org.memory_url == "http://127.0.0.1:1/m");
  CHECK(org.memory_api_key == "the token");
  CHECK(store_of(org, declared.settings()) == declared.directory() + "/a.db");

  Declared plain(R"({"id": "a", "repo": "/a", "memory": "https://memory.acme.test"})");
  CHECK(plain.only().memory_url == "https://memory.acme.test");
  CHECK(store_of(plain.only(), plain.settings()) == plain.settings().data_dir / "stores/a.db");

  for (const auto* memory : {R"({"apiKeyEnv": "X"})", R"("http://acme.test")", "1",
                             R"({"url": "https://a.test", "key": "x"})"}) {
    Declared bad(fmt::format(R"({{"id": "a", "repo": "/a", "memory": {}}})", memory));
    CHECK_THAT(bad.why_bad(), Catch::Contains("orgs[0].memory"));
  }
}

}  // namespace
}  // namespace lightfast
