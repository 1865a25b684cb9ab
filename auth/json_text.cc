#include "auth/json_text.h"

#include <nlohmann/json.hpp>

namespace lightfast::auth {

std::optional<Json> json_object(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kMaxNesting;
    return !too_deep;
  };
  auto document = Json::parse(text, watch, false);
  if (too_deep || !document.is_object()) return std::nullopt;
  return document;
}

std::optional<std::string> text_member(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

}  // namespace lightfast::auth
