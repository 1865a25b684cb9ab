#include "base/json.h"

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast {
namespace {

// The position of the quote that ends the string whose first byte is at `start`, or beyond the
// text.
std::size_t string_end(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return end;
}

}  // namespace

std::string why_not_parsed(std::string_view text, std::size_t depth) {
  std::vector<std::size_t> members(depth + 1);  // of what is open, by how deep it is
  std::size_t open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (byte == '"') {
      i = string_end(text, i + 1);
    } else if (byte == '[' || byte == '{') {
      if (++open > depth) return fmt::format("nested more than {} levels deep", depth);
      members[open] = 0;
    } else if (byte == ']' || byte == '}') {
      open -= std::min<std::size_t>(open, 1);
    } else if (byte == ':' && ++members[open] > kMostMembers) {
      return fmt::format("an object has more than {} members", kMostMembers);
    }
  }
  return {};
}

Json visible(const Json& value) {
  if (value.is_string()) return visible_text(value.get_ref<const std::string&>());
  if (value.is_array()) {
    Json shown = Json::array();
    for (const auto& element : value) shown.push_back(visible(element));
    return shown;
  }
  if (!value.is_object()) return value;
  Json shown = Json::object();
  for (const auto& [name, member] : value.items()) shown[visible_text(name)] = visible(member);
  return shown;
}

}  // namespace lightfast
