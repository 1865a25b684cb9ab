#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/store/event.h"
#include "tools/store/spans.h"

namespace lightfast::store {
namespace {

constexpr const char* kWhole =
    R"({"id":"e1","source":"github","type":"pull_request.opened","occurredAt":"2026-03-01T12:00:00Z",)"
    R"("actor":"person:mia","subject":"pr:acme/web#142","title":"Retry","body":"Now.","url":"https://h/1",)"
    R"("causalParent":"e0","relations":[{"entity":"person:mia","type":"authored_by"},)"
    R"({"entity":"service:web","type":"part_of","removed":true}],"attributes":{"number":142,"state":"open"}})";

Json whole() { return Json::parse(kWhole); }

std::string problem_of(const Json& object) {
  const auto event = event_from_json(object);
  REQUIRE_FALSE(event.has_value());
  CHECK(event.error().kind == ErrorKind::InvalidArgument);
  return event.error().message;
}

TEST_CASE("an event is read and written without loss", "[event]") {
  const auto event = parse_event(kWhole);
  REQUIRE(event.has_value());
  CHECK(event->relations[1] == Relation{"service:web", "part_of", true});
  CHECK(to_json(*event).dump() == kWhole);
}

TEST_CASE("what may be left out is empty", "[event]") {
  const auto event = parse_event(
      R"({"id":"e","source":"s","type":"t","occurredAt":"2026-03-01","subject":"x:1","title":null})");
  REQUIRE(event.has_value());
  CHECK(event->title.empty());
  CHECK_FALSE(event->actor.has_value());
  CHECK(event->attributes == Json::object());
}

TEST_CASE("attributes are kept in one order", "[event]") {
  auto object = whole();
  object["attributes"] = {{"b", {{"z", 1}, {"a", {{{"y", 1}, {"x", 2}}}}}}, {"a", nullptr}};
  CHECK(event_from_json(object)->attributes.dump() ==
        R"({"a":null,"b":{"a":[{"x":2,"y":1}],"z":1}})");
}

TEST_CASE("what is wrong is said by its field", "[event]") {
  struct Case {
    const char* field;
    Json value;
    const char* says;
  };
  const auto wrong = GENERATE(values<Case>({
      {"id", "", "id: is missing"},
      {"id", "a\nb", "id: must be of at most"},
      {"id", std::string(513, 'x'), "id: must be of at most"},
      {"id", 7, "id: must be a string"},
      {"source", "Git Hub", "source: must be"},
      {"source", std::string(65, 'x'), "source: must be"},
      {"type", "", "type: is missing"},
      {"occurredAt", "yesterday", "occurredAt: must be a time"},
      {"occurredAt", nullptr, "occurredAt: is missing"},
      {"subject", "pr142", "subject: must be an entity's id"},
      {"subject", "pr:", "subject: must be an entity's id"},
      {"subject", "PR:1", "subject: must be an entity's id"},
      {"actor", "a\x01z", "actor: must be"},
      {"url", "https://h/" + std::string(2'048, 'x'), "url: must be of 1 to 2048 bytes"},
      {"url", "https://h/\x1b[2J", "url: must be"},
      {"url", 7, "url: must be a string"},
      {"relations", Json::object(), "relations: must be a list"},
      {"relations", {7}, "relations[0]: must be an object"},
      {"relations", {{{"entity", "x"}, {"type", "t"}}}, "relations[0].entity: must be"},
      {"relations", {{{"entity", "x:1"}, {"type", "T"}}}, "relations[0].type: must be"},
      {"relations",
       {{{"entity", "x:1"}, {"typ", "t"}}},
       "unknown field 'typ'; did you mean 'type'"},
      {"relations", {{{"entity", "x:1"}, {"type", "t"}, {"removed", 1}}}, "relations[0].removed: "},
      {"attributes", {1}, "attributes: must be an object"},
      {"attributes", {{"a", std::string(70'000, 'x')}}, "attributes: must be of at most 64 KiB"},
      {"occuredAt", "x", "unknown field 'occuredAt'; did you mean 'occurredAt'?"},
  }));
  auto object = whole();
  object[wrong.field] = wrong.value;
  CHECK_THAT(problem_of(object), Catch::Contains(wrong.says));
}

TEST_CASE("a long title and a long body are cut and marked", "[event]") {
  auto object = whole();
  std::string title;
  for (int i = 0; i < 1'001; ++i) title += "ö";
  object["title"] = title;
  object["body"] = std::string(100'000, 'x');
  const auto event = event_from_json(object);
  CHECK(event->title.size() == 2 * 999 + 3);
  CHECK(event->title.ends_with("ö\xE2\x80\xA6"));
  CHECK(event->body.size() == kMaxBody);
  CHECK(event->body.ends_with("x\n[cut: 100000 bytes in all]"));
  CHECK(event_from_json(to_json(*event)) == *event);
}

TEST_CASE("a line that is no JSON object is refused", "[event]") {
  for (const auto* line : {"", "{", "[]", "7", "{\"id\":\"\xFF\"}"})
    CHECK_FALSE(parse_event(line).has_value());
  CHECK_FALSE(parse_event(std::string(100, '[')).has_value());
}

TEST_CASE("what is taken as an object is taken as a line, too", "[store]") {
  const auto nested = [](int depth) {
    return Json::parse(
        "{\"id\":\"a\",\"source\":\"s\",\"type\":\"t\",\"occurredAt\":\"2026-03-01\","
        "\"subject\":\"pr:1\",\"attributes\":{\"x\":" +
        std::string(static_cast<std::size_t>(depth), '[') +
        std::string(static_cast<std::size_t>(depth), ']') + "}}");
  };
  for (const int depth : {1, 29, 30, 31, 40, 60}) {
    const auto object = event_from_json(nested(depth));
    const auto line = parse_event(nested(depth).dump());
    CAPTURE(depth);
    CHECK(object.has_value() == line.has_value());
    CHECK(object.has_value() == (depth <= 30));
    if (object) CHECK(parse_event(to_json(*object).dump()) == *object);
  }
}

TEST_CASE("an entity's properties are bounded, and the newest are among them", "[store]") {
  const auto many = [](int from, std::size_t size) {
    Json object = Json::object();
    for (int i = from; i < from + 3'000; ++i)
      object["k" + std::to_string(10'000 + i)] = std::string(size, 'v');
    return object.dump();
  };
  const auto by_count = Json::parse(merged(many(0, 0), many(3'000, 0)));
  CHECK(by_count.size() == kMostMembers);
  CHECK(by_count.contains("k15999"));
  const auto by_size = merged(many(0, 9), many(3'000, 9));
  CHECK(by_size.size() <= kMaxProperties);
  CHECK(by_size.size() > kMaxProperties - 100);
  CHECK(Json::parse(by_size).contains("k15999"));
}

}  // namespace
}  // namespace lightfast::store
