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
                                .github_secrets = {"a1", "a2"}},
                               {.id = {"bolt"}, .owner = "bolt", .repository = "context"},
                               {.id = {"elsewhere"}}},
                      .github_secrets = {"app"}};

// A ledger and what it says of events, one after the other.
class Routed {
 public:
  // `EVENT` or `EVENT.ACTION` of a repository and an installation; what is 0 is not said.
  std::string operator()(const std::string& event, const std::string& name, int repository,
                         int installation) {
    last_ = event_of(event, name, repository, installation);
    const auto found = route(last_, routing, ledger_);
    if (!found) FAIL(found.error().message);
    if (found->org == nullptr) return found->why_not.empty() ? "?" : "-";
    const auto why = why_ignored(last_, *found);
    return found->org->id.value + (why.empty() ? "" : ": " + why);
  }

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

TEST_CASE("each route has its own secrets, the App's is for what names nobody", "[routing]") {
  using Secrets = std::vector<std::string>;
  CHECK(routing.secrets_of(OrgId{"acme"}) == Secrets{"a1", "a2"});
  CHECK(routing.secrets_of(OrgId{"bolt"}).empty());
  CHECK(routing.secrets_of(OrgId{"nobody"}).empty());
  CHECK(routing.secrets_of({}) == Secrets{"app"});
}

TEST_CASE("a lone organisation has everything that is signed", "[routing]") {
  const Routing single{.orgs = {{.id = {"acme"}, .github_secrets = {"own"}}},
                       .github_secrets = {"app"},
                       .is_single = true};
  const TempDirectory here;
  auto ledger = Ledger::open(here.path()).value();
  const auto found = route(github_event("push", Json::object()), single, ledger).value();
  REQUIRE(found.org != nullptr);
  CHECK(found.org->id.value == "acme");
  CHECK(single.secrets_of({}) == std::vector<std::string>{"own", "app"});
  CHECK(single.secrets_of(OrgId{"acme"}) == std::vector<std::string>{"own", "app"});
}

}  // namespace
}  // namespace lightfast::ingest
