#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tools/store/names.h"

namespace lightfast::store {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("an entity has a short name", "[store]") {
  const Pairs cases = {
      {"pr:acme/web#142", "#142"}, {"issue:LIN-482", "lin-482"}, {"commit:acme/web@1F2E", "1f2e"},
      {"repo:acme/web", "web"},    {"person:Mia", "mia"},        {"branch:acme/web@feature/x", "x"},
      {"odd:ends#", "ends#"},      {"no colon", "no colon"},     {"", ""}};
  for (const auto& [entity, name] : cases) CHECK(short_name(entity) == name);
}

TEST_CASE("URLs of one page are one", "[store]") {
  const Pairs cases = {
      {"https://GitHub.com/acme/Web/pull/1/?tab=files#diff", "https://github.com/acme/Web/pull/1"},
      {"http://www.acme.test", "http://acme.test"},
      {"https://bugs.test/show?utm_source=mail&id=7&ref=x#c3", "https://bugs.test/show?id=7"},
      {"https://bugs.test/show/?&", "https://bugs.test/show"},
      {"https://a.test?x=/", "https://a.test?x=/"},
      {"https:///path", ""},
      {"ftp://acme.test/x", ""},
      {"not a URL", ""},
      {"", ""}};
  for (const auto& [url, canonical] : cases) CHECK(canonical_url(url) == canonical);
}

TEST_CASE("a page tells what it is about", "[store]") {
  const Pairs cases = {{"https://github.com/acme/web/pull/142/files", "pr:acme/web#142"},
                       {"https://github.com/acme/web/issues/7#issuecomment-1", "issue:acme/web#7"},
                       {"https://github.com/acme/web/pull/9?w=1", "pr:acme/web#9"},
                       {"https://github.com/acme/web/commit/1f2e3d", "commit:acme/web@1f2e3d"},
                       {"https://linear.app/acme/issue/LIN-482/retry-uploads", "issue:LIN-482"},
                       {"https://github.com/acme/web/pull/", ""},
                       {"https://github.com/acme/web/wiki/Home", ""},
                       {"https://github.com//", ""},
                       {"https://acme.test/acme/web/pull/142", ""}};
  for (const auto& [url, entity] : cases) CHECK(entity_of_url(url) == entity);
}

}  // namespace
}  // namespace lightfast::store
