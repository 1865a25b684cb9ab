// What a session makes of resources, prompts and completions, in both eras.
#include <string>

#include <catch2/catch.hpp>

#include "mcp/session.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

using test::Conversation;

class OneResource final : public Resources {
 public:
  std::expected<Page, ProtocolError> list(const std::string& cursor,
                                          const std::stop_token& /*stop*/) override {
    if (cursor == "2") return Page{.items = Json::array({{{"uri", "test://b"}, {"name", "b"}}})};
    if (!cursor.empty())
      return std::unexpected(ProtocolError{ErrorCode::InvalidParams, "unknown cursor"});
    return Page{.items = Json::array({{{"uri", "test://a"}, {"name", "a"}}}), .next_cursor = "2"};
  }
  [[nodiscard]] Json templates() const override {
    return Json::array({{{"uriTemplate", "test://{x}"}, {"name", "x"}}});
  }
  std::expected<Json, ProtocolError> read(const std::string& uri,
                                          const std::stop_token& /*stop*/) override {
    if (uri == "test://throws") throw std::runtime_error("secret");
    if (uri != "test://a") {
      return std::unexpected(
          ProtocolError{ErrorCode::ResourceNotFound, "no such resource", {{"uri", uri}}});
    }
    return Json::array({{{"uri", uri}, {"text", "A"}}});
  }
  std::string version(const std::string& uri) override { return uri == "test://a" ? now : ""; }
  std::string now = "1";
  std::optional<Completion> complete(const std::string& uri_template, const std::string& argument,
                                     const std::string& value,
                                     const std::stop_token& /*stop*/) override {
    if (uri_template != "test://{x}") return std::nullopt;
    return Completion{.values = {argument + value}, .total = 3};
  }
};

class Greeting final : public Prompt {
 public:
  [[nodiscard]] Json definition() const override {
    return {{"name", "greet"},
            {"arguments",
             {{{"name", "who"}, {"required", true}}, {{"name", "how"}, {"required", false}}}}};
  }
  std::expected<Json, ProtocolError> get(const Json& arguments, const ClientInput& /*input*/,
                                         const std::stop_token& /*stop*/) override {
    return Json({{"messages", Json::array({arguments})}});
  }
  Completion complete(const std::string& argument, const std::string& value,
                      const std::stop_token& /*stop*/) override {
    return {.values = {value + argument}, .total = 1};
  }
};

Offer whole_offer() {
  Offer offer{.resources = std::make_unique<OneResource>()};
  offer.prompts.push_back(std::make_unique<Greeting>());
  return offer;
}

std::string request(const std::string& method, Json params = Json::object(),
                    Era era = Era::Legacy) {
  if (era == Era::Modern) {
    params["_meta"] = {{kProtocolVersionKey, kModernRevision},
                       {kClientCapabilitiesKey, Json::object()}};
  }
  return Json({{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}}).dump();
}

TEST_CASE("a server with resources and prompts says so, one without does not", "[resources]") {
  Conversation with(whole_offer());
  Conversation without(Offer{});
  const auto legacy = request("initialize", {{"protocolVersion", "2025-11-25"}});
  const auto modern = request("server/discover", Json::object(), Era::Modern);
  for (const auto& line : {legacy, modern}) {
    const auto offered = with.ask(line)["result"]["capabilities"];
    CHECK(offered.contains("resources"));
    CHECK(offered.contains("prompts"));
    CHECK(offered.contains("completions"));
    CHECK(without.ask(line)["result"]["capabilities"] == Json({{"tools", Json::object()}}));
  }
  for (const char* method : {"resources/list", "resources/templates/list", "resources/read",
                             "prompts/list", "prompts/get", "completion/complete"}) {
    INFO(method);
    CHECK(without.ask(request(method))["error"]["code"] == -32601);
    CHECK(without.ask(request(method, Json::object(), Era::Modern))["error"]["code"] == -32601);
  }
}

TEST_CASE("a list goes on where its cursor leads", "[resources]") {
  Conversation talk(whole_offer());
  const auto first = talk.ask(request("resources/list"))["result"];
  CHECK(first ==
        Json({{"resources", {{{"uri", "test://a"}, {"name", "a"}}}}, {"nextCursor", "2"}}));
  const auto second = talk.ask(request("resources/list", {{"cursor", "2"}}))["result"];
  CHECK(second == Json({{"resources", {{{"uri", "test://b"}, {"name", "b"}}}}}));
  CHECK(talk.ask(request("resources/list", {{"cursor", "x"}}))["error"]["code"] == -32602);
  CHECK(talk.ask(request("resources/list", {{"cursor", 2}}))["error"]["code"] == -32602);
}

TEST_CASE("modern results that may be kept say how long", "[resources]") {
  Conversation talk(whole_offer());
  const auto result = [&](const char* method, const Json& params = Json::object()) {
    return talk.ask(request(method, params, Era::Modern))["result"];
  };
  for (const auto& kept :
       {result("resources/list"), result("resources/templates/list"),
        result("resources/read", {{"uri", "test://a"}}), result("prompts/list")}) {
    INFO(kept);
    CHECK(kept["resultType"] == "complete");
    CHECK(kept["ttlMs"].is_number_integer());
    CHECK(kept["cacheScope"] == "private");
    CHECK(kept["_meta"].contains(kServerInfoKey));
  }
  const auto messages = result("prompts/get", {{"name", "greet"}, {"arguments", {{"who", "you"}}}});
  CHECK(messages["resultType"] == "complete");
  CHECK_FALSE(messages.contains("ttlMs"));
}

TEST_CASE("a missing resource has the code of the era", "[resources]") {
  Conversation talk(whole_offer());
  const auto legacy = talk.ask(request("resources/read", {{"uri", "test://z"}}))["error"];
  CHECK(legacy["code"] == -32002);
  CHECK(legacy["data"]["uri"] == "test://z");
  const auto modern =
      talk.ask(request("resources/read", {{"uri", "test://z"}}, Era::Modern))["error"];
  CHECK(modern["code"] == -32602);
  CHECK(modern["data"]["uri"] == "test://z");
}

TEST_CASE("a resource that cannot be read for an inner reason tells nothing of it", "[resources]") {
  Conversation talk(whole_offer());
  const auto error = talk.ask(request("resources/read", {{"uri", "test://throws"}}))["error"];
  CHECK(error["code"] == -32603);
  CHECK_FALSE(error["message"].get<std::string>().contains("secret"));
}

TEST_CASE("a prompt gets its arguments, and the required ones are asked for", "[resources]") {
  Conversation talk(whole_offer());
  const auto get = [&](const Json& params) { return talk.ask(request("prompts/get", params)); };
  const Json arguments = {{"who", "you"}, {"how", "loudly"}};
  CHECK(get({{"name", "greet"}, {"arguments", arguments}})["result"]["messages"][0] == arguments);
  for (const Json& wrong :
       {Json({{"name", "greet"}}), Json({{"name", "greet"}, {"arguments", {{"how", "x"}}}}),
        Json({{"name", "greet"}, {"arguments", {{"who", 5}}}}),
        Json({{"name", "greet"}, {"arguments", "who"}}), Json({{"name", "nothing"}}),
        Json::object()}) {
    INFO(wrong);
    CHECK(get(wrong)["error"]["code"] == -32602);
  }
}

TEST_CASE("values are completed for prompts and templates", "[resources]") {
  Conversation talk(whole_offer());
  const auto complete = [&](const Json& reference, const Json& argument) {
    return talk.ask(request("completion/complete", {{"ref", reference}, {"argument", argument}}));
  };
  const Json typed = {{"name", "who"}, {"value", "a"}};
  CHECK(complete({{"type", "ref/prompt"}, {"name", "greet"}}, typed)["result"]["completion"] ==
        Json({{"values", {"awho"}}, {"total", 1}, {"hasMore", false}}));
  CHECK(
      complete({{"type", "ref/resource"}, {"uri", "test://{x}"}}, typed)["result"]["completion"] ==
      Json({{"values", {"whoa"}}, {"total", 3}, {"hasMore", true}}));
  for (const Json& reference : {Json({{"type", "ref/prompt"}, {"name", "nothing"}}),
                                Json({{"type", "ref/resource"}, {"uri", "other://{x}"}}),
                                Json({{"type", "ref/else"}}), Json::object(), Json("x")}) {
    INFO(reference);
    CHECK(complete(reference, typed)["error"]["code"] == -32602);
  }
  CHECK(complete({{"type", "ref/prompt"}, {"name", "greet"}}, {{"name", 5}})["error"]["code"] ==
        -32602);
}

// A conversation about one resource whose version the test sets.
struct Watched {
  OneResource* resource = nullptr;
  Conversation talk{[this] {
    auto made = std::make_unique<OneResource>();
    resource = made.get();
    return Offer{.resources = std::move(made)};
  }()};

  void change(const char* version) {
    resource->now = version;
    talk.server.changes().announce(Changed::AnyResource);
  }
  std::vector<Json> told() {
    std::vector<Json> lines;
    for (const auto& line : talk.sent.take_all()) lines.push_back(Json::parse(line));
    return lines;
  }
};

Json list_changed() {
  return {{"jsonrpc", "2.0"}, {"method", "notifications/resources/list_changed"}};
}

Json updated(const char* uri) {
  return {{"jsonrpc", "2.0"},
          {"method", "notifications/resources/updated"},
          {"params", {{"uri", uri}}}};
}

TEST_CASE("a session hears of changes from its handshake on", "[resources]") {
  Watched watched;
  watched.change("2");
  CHECK(watched.told().empty());
  watched.talk.session.receive(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  watched.change("3");
  CHECK(watched.told() == std::vector{list_changed()});
}

TEST_CASE("of a resource a session hears when it changes, until it does not want to",
          "[resources]") {
  Watched watched;
  const auto ask = [&](const char* method, const char* uri) {
    return watched.talk.ask(request(method, {{"uri", uri}}));
  };
  CHECK(ask("resources/subscribe", "test://a")["result"] == Json::object());
  CHECK(ask("resources/subscribe", "test://other")["result"] == Json::object());
  watched.change("2");
  CHECK(watched.told() == std::vector{updated("test://a")});
  watched.change("2");
  CHECK(watched.told().empty());
  CHECK(ask("resources/unsubscribe", "test://a")["result"] == Json::object());
  watched.change("3");
  CHECK(watched.told().empty());
  CHECK(watched.talk.ask(request("resources/subscribe"))["error"]["code"] == -32602);
}

TEST_CASE("a session has a bounded number of subscriptions", "[resources]") {
  Watched watched;
  const auto subscribe = [&](const std::string& uri) {
    return watched.talk.ask(request("resources/subscribe", {{"uri", uri}}));
  };
  for (std::size_t i = 0; i < kMaxSubscriptions; ++i)
    REQUIRE(subscribe("test://" + std::to_string(i)).contains("result"));
  CHECK(subscribe("test://more")["error"]["code"] == -32602);
  CHECK(subscribe("test://0").contains("result"));
}

TEST_CASE("an open listen request hears what it asked for, tagged with its id", "[resources]") {
  Watched watched;
  const auto listen = [&](const char* id, const Json& wanted) {
    Json asked =
        Json::parse(request("subscriptions/listen", {{"notifications", wanted}}, Era::Modern));
    asked["id"] = id;
    return watched.talk.ask(asked.dump())["params"];
  };
  const auto of_list = listen("l", {{"resourcesListChanged", true}, {"toolsListChanged", true}});
  CHECK(of_list["notifications"] == Json({{"resourcesListChanged", true}}));
  CHECK(of_list["_meta"][kSubscriptionIdKey] == "l");
  const auto of_one = listen("u", {{"resourceSubscriptions", {"test://a", 5}}});
  CHECK(of_one["notifications"] == Json({{"resourceSubscriptions", {"test://a"}}}));
  CHECK(listen("n", {{"resourcesListChanged", "yes"}})["notifications"] == Json::object());
  watched.change("2");
  const auto told = watched.told();
  REQUIRE(told.size() == 2);
  CHECK(told[0]["method"] == "notifications/resources/list_changed");
  CHECK(told[0]["params"]["_meta"][kSubscriptionIdKey] == "l");
  CHECK(told[1]["params"]["uri"] == "test://a");
  CHECK(told[1]["params"]["_meta"][kSubscriptionIdKey] == "u");
  watched.talk.session.receive(test::cancel_line("\"u\""));
  watched.change("3");
  CHECK(watched.told().size() == 1);
}

TEST_CASE("all listen requests of a client together are bounded", "[resources]") {
  Watched watched;
  Json uris = Json::array();
  for (std::size_t i = 0; i < kMaxSubscriptions - 1; ++i) uris.push_back(std::to_string(i));
  const auto honoured = [&](const char* id, const Json& wanted) {
    Json asked =
        Json::parse(request("subscriptions/listen",
                            {{"notifications", {{"resourceSubscriptions", wanted}}}}, Era::Modern));
    asked["id"] = id;
    const auto told = watched.talk.ask(asked.dump())["params"]["notifications"];
    return told.value("resourceSubscriptions", Json::array()).size();
  };
  CHECK(honoured("a", uris) == kMaxSubscriptions - 1);
  CHECK(honoured("b", {"x", "y"}) == 1);
  CHECK(honoured("c", {"z"}) == 0);
  watched.talk.session.receive(test::cancel_line("\"a\""));
  CHECK(honoured("d", {"z"}) == 1);
}

TEST_CASE("nothing is told after the end of a session", "[resources]") {
  Watched watched;
  watched.talk.session.receive(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  watched.talk.session.end("enough");
  watched.change("2");
  CHECK(watched.told().empty());
}

}  // namespace
}  // namespace lightfast::mcp
