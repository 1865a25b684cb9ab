#include "tools/ingest/posted.h"

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

namespace lightfast::ingest {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxPlain = 100;

}  // namespace

bool is_plain(std::string_view text) {
  const auto is_fine = [](unsigned char byte) {
    return std::isalnum(byte) != 0 || byte == '-' || byte == '_' || byte == '.';
  };
  return !text.empty() && text.size() <= kMaxPlain && std::ranges::all_of(text, is_fine);
}

std::expected<Json, Refusal> object_in(std::string_view body) {
  if (const auto why = why_not_parsed(body, kMaxNesting); !why.empty())
    return std::unexpected(Refusal{400, "the payload: " + why});
  auto payload = Json::parse(body, nullptr, false);
  if (!payload.is_object())
    return std::unexpected(Refusal{400, "the payload is not a JSON object"});
  return payload;
}

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace lightfast::ingest
