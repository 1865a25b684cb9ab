#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "graph_calls.h"

namespace lightfast::graph {
namespace {

using store::Event;
using store::test::event;
using test::GraphStore;
using test::ids_in;
using test::links_in;
using Ids = std::vector<std::string>;
using Links = std::set<std::string>;

// mia wrote pr:a/w#1 and #2, which are part of web; #1 is deployed, and fixes an issue for a while.
void fill(GraphStore& made) {
  std::vector<Event> events = {
      event("e1", 10, "pr:a/w#1", {{"title", "One"}, {"url", "https://x/1"}},
            {{"person:mia", "authored_by"}, {"service:web", "part_of"}, {"issue:LIN-1", "fixes"}}),
      event("e2", 20, "pr:a/w#2", {{"title", "Two"}},
            {{"person:mia", "authored_by"}, {"service:web", "part_of"}}),
      event("e3", 30, "deployment:1", {}, {{"pr:a/w#1", "deploys"}}),
      event("e4", 40, "pr:a/w#1", {}, {{"issue:LIN-1", "fixes", true}})};
  events[3].actor = "person:leo";
  events[2].causal_parent = "e1";
  events[3].causal_parent = "e1";
  made.add(events);
}

TEST_CASE("a walk finds what is connected, nearest first", "[graph]") {
  GraphStore made;
  fill(made);
  const auto one = made.answer("graph.traverse", {{"start", "#1"}, {"depth", 1}});
  CHECK(ids_in(one["nodes"]) == Ids{"pr:a/w#1", "person:mia", "service:web", "deployment:1"});
  CHECK(links_in(one["edges"]) == Links{"pr:a/w#1 authored_by person:mia",
                                        "pr:a/w#1 part_of service:web",
                                        "deployment:1 deploys pr:a/w#1"});
  CHECK(one["truncated"] == false);
  CHECK(one["nodes"][0]["properties"]["title"] == "One");
  const auto two = made.answer("graph.traverse", {{"start", "#1"}});
  CHECK(two["nodes"].size() == 5);
  CHECK(links_in(two["edges"]).size() == 5);
}

TEST_CASE("a walk keeps to a direction, a type of edge, and a time", "[graph]") {
  GraphStore made;
  fill(made);
  const auto ids = [&](Json input) {
    input["start"] = "pr:a/w#1";
    return ids_in(made.answer("graph.traverse", input)["nodes"]);
  };
  CHECK(ids({{"direction", "in"}}) == Ids{"pr:a/w#1", "deployment:1"});
  CHECK(ids({{"direction", "out"}}) == Ids{"pr:a/w#1", "person:mia", "service:web"});
  CHECK(ids({{"edge", "authored_by"}}) == Ids{"pr:a/w#1", "person:mia", "pr:a/w#2"});
  CHECK(ids({{"at", "1970-01-01T00:00:15Z"}, {"depth", 1}}) ==
        Ids{"pr:a/w#1", "person:mia", "issue:LIN-1", "service:web"});
  CHECK(ids({{"edge", "nope"}}) == Ids{"pr:a/w#1"});
  const auto early =
      made.problem("graph.traverse", {{"start", "#1"}, {"at", "1970-01-01T00:00:05Z"}});
  CHECK(early.kind == ErrorKind::NotFound);
}

TEST_CASE("a target leaves the shortest paths to it", "[graph]") {
  GraphStore made;
  fill(made);
  const auto paths = [&](const char* target) {
    return made.answer("graph.traverse",
                       {{"start", "deployment:1"}, {"target", target}, {"depth", 3}});
  };
  const auto person = paths("person");
  CHECK(ids_in(person["nodes"]) == Ids{"deployment:1", "pr:a/w#1", "person:mia"});
  CHECK(links_in(person["edges"]) ==
        Links{"deployment:1 deploys pr:a/w#1", "pr:a/w#1 authored_by person:mia"});
  CHECK(ids_in(paths("#2")["nodes"]) ==
        Ids{"deployment:1", "pr:a/w#1", "person:mia", "pr:a/w#2", "service:web"});
  CHECK(ids_in(paths("lin-1")["nodes"]) == Ids{"deployment:1"});
  CHECK(made.problem("graph.traverse", {{"start", "#1"}, {"target", "nope"}}).field == "target");
}

TEST_CASE("where not all paths have room, whole ones to the nearest targets are shown", "[graph]") {
  GraphStore made;
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) {
    const auto number = std::to_string(i);
    events.push_back(event("e" + number, 1, "issue:a/w#" + number, {},
                           {{"repo:a/w", "part_of"}, {"label:bug", "labeled"}}));
  }
  made.add(events);
  const auto answer = made.answer("graph.traverse", {{"start", "repo:a/w"}, {"target", "label"}});
  const auto ids = ids_in(answer["nodes"]);
  CHECK(answer["truncated"] == true);
  REQUIRE(ids.size() > 10);
  CHECK(ids[1].starts_with("issue:"));
  CHECK(ids[2].starts_with("label:"));
}

TEST_CASE("cycles end", "[graph]") {
  GraphStore made;
  made.add({event("a", 1, "x:1", {}, {{"x:2", "next"}, {"x:1", "self"}}),
            event("b", 2, "x:2", {}, {{"x:3", "next"}}),
            event("c", 3, "x:3", {}, {{"x:1", "next"}})});
  const auto answer = made.answer("graph.traverse", {{"start", "x:1"}, {"depth", 4}});
  CHECK(ids_in(answer["nodes"]).size() == 3);
  CHECK(links_in(answer["edges"]) ==
        Links{"x:1 next x:2", "x:1 self x:1", "x:2 next x:3", "x:3 next x:1"});
  CHECK(answer["edges"].size() == 4);
}

TEST_CASE("a hub is cut, quickly, and leaves room for what is rare", "[graph]") {
  GraphStore made;
  std::vector<Event> events;
  events.reserve(30'001);
  for (int i = 0; i < 30'000; ++i)
    events.push_back(event(fmt::format("e{}", i), i, fmt::format("pr:{:05}", i),
                           {{"title", "some title"}}, {{"person:mia", "authored_by"}}));
  events.push_back(event("t", 1, "team:core", {}, {{"person:mia", "has_member"}}));
  made.add(events);
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = made.answer("graph.traverse", {{"start", "person:mia"}, {"depth", 4}});
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
  CHECK(answer["truncated"] == true);
  CHECK(answer.dump().size() < 16'384);
  CHECK(answer["nodes"].size() > 20);
  CHECK(answer["nodes"][1]["id"] == "pr:29999");  // the newest first
  const auto earlier = made.answer(
      "graph.traverse",
      {{"start", "person:mia"}, {"at", "1970-01-01T00:01:00Z"}, {"edge", "authored_by"}});
  CHECK(earlier["nodes"][1]["id"] == "pr:00060");
  const auto many = made.answer("graph.traverse", {{"start", "person:mia"}, {"limit", 500}});
  CHECK(many["nodes"].size() == 500);
  CHECK(many["truncated"] == true);
  CHECK(made.answer("graph.traverse", {{"start", "person:mia"}, {"limit", 1}})["nodes"].size() ==
        1);
  const auto rare = made.answer("graph.traverse", {{"start", "person:mia"}, {"target", "team"}});
  CHECK(ids_in(rare["nodes"]) == Ids{"person:mia", "team:core"});
}

TEST_CASE("around an event are what it is about, who did it, and causes", "[graph]") {
  GraphStore made;
  fill(made);
  const auto around = made.answer("related", {{"id", "e4"}});
  CHECK(around["root"] == "e4");
  CHECK(ids_in(around["nodes"]) == Ids{"e4", "pr:a/w#1", "person:leo", "e1"});
  CHECK(links_in(around["edges"]) ==
        Links{"e4 about pr:a/w#1", "e4 by person:leo", "e4 caused_by e1"});
  CHECK(around["nodes"][0]["occurredAt"] == "1970-01-01T00:00:40Z");
  CHECK(around["nodes"][1]["title"] == "One");
  CHECK(around["nodes"][1]["url"] == "https://x/1");
  CHECK(links_in(made.answer("related", {{"id", "e1"}})["edges"]).contains("e4 caused_by e1"));
}

TEST_CASE("what an event led to is found whatever it is about, up to a number", "[graph]") {
  GraphStore made;
  std::vector<Event> events = {event("cause", 1, "pr:1")};
  for (int i = 0; i < 31; ++i) {
    events.push_back(event(fmt::format("e{:02}", i), 1000 + i, fmt::format("issue:{}", i)));
    events.back().causal_parent = "cause";
  }
  const auto last = events.back();
  events.pop_back();
  made.add(events);
  const auto all = made.answer("related", {{"id", "cause"}});
  CHECK(links_in(all["edges"]).contains("e29 caused_by cause"));
  CHECK(all["nodes"].size() == 32);
  CHECK(all["truncated"] == false);
  made.add({last});
  const auto cut = made.answer("related", {{"id", "cause"}});
  CHECK(ids_in(cut["nodes"]) == ids_in(all["nodes"]));
  CHECK(cut["truncated"] == true);
}

TEST_CASE("around an entity are its events and neighbours", "[graph]") {
  GraphStore made;
  fill(made);
  CHECK(ids_in(made.answer("related", {{"id", "#1"}})["nodes"]) ==
        Ids{"pr:a/w#1", "person:mia", "service:web", "deployment:1", "e4", "e1"});
  const auto people = made.answer("related", {{"id", "e3"}, {"depth", 3}, {"types", {"person"}}});
  CHECK(ids_in(people["nodes"]) ==
        Ids{"e3", "deployment:1", "pr:a/w#1", "person:mia", "e1", "e4", "person:leo"});
  CHECK(ids_in(made.answer("related", {{"id", "#1"}, {"types", {"thing"}}})["nodes"]) ==
        Ids{"pr:a/w#1", "e4", "e1"});
  CHECK(made.problem("related", {{"id", "nope"}}).kind == ErrorKind::NotFound);
  CHECK(made.problem("related", {{"id", "a\nb"}}).kind == ErrorKind::InvalidArgument);
}

TEST_CASE("contents are whole texts with what is known besides", "[graph]") {
  GraphStore made;
  auto first = event("e1", 10, "pr:a/w#1", {{"title", "One"}, {"state", "open"}},
                     {{"person:mia", "authored_by"}});
  first.body = "what it \"is\"\n";
  first.url = "https://x/1";
  made.add({first, event("e2", 20, "pr:a/w#1", {{"state", "merged"}})});
  const auto answer =
      made.answer("contents", {{"ids", Json::array({"e1", "#1", "nope", "pr:x#9"})}});
  CHECK(answer["missing"] == Json::array({"nope", "pr:x#9"}));
  REQUIRE(answer["items"].size() == 2);
  const auto& event_item = answer["items"][0];
  CHECK(event_item["content"] == "what it \"is\"\n");
  CHECK(event_item["metadata"]["relations"].dump() ==
        R"([{"entity":"person:mia","type":"authored_by"}])");
  CHECK(event_item["url"] == "https://x/1");
  const auto& entity_item = answer["items"][1];
  CHECK(entity_item["id"] == "pr:a/w#1");
  CHECK(entity_item["metadata"]["properties"].dump() == R"({"title":"One","state":"merged"})");
  CHECK(ids_in(entity_item["metadata"]["events"]) == Ids{"e2", "e1"});
  CHECK(entity_item["content"] == "what it \"is\"\n");
}

TEST_CASE("the text of a thing is its own, whatever was said about it since", "[graph]") {
  const int comments = GENERATE(0, 1, 6, 300);
  const auto [first, second, text] = GENERATE(table<std::string, std::string, std::string>({
      {"pull_request.opened", "pull_request.labeled", "first"},
      {"pull_request.opened", "pull_request.edited", "edited"},
      {"issue_comment.created", "pull_request_review.submitted", "newest"},
  }));
  const auto said = [](const std::string& id, int second_of_it, const std::string& type,
                       const std::string& body) {
    auto made = event(id, second_of_it, "pr:1");
    made.type = type;
    made.body = body;
    return made;
  };
  std::vector<store::Event> events{said("a", 1, first, text == "newest" ? "old" : "first"),
                                   said("b", 2, second,
                                        text == "edited"   ? "edited"
                                        : text == "newest" ? "newest"
                                                           : "")};
  for (int i = 0; i < comments; ++i) {
    events.push_back(said("c" + std::to_string(i), 3 + i, "issue_comment.created",
                          text == "newest" ? "newest" : "LGTM"));
  }
  GraphStore made;
  made.add(events);
  CHECK(made.answer("contents", {{"ids", {"pr:1"}}})["items"][0]["content"] == text);
}

TEST_CASE("a URL that is none, and whatever is too long, has no room in contents", "[graph]") {
  GraphStore made;
  const Json attributes{{"title", std::string(50'000, 't')}, {"url", std::string(50'000, 'u')}};
  auto first = event("a", 10, "pr:1", attributes);
  first.url = "https://h/1";
  made.add({first, event("b", 9, "pr:2")});
  {
    auto writer = store::StoreWriter::open(made.file(), "a test");
    REQUIRE(
        writer->store().database().run("UPDATE events SET url = 'https://h/' || char(27) || "
                                       "hex(zeroblob(100000)) WHERE id = 'b'"));
  }
  const auto answer = made.answer("contents", {{"ids", {"a", "b", "pr:1", "pr:2"}}});
  std::vector<Json> urls;
  for (const auto& item : answer["items"]) urls.push_back(item["url"]);
  CHECK(urls == std::vector<Json>{"https://h/1", nullptr, "https://h/1", nullptr});
  CHECK(answer.dump().size() < 16'384);
  CHECK(made.answer("related", {{"id", "b"}}).dump().size() < 16'384);
}

TEST_CASE("long contents are read in parts, and nothing is lost", "[graph]") {
  GraphStore made;
  auto one = event("e1", 1, "doc:1");
  for (int i = 0; i < 6000; ++i) one.body += fmt::format("\xC3\xBC\"{}\n", i);
  made.add({one});
  std::string read;
  for (int page = 0; read.size() < one.body.size(); ++page) {
    REQUIRE(page < 20);
    const auto answer =
        made.answer("contents", {{"ids", Json::array({"e1"})}, {"offset", read.size()}});
    CHECK(answer.dump().size() < 16'384);
    const std::string part = answer["items"][0]["content"];
    REQUIRE_FALSE(part.empty());
    CHECK(answer["items"][0].contains("cut"));
    read += part;
  }
  CHECK(read == one.body);
  CHECK(made.answer("contents", {{"ids", Json::array({"e1"})},
                                 {"maxBytes", 200'000}})["items"][0]["content"] == one.body);
  CHECK(made.answer("contents", {{"ids", Json::array({"e1"})},
                                 {"offset", 1'000'000}})["items"][0]["content"] == "");
}

TEST_CASE("of many contents what does not fit is named", "[graph]") {
  GraphStore made;
  std::vector<Event> events;
  Json ids = Json::array();
  for (int i = 0; i < 50; ++i) {
    auto each = event(fmt::format("e{}", i), i, "doc:1", {{"a", std::string(5000, 'a')}});
    each.body = std::string(i % 2 == 0 ? 60'000 : 10, '\x01');
    events.push_back(each);
    ids.push_back(each.id);
  }
  made.add(events);
  const auto answer = made.answer("contents", {{"ids", ids}});
  CHECK(answer.dump().size() < 16'384);
  CHECK(answer["items"].size() > 5);
  CHECK(answer["items"].size() + answer["omitted"].size() == 50);
}

}  // namespace
}  // namespace lightfast::graph
