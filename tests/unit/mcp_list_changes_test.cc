// Who is told that the list of tools, or of prompts, is another.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

using test::Conversation;

constexpr const char* kInitialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

std::string listen_line(const char* id, const Json& wanted) {
  const Json meta = {{kProtocolVersionKey, kModernRevision},
                     {kClientCapabilitiesKey, Json::object()}};
  return Json({{"jsonrpc", "2.0"},
               {"id", id},
               {"method", "subscriptions/listen"},
               {"params", {{"notifications", wanted}, {"_meta", meta}}}})
      .dump();
}

// What `talk` is told when everything changes: methods, and the listen request's id if there is
// one.
std::vector<std::string> told_of_everything(Conversation& talk) {
  for (const auto what : {Changed::ToolList, Changed::PromptList, Changed::AnyResource})
    talk.server.changes().announce(what);
  std::vector<std::string> told;
  for (const auto& line : talk.sent.take_all()) {
    const auto message = Json::parse(line);
    const auto meta = message.value("params", Json::object()).value("_meta", Json::object());
    told.push_back(message["method"].get<std::string>() + meta.value(kSubscriptionIdKey, ""));
  }
  return told;
}

TEST_CASE("a server says which of its lists may change") {
  Conversation fixed(Offer{});
  Conversation changing(Offer{.tools_change = true, .prompts_change = true});
  const std::string handshake =
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})";
  const auto offered = changing.ask(handshake)["result"]["capabilities"];
  CHECK(offered["tools"]["listChanged"] == true);
  CHECK(offered["prompts"]["listChanged"] == true);
  CHECK(fixed.ask(handshake)["result"]["capabilities"] == Json({{"tools", Json::object()}}));
}

TEST_CASE("a session hears of every list that may change") {
  Conversation talk(Offer{.tools_change = true, .prompts_change = true});
  talk.session.receive(kInitialized);
  CHECK(told_of_everything(talk) == std::vector<std::string>{"notifications/tools/list_changed",
                                                             "notifications/prompts/list_changed"});
}

TEST_CASE("what is announced of lists that may not change is told to nobody") {
  Conversation talk(Offer{});
  talk.session.receive(kInitialized);
  const auto acknowledged = talk.ask(listen_line(
      "l",
      {{"toolsListChanged", true}, {"promptsListChanged", true}, {"resourcesListChanged", true}}));
  CHECK(acknowledged["params"]["notifications"] == Json::object());
  CHECK(told_of_everything(talk).empty());
}

TEST_CASE("a listen request hears of the lists that it asked for alone") {
  Conversation talk(Offer{.tools_change = true, .prompts_change = true});
  const auto honoured = [&](const char* id, const Json& wanted) {
    return talk.ask(listen_line(id, wanted))["params"]["notifications"];
  };
  CHECK(honoured(".t", {{"toolsListChanged", true}, {"promptsListChanged", false}}) ==
        Json({{"toolsListChanged", true}}));
  CHECK(honoured(".p", {{"promptsListChanged", true}}) == Json({{"promptsListChanged", true}}));
  CHECK(told_of_everything(talk) ==
        std::vector<std::string>{"notifications/tools/list_changed.t",
                                 "notifications/prompts/list_changed.p"});
  talk.session.receive(test::cancel_line("\".t\""));
  CHECK(told_of_everything(talk) ==
        std::vector<std::string>{"notifications/prompts/list_changed.p"});
}

}  // namespace
}  // namespace lightfast::mcp
