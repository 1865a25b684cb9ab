#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/api_keys.h"
#include "auth/key_file.h"
#include "base/json.h"
#include "temp_directory.h"

namespace lightfast::auth {
namespace {

using test::content_of;
using test::TempDirectory;

// A key file with `record` changed by `change`.
template <class Change>
std::string changed_text(Change change) {
  const auto document = key_file_text({{.key = {.id = "key_0123456789ab",
                                                .org = {"acme"},
                                                .label = "ci",
                                                .scopes = {"context:read"},
                                                .created_at = "2026-01-02T03:04:05Z",
                                                .revoked_at = std::nullopt},
                                        .digest = sha256("secret")}});
  auto json = Json::parse(document);
  change(json);
  return json.dump();
}

TEST_CASE("a damaged file is refused and left as it is", "[api keys]") {
  struct Case {
    std::string what;
    std::string text;
  };
  const auto damage = [](const char* member, const Json& value) {
    return changed_text([&](Json& file) { file["keys"][0][member] = value; });
  };
  const auto without = [](const char* member) {
    return changed_text([&](Json& file) { file["keys"][0].erase(member); });
  };
  const auto good = changed_text([](Json&) {});
  REQUIRE(parse_key_file(good).has_value());
  const auto one = GENERATE_COPY(values<Case>({
      {"empty", ""},
      {"cut", good.substr(0, good.size() / 2)},
      {"not JSON", "keys"},
      {"a list", "[]"},
      {"no version", R"({"keys": []})"},
      {"no keys", R"({"version": 1})"},
      {"keys are an object", R"({"version": 1, "keys": {}})"},
      {"a later version", R"({"version": 2, "keys": []})"},
      {"a record is a text", R"({"version": 1, "keys": ["key"]})"},
      {"a record is a list", R"({"version": 1, "keys": [[]]})"},
      {"no id", without("id")},
      {"empty id", damage("id", "")},
      {"no org", without("org")},
      {"empty org", damage("org", "")},
      {"no label", without("label")},
      {"a label of a number", damage("label", 1)},
      {"no scopes", without("scopes")},
      {"scopes of a text", damage("scopes", "context:read")},
      {"scopes of numbers", damage("scopes", Json::array({1}))},
      {"no digest", without("sha256")},
      {"short digest", damage("sha256", "abcd")},
      {"digest of other digits", damage("sha256", std::string(64, 'g'))},
      {"digest in capitals", damage("sha256", std::string(64, 'A'))},
      {"no time", without("createdAt")},
      {"a time of a number", damage("createdAt", 5)},
      {"no revocation", without("revokedAt")},
      {"a revocation of false", damage("revokedAt", false)},
      {"not UTF-8", damage("label", "x").replace(0, 1, "{\"\xFF\":1,")},
      {"deeply nested", std::string(100'000, '[')},
  }));
  INFO(one.what);
  const TempDirectory here;
  const auto file = here.with_file("keys.json", one.text);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const auto keys = ApiKeys::open(here.path());
  REQUIRE_FALSE(keys.has_value());
  CHECK(keys.error().kind == ErrorKind::Corrupt);
  CHECK_THAT(keys.error().message, Catch::Contains(file.string()) && Catch::Contains("new keys"));
  CHECK(content_of(file) == one.text);
}

TEST_CASE("what is written is read back", "[api keys]") {
  std::vector<StoredKey> keys;
  for (int i = 0; i < 3; ++i) {
    keys.push_back({.key = {.id = "key_" + std::to_string(i),
                            .org = {"org" + std::to_string(i)},
                            .label = i == 1 ? "größe\t\"" : "",
                            .scopes = {"context:read", "x"},
                            .created_at = "2026-01-02T03:04:05Z",
                            .revoked_at = std::nullopt},
                    .digest = sha256(std::to_string(i))});
  }
  keys[2].key.revoked_at = "2026-02-03T04:05:06Z";
  CHECK(parse_key_file(key_file_text(keys)).value() == keys);
  CHECK(parse_key_file(key_file_text({})).value().empty());
}

}  // namespace
}  // namespace lightfast::auth
