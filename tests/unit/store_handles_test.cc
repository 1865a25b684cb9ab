#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "store_made.h"
#include "tools/store/handles.h"

namespace lightfast::store {
namespace {

using test::event;
using test::MadeStore;

void fill(MadeStore& made) {
  std::vector<Event> events = {
      event("a", 1, "pr:acme/web#142"),
      event("b", 2, "issue:LIN-482"),
      event("c", 3, "person:Mia"),
      event("d", 4, "commit:acme/web@1f2e3d4c5b6a79880011"),
      event("e", 5, "pr:acme/web#7"),
      event("f", 6, "pr:acme/api#7"),
      event("g", 7, "issue:acme/api#7"),
      event("h", 8, "deployment:77"),
      event("i", 9, "doc:7%_\"'\\ \xC3\xBC"),
      event("j", 10, "repo:acme/web"),
      event("k", 11, "branch:acme/web@main", {},
            {{.entity = "file:acme/web/src/Upload.cc", .type = "modifies"}})};
  events[0].url = "https://github.com/acme/web/pull/142";
  events[7].url = "https://deploys.example/77";
  made.add(events);
}

TEST_CASE("a handle finds the one entity that it means", "[handles]") {
  MadeStore made;
  fill(made);
  const auto reader = made.readers().take();
  REQUIRE(reader);
  const auto [text, id] = GENERATE(table<std::string, std::string>({
      {"pr:acme/web#142", "pr:acme/web#142"},
      {"#142", "pr:acme/web#142"},
      {"pr:142", "pr:acme/web#142"},
      {"pr:#142", "pr:acme/web#142"},
      {"PR:142", "pr:acme/web#142"},
      {"web#142", "pr:acme/web#142"},
      {"WEB#142", "pr:acme/web#142"},
      {"acme/web#142", "pr:acme/web#142"},
      {"pr:web#7", "pr:acme/web#7"},
      {"issue:7", "issue:acme/api#7"},
      {"https://github.com/acme/web/pull/142", "pr:acme/web#142"},
      {"https://www.github.com/acme/web/pull/142/?a=b#c", "pr:acme/web#142"},
      {"https://deploys.example/77", "deployment:77"},
      {"https://linear.app/acme/issue/LIN-482/title", "issue:LIN-482"},
      {"LIN-482", "issue:LIN-482"},
      {"lin-482", "issue:LIN-482"},
      {"issue:lin-482", "issue:LIN-482"},
      {"@mia", "person:Mia"},
      {"mia", "person:Mia"},
      {"1f2e3d4", "commit:acme/web@1f2e3d4c5b6a79880011"},
      {"1F2E3D4C5B6A79880011", "commit:acme/web@1f2e3d4c5b6a79880011"},
      {"deployment:77", "deployment:77"},
      {"src/upload.cc", "file:acme/web/src/Upload.cc"},
      {"./src/Upload.cc", "file:acme/web/src/Upload.cc"},
      {"web/src/upload.cc", "file:acme/web/src/Upload.cc"},
      {"doc:7%_\"'\\ \xC3\xBC", "doc:7%_\"'\\ \xC3\xBC"},
  }));
  INFO(text);
  const auto found = resolve_entity(**reader, text, "start");
  if (!found) FAIL(found.error().message);
  CHECK(*found == id);
}

TEST_CASE("a handle of several is answered with them", "[handles]") {
  MadeStore made;
  fill(made);
  const auto reader = made.readers().take();
  const auto found = resolve_entity(**reader, "#7", "start");
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == ErrorKind::InvalidArgument);
  CHECK(found.error().field == "start");
  for (const char* id : {"pr:acme/web#7", "pr:acme/api#7", "issue:acme/api#7"})
    CHECK_THAT(found.error().message, Catch::Contains(id));
}

TEST_CASE("of very many ten are named", "[handles]") {
  MadeStore made;
  std::vector<Event> events;
  for (int i = 0; i < 200; ++i)
    events.push_back(event("e" + std::to_string(i), i, "pr:acme/r" + std::to_string(i) + "#1"));
  made.add(events);
  const auto reader = made.readers().take();
  const auto found = resolve_entity(**reader, "#1", "start");
  REQUIRE_FALSE(found);
  CHECK_THAT(found.error().message, Catch::Contains(", or others"));
  CHECK(found.error().message.size() < 400);
  CHECK(resolve_entity(**reader, "acme/r199#1", "start").value() == "pr:acme/r199#1");
}

TEST_CASE("what nothing is called by is not found, what could be no id is refused", "[handles]") {
  MadeStore made;
  fill(made);
  const auto reader = made.readers().take();
  const auto missing =
      GENERATE(as<std::string>(), "#14", "#%", "pr:%", "pr:_42", "#142' OR 1=1", "pr:acme/web#14",
               ":", "pr:", "@", "#", "https://", "://", "LIN-4", "eb#142", "\xFF\xFE", "a\"b");
  INFO(missing);
  CHECK(resolve_entity(**reader, missing, "id").error().kind == ErrorKind::NotFound);
  for (const auto& bad : {std::string(), std::string("a\nb"), std::string("a\0b", 3),
                          std::string("\x7F"), std::string(513, 'a')})
    CHECK(resolve_entity(**reader, bad, "id").error().kind == ErrorKind::InvalidArgument);
}

TEST_CASE("the types are those that there are", "[handles]") {
  MadeStore made;
  fill(made);
  const auto reader = made.readers().take();
  CHECK(entity_types(**reader).value() == std::vector<std::string>{"branch", "commit", "deployment",
                                                                   "doc", "file", "issue", "person",
                                                                   "pr", "repo"});
}

}  // namespace
}  // namespace lightfast::store
