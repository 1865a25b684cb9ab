#include "tools/graph/parts.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tools/graph/times.h"
#include "tools/store/event.h"

namespace lightfast::graph {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

constexpr std::array<std::string_view, 8> kFirst = {"title",  "name",        "state",    "status",
                                                    "number", "environment", "priority", "url"};

std::vector<std::string> names_in_order(const Json& properties) {
  std::vector<std::string> names;
  for (const auto name : kFirst) {
    if (properties.contains(name)) names.emplace_back(name);
  }
  for (const auto& [name, value] : properties.items()) {
    if (std::ranges::find(kFirst, name) == kFirst.end()) names.push_back(name);
  }
  return names;
}

std::string ending_in_ellipsis(std::string_view text, std::size_t most) {
  return std::string(text.substr(0, utf8_prefix(text, most))).append(kEllipsis);
}

// `value` where it is short; else its beginning, as text.
Json shortened(const Json& value, std::size_t longest, bool& is_cut) {
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  is_cut = text.size() > longest;
  return visible(is_cut ? Json(ending_in_ellipsis(text, longest)) : value);
}

// As nlohmann::json writes it.
std::size_t escaped_size(unsigned char byte) {
  const bool has_short_form =
      byte == '"' || byte == '\\' || (byte >= '\b' && byte <= '\r' && byte != '\v');
  if (has_short_form) return 2;
  return byte < 0x20 || byte == 0x7F ? 6 : 1;
}

// Of a text, without its quotes.
std::size_t json_size(std::string_view text) {
  return std::accumulate(text.begin(), text.end(), std::size_t{0}, [](std::size_t size, char byte) {
    return size + escaped_size(static_cast<unsigned char>(byte));
  });
}

}  // namespace

std::size_t size_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace).size();
}

ShortProperties short_properties(const Json& properties, std::size_t most, std::size_t longest) {
  ShortProperties made{.properties = Json::object()};
  if (!properties.is_object()) return made;
  std::size_t used = 2;
  for (const auto& name : names_in_order(properties)) {
    bool is_cut = false;
    auto value = shortened(properties[name], longest, is_cut);
    const auto size = size_of(value) + size_of(name) + 2;
    const bool has_room = used + size <= most;
    if (has_room) {
      used += size;
      made.properties[visible_line(name)] = std::move(value);
    }
    if (is_cut || !has_room) ++made.cut;
  }
  return made;
}

Json properties_of(const store::EntityVersion& entity) {
  auto properties = store::object_in(entity.held.content);
  return properties.is_object() ? properties : Json::object();
}

Json entity_json(const store::EntityVersion& entity, std::size_t most) {
  return entity_json(entity, most > 0 ? properties_of(entity) : Json::object(), most);
}

// Where all of them have room none is looked at.
Json entity_json(const store::EntityVersion& entity, const Json& properties, std::size_t most) {
  ShortProperties shown;
  if (entity.held.content.size() <= std::min(most, kLongText)) {
    shown.properties = visible(properties);
  } else {
    shown = short_properties(properties, most);
  }
  Json made = {{"id", entity.id},
               {"type", store::entity_type(entity.id)},
               {"properties", std::move(shown.properties)}};
  if (shown.cut > 0) made["cut"] = shown.cut;
  made["validFrom"] = time_json(entity.held.from);
  made["validTo"] = time_json(entity.held.to);
  return made;
}

std::size_t least_size(const store::EntityVersion& entity) {
  constexpr std::size_t kAround = 121;  // names of fields, times
  return kAround + json_size(entity.id) + store::entity_type(entity.id).size();
}

Json edge_json(const store::EdgeVersion& edge) {
  return {{"source", edge.source},
          {"type", edge.type},
          {"target", edge.target},
          {"validFrom", time_json(edge.from)},
          {"validTo", time_json(edge.to)}};
}

std::string text_in(const Json& properties, const char* name) {
  if (!properties.is_object()) return {};
  const auto found = properties.find(name);
  return found != properties.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

std::string title_in(const Json& properties) {
  auto title = text_in(properties, "title");
  return title.empty() ? text_in(properties, "name") : title;
}

std::size_t json_prefix(std::string_view text, std::size_t most) {
  std::size_t taken = 0;
  std::size_t length = 0;
  for (const char byte : text) {
    taken += escaped_size(static_cast<unsigned char>(byte));
    if (taken > most) break;
    ++length;
  }
  return utf8_prefix(text, length);
}

}  // namespace lightfast::graph
