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
  std::expected<Json, ProtocolError> get(const Json& arguments,
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

}  // namespace
}  // namespace lightfast::mcp
