#include "tools/providers/draft.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/hash.h"
#include "base/text.h"

namespace lightfast::providers {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxText = 512;  // bytes, of a property
constexpr std::size_t kMaxList = 64;   // texts, of a property
constexpr std::size_t kMaxProperties = 40;
constexpr std::size_t kMaxUrl = 2048;

std::string cut(std::string text, std::size_t most) {
  text.resize(utf8_prefix(text, most));
  return text;
}

// `text` as it can be an id; changed, it ends with a mark of what it was.
std::string id_of(std::string text) {
  if (text.size() <= store::kMaxId && !has_control(text)) return text;
  const auto mark = fmt::format("~{:016x}", fnv1a_64(text));
  const auto is_space = [](char c) { return c == '\t' || c == '\n' || c == '\r'; };
  std::ranges::replace_if(text, is_space, '_');
  return cut(visible_text(text), store::kMaxId - mark.size()) + mark;
}

bool is_url(std::string_view text) {
  const bool is_web = text.starts_with("https://") || text.starts_with("http://");
  return is_web && text.size() <= kMaxUrl && !has_control(text);
}

}  // namespace

std::string entity(std::string_view type, std::string_view rest) {
  return rest.empty() ? std::string() : id_of(fmt::format("{}:{}", kind_name(type), rest));
}

std::string kind_name(std::string_view text) {
  std::string name = cut(in_lower_case(text), kMaxName);
  for (char& c : name) {
    const bool is_fine =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (!is_fine) c = '_';
  }
  return name.empty() ? "_" : name;
}

std::string in_lower_case(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper) c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

std::string first_line(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  return std::string(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
}

std::string after_first_line(std::string_view text) {
  const auto end = text.find('\n');
  const auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
  const auto start = rest.find_first_not_of("\r\n");
  return start == std::string_view::npos ? std::string() : std::string(rest.substr(start));
}

std::string in_lines(std::initializer_list<std::string> texts) {
  std::string lines;
  for (const auto& text : texts) {
    if (!lines.empty() && !text.empty()) lines += '\n';
    lines += text;
  }
  return lines;
}

Draft::Draft(std::string_view source, std::string_view type, std::string subject)
    : event_{.id = {},
             .source = kind_name(source),
             .type = kind_name(type),
             .subject = std::move(subject)} {}

Draft& Draft::about(std::string_view detail) {
  if (!detail.empty()) detail_.append(":").append(detail);
  return *this;
}

Draft& Draft::at(std::initializer_list<Value> times) { return at(first_moment(times)); }

Draft& Draft::at(std::optional<Moment> time) {
  if (!at_) at_ = time;
  return *this;
}

Draft& Draft::among_equals(Order order) {
  order_ = order;
  return *this;
}

Draft& Draft::once() {
  happens_once_ = true;
  return *this;
}

Draft& Draft::gone(std::initializer_list<Value> earlier) {
  at_.reset();
  if (const auto latest = latest_moment(earlier)) not_before_ = *latest + Moment::duration(1);
  return once();
}

Draft& Draft::actor(std::string entity) {
  if (!entity.empty()) event_.actor = std::move(entity);
  return *this;
}

Draft& Draft::title(std::string text) {
  event_.title = std::move(text);
  return *this;
}

Draft& Draft::body(std::string text) {
  event_.body = std::move(text);
  return *this;
}

Draft& Draft::url(std::string text) {
  if (is_url(text)) event_.url = std::move(text);
  return *this;
}

Draft& Draft::caused_by(const std::string& event) {
  if (!event.empty()) event_.causal_parent = event;
  return *this;
}

Draft& Draft::relate(std::string_view type, std::string entity) {
  return put(type, std::move(entity), false);
}

Draft& Draft::unrelate(std::string_view type, std::string entity) {
  return put(type, std::move(entity), true);
}

// What is said first of an edge counts: an event cannot say that it is there and that it is not.
Draft& Draft::put(std::string_view type, std::string entity, bool is_removed) {
  auto& relations = event_.relations;
  const bool is_none =
      entity.empty() || entity == event_.subject || relations.size() == store::kMaxRelations;
  if (is_none) return *this;
  const bool is_said = std::ranges::any_of(
      relations, [&](const auto& each) { return each.type == type && each.entity == entity; });
  if (!is_said)
    relations.push_back(
        {.entity = std::move(entity), .type = std::string(type), .removed = is_removed});
  return *this;
}

Draft& Draft::set(std::string_view name, const Value& value) {
  const Json* const json = value.json();
  if (json == nullptr || json->is_structured()) return *this;
  return json->is_string() ? set(name, json->get<std::string>()) : put(name, *json);
}

Draft& Draft::set(std::string_view name, std::string text) {
  return put(name, cut(std::move(text), kMaxText));
}

Draft& Draft::set(std::string_view name, std::vector<std::string> texts) {
  if (texts.size() > kMaxList) texts.resize(kMaxList);
  Json list = Json::array();
  for (auto& text : texts) list.push_back(cut(std::move(text), kMaxName));
  return put(name, std::move(list));
}

// Never so much that the store would not take it, however it is written.
Draft& Draft::put(std::string_view name, Json value) {
  const auto bytes = value.dump().size() + name.size();
  const bool is_too_much = name.size() > kMaxName || event_.attributes.size() == kMaxProperties ||
                           property_bytes_ + bytes > store::kMaxAttributes / 2;
  if (is_too_much) return *this;
  property_bytes_ += bytes;
  event_.attributes[std::string(name)] = std::move(value);
  return *this;
}

std::string Draft::id(const Occasion& occasion) const {
  const auto object = std::string_view(event_.subject).substr(event_.subject.find(':') + 1);
  auto id = fmt::format("{}{}{}:{}{}", event_.source, static_cast<char>(order_), event_.type,
                        object, detail_);
  if (!happens_once_) id += ":" + (at_ ? moment_text(*at_) : occasion.delivery);
  return id_of(std::move(id));
}

void Draft::finish(Events& events, const Occasion& occasion) {
  if (event_.subject.empty()) return;
  event_.id = id(occasion);
  event_.occurred_at = at_.value_or(std::max(occasion.received_at, not_before_));
  auto checked = store::event_from_json(store::to_json(event_));
  if (checked) events.push_back(*std::move(checked));
}

}  // namespace lightfast::providers
