#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "temp_directory.h"
#include "tools/ingest/routing.h"

namespace lightfast::ingest {
namespace {

using test::TempDirectory;

const Routing routing{.orgs = {{.id = {"acme"},
                                .branch = "main",
                                .owner = "acme",
                                .repository = ".lightfast",
                                .secrets = {{"github", {"a1", "a2"}}}},
                               {.id = {"bolt"}, .owner = "bolt", .repository = "context"},
                               {.id = {"elsewhere"}}},
                      .secrets = {{"github", {"app"}}}};

// A ledger and what it says of events, one after the other.
class Routed {
 public:
  // `EVENT` or `EVENT.ACTION` of a repository and an installation; what is 0 is not said.
  std::string operator()(const std::string& event, const std::string& name, int repository,
                         int installation) {
    last_ = event_of(event, name, repository, installation);
    const auto found = routes_of(last_, declared, ledger_);
    if (!found) FAIL(found.error().message);
    if (found->to.empty()) return found->why_not.empty() ? "?" : "-";
    std::string said;
    for (const auto& route : found->to) {
      const auto why = why_ignored(last_, route);
      said += (said.empty() ? "" : ", ") + route.org->id.value + (why.empty() ? "" : ": " + why);
    }
    return said;
  }

  Routing declared = routing;

 private:
  static GitHubEvent event_of(const std::string& event, const std::string& name, int repository,
                              int installation) {
    Json payload = {{"ref", "refs/heads/main"}, {"action", event.substr(event.find('.') + 1)}};
    if (!name.empty()) {
      payload["repository"] = {{"full_name", name}, {"default_branch", "main"}};
      payload["repository"]["owner"] = {{"login", name.substr(0, name.find('/'))}};
    }
    if (repository != 0) payload["repository"]["id"] = repository;
    if (installation != 0) payload["installation"]["id"] = installation;
    return github_event(event, payload);
  }

  TempDirectory here_;
  Ledger ledger_ = Ledger::open(here_.path()).value();
  GitHubEvent last_;
};

TEST_CASE("a delivery goes to the organisation whose repository it names", "[routing]") {
  Routed routed;
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
  CHECK(routed("push", "Bolt/Context", 2, 20) == "bolt");
  CHECK(routed("push", "nobody/.lightfast", 3, 30) == "-");
  CHECK(routed("push", "", 0, 0) == "-");
  CHECK(routed("ping", "acme/.lightfast", 1, 10) == "acme: a ping");
}

TEST_CASE("a repository is known by its id when its name is another", "[routing]") {
  Routed routed;
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
  CHECK(routed("repository.renamed", "acme/knowledge", 1, 10) == "acme");
  CHECK(routed("push", "others/knowledge", 1, 0) == "acme");
}

TEST_CASE("a name that changed hands does not carry its organisation along", "[routing]") {
  Routed routed;
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
  CHECK(routed("push", "acme/.lightfast", 99, 10) == "-");
  CHECK(routed("push", "acme/other", 98, 990) == "-");
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
}

TEST_CASE("what was deleted may be made again", "[routing]") {
  Routed routed;
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
  CHECK(routed("repository.deleted", "acme/.lightfast", 1, 10) == "acme");
  CHECK(routed("push", "acme/.lightfast", 2, 10) == "acme");
  CHECK(routed("installation.deleted", "", 0, 10) == "acme");
  CHECK(routed("push", "acme/.lightfast", 2, 11) == "acme");
  CHECK(routed("push", "acme/other", 3, 12) == "acme: of another repository");
}

TEST_CASE("another repository of an organisation is its own, and nothing is done", "[routing]") {
  Routed routed;
  CHECK(routed("push", "acme/web", 5, 10) == "acme: of another repository");
  CHECK(routed("pull_request.opened", "bolt/web", 6, 20) == "bolt: of another repository");
  CHECK(routed("installation.suspend", "", 0, 20) == "bolt");
}

TEST_CASE("a stranger's delivery teaches nothing", "[routing]") {
  Routed routed;
  CHECK(routed("installation.created", "acme/other", 5, 10) == "acme: of another repository");
  for (int i = 0; i < 2; ++i) CHECK(routed("push", "acme/.lightfast", 999, 20) == "-");
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
  CHECK(routed("push", "acme/.lightfast", 999, 10) == "-");
}

TEST_CASE("what was learned of a repository is not of another that is declared later",
          "[routing]") {
  Routed routed;
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme");
  routed.declared.orgs[0].repository = "knowledge";
  routed.declared.orgs[1].owner = "acme";
  routed.declared.orgs[1].repository = ".lightfast";
  CHECK(routed("push", "acme/knowledge", 2, 10) == "acme");
  CHECK(routed("push", "acme/.lightfast", 1, 10) == "bolt");
}

TEST_CASE("a delivery goes to all who declare its repository", "[routing]") {
  Routed routed;
  routed.declared.orgs[1] = routed.declared.orgs[0];
  routed.declared.orgs[1].id = {"next"};
  routed.declared.orgs[1].branch = "dev";
  for (int i = 0; i < 2; ++i)
    CHECK(routed("push", "acme/.lightfast", 1, 10) == "acme, next: of another branch");
}

TEST_CASE("an id that is none is not one", "[routing]") {
  for (const auto& id : {Json(-1), Json(0), Json(1.0), Json("1"), Json(18446744073709551615U)})
    CHECK(github_event("push", {{"repository", {{"id", id}}}}).repository == 0);
  CHECK(github_event("push", {{"repository", {{"id", 9223372036854775807}}}}).repository > 0);
}

TEST_CASE("of an event as much is kept as makes it again", "[routing]") {
  const Json payload = {{"action", "renamed"},
                        {"ref", "refs/heads/main"},
                        {"repository",
                         {{"id", 7},
                          {"full_name", std::string(9'000, 'x')},
                          {"default_branch", "main"},
                          {"owner", {{"login", "acme"}}}}},
                        {"installation", {{"id", 8}}},
                        {"commits", Json::array({1, 2, 3})}};
  const auto event = github_event("repository", payload);
  CHECK(event.full_name.size() == 512);
  CHECK(github_event("repository", payload_of(event)) == event);
  CHECK(github_event("ping", payload_of(github_event("ping", Json::object()))) ==
        github_event("ping", Json::object()));
}

TEST_CASE("each route has its own secrets, the App's is for what names nobody", "[routing]") {
  using Secrets = std::vector<std::string>;
  CHECK(routing.secrets_of("github", OrgId{"acme"}) == Secrets{"a1", "a2"});
  CHECK(routing.secrets_of("github", OrgId{"bolt"}).empty());
  CHECK(routing.secrets_of("github", OrgId{"nobody"}).empty());
  CHECK(routing.secrets_of("github", {}) == Secrets{"app"});
}

TEST_CASE("a lone organisation has everything that is signed", "[routing]") {
  const Routing single{.orgs = {{.id = {"acme"}, .secrets = {{"github", {"own"}}}}},
                       .secrets = {{"github", {"app"}}},
                       .is_single = true};
  const TempDirectory here;
  auto ledger = Ledger::open(here.path()).value();
  const auto found = routes_of(github_event("push", Json::object()), single, ledger).value();
  REQUIRE(found.to.size() == 1);
  CHECK(found.to.front().org->id.value == "acme");
  CHECK(single.secrets_of("github", {}) == std::vector<std::string>{"own", "app"});
  CHECK(single.secrets_of("github", OrgId{"acme"}) == std::vector<std::string>{"own", "app"});
}

TEST_CASE("of several organisations only GitHub's may name none") {
  auto both = routing;
  both.secrets["linear"] = {"everybody's"};
  both.orgs[0].secrets["linear"] = {"own"};
  CHECK(both.secrets_of("linear", {}).empty());
  CHECK(both.secrets_of("linear", OrgId{"acme"}) == std::vector<std::string>{"own"});
  CHECK(both.secrets_of("linear", OrgId{"bolt"}).empty());
  CHECK(both.secrets_of("sentry", OrgId{"acme"}).empty());
}

TEST_CASE("what is told to an organisation's own route may be of another repository") {
  const TempDirectory here;
  auto ledger = Ledger::open(here.path()).value();
  const auto is_own = [&](const char* name, int id) {
    const Json payload = {{"repository", {{"full_name", name}, {"id", id}}}};
    return route_to(routing.orgs[0], github_event("push", payload), routing, ledger)->is_repository;
  };
  CHECK(is_own("Acme/.lightfast", 7));
  CHECK_FALSE(is_own("acme/web", 8));
  CHECK(is_own("acme/renamed", 7));
  const auto nowhere = github_event("installation", Json::object());
  CHECK(route_to(routing.orgs[0], nowhere, routing, ledger)->is_repository);
}

}  // namespace
}  // namespace lightfast::ingest
