#include "tools/store/spans.h"

#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace lightfast::store {

std::string merged(const std::string& properties, const std::string& attributes) {
  if (attributes == "{}") return properties;
  if (properties == "{}") return attributes;
  std::map<std::string, Json> members;
  for (const auto& text : {properties, attributes}) {
    const auto object = Json::parse(text, nullptr, false);
    for (const auto& [key, value] : object.items()) members.insert_or_assign(key, value);
  }
  Json object = Json::object();
  for (auto& [key, value] : members) object[key] = std::move(value);
  return object.dump();
}

// What is said at one time is said at once.
std::vector<Span> property_spans(const std::optional<Span>& before,
                                 const std::vector<PropertyChange>& changes) {
  std::vector<Span> spans;
  if (before) spans.push_back({.from = before->from, .to = kNoEnd, .content = before->content});
  for (std::size_t i = 0; i < changes.size();) {
    const auto at = changes[i].at;
    auto properties = spans.empty() ? std::string("{}") : spans.back().content;
    for (; i < changes.size() && changes[i].at == at; ++i)
      properties = merged(properties, changes[i].attributes);
    if (!spans.empty() && spans.back().content == properties) continue;
    if (!spans.empty()) spans.back().to = at;
    spans.push_back({.from = at, .to = kNoEnd, .content = std::move(properties)});
  }
  return spans;
}

std::vector<Span> edge_spans(const std::optional<Span>& before,
                             const std::vector<EdgeChange>& changes) {
  std::vector<Span> spans;
  if (before) spans.push_back(*before);
  const auto first = changes.empty() ? kNoEnd : changes.front().at;
  bool is_there = before && before->to >= first;
  if (is_there) spans.back().to = kNoEnd;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const bool is_last_of_its_time = i + 1 == changes.size() || changes[i + 1].at != changes[i].at;
    if (!is_last_of_its_time || changes[i].is_there == is_there) continue;
    is_there = changes[i].is_there;
    if (is_there) spans.push_back({.from = changes[i].at, .to = kNoEnd});
    if (!is_there) spans.back().to = changes[i].at;
  }
  return spans;
}

}  // namespace lightfast::store
