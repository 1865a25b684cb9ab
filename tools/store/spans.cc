#include "tools/store/spans.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace lightfast::store {

using Members = std::map<std::string, Json>;

namespace {

// The members that there are of `properties` alone, as many as have room beside `attributes`.
void keep_what_fits(Members& members, const Members& attributes, std::size_t room) {
  constexpr std::size_t kMarks = 4;  // quotes, colon, comma
  for (auto member = members.begin(); member != members.end();) {
    const auto size = member->first.size() + member->second.dump().size() + kMarks;
    const bool is_own = attributes.contains(member->first);
    const bool fits = is_own || (size <= room && members.size() <= kMostMembers);
    if (!is_own && fits) room -= size;
    member = fits ? std::next(member) : members.erase(member);
  }
}

Members members_of(const std::string& text) {
  Members members;
  auto object = object_in(text);
  for (auto& [key, value] : object.get_ref<Json::object_t&>())
    members.emplace(key, std::move(value));
  return members;
}

}  // namespace

std::string merged(const std::string& properties, const std::string& attributes) {
  if (attributes == "{}") return properties;
  if (properties == "{}") return attributes;
  const auto added = members_of(attributes);
  auto members = members_of(properties);
  for (const auto& [key, value] : added) members.insert_or_assign(key, value);
  const bool may_be_too_many =
      properties.size() + attributes.size() > kMaxProperties || members.size() > kMostMembers;
  if (may_be_too_many)
    keep_what_fits(members, added, kMaxProperties - std::min(attributes.size(), kMaxProperties));
  Json::object_t object;
  for (auto& [key, value] : members) object.Container::emplace_back(key, std::move(value));
  return Json(std::move(object)).dump();
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
