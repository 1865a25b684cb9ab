#include "tools/memory/answers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace lightfast::memory {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxNameBytes = 64;  // of sources and types
constexpr std::size_t kMaxMetadataBytes = std::size_t{16} << 10;

std::string_view cut(std::string_view text, std::size_t limit) {
  return text.substr(0, utf8_prefix(text, limit));
}

std::string line(std::string_view text, std::size_t limit) {
  return visible_line(cut(text, limit));
}

// Nothing when it is too long, or holds what no id has: such an id would not find anything again.
bool is_usable_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && visible_line(id) == id && !has_control(id);
}

bool is_usable_url(std::string_view url) {
  const bool is_web = url.starts_with("https://") || url.starts_with("http://");
  return is_web && url.size() <= kMaxUrlBytes && url.find(' ') == std::string_view::npos &&
         !has_control(url);
}

void bound(contract::SearchResult& result) {
  constexpr auto kMaxScore = static_cast<double>(kMaxTotal);
  result.title = line(result.title, kMaxTitleBytes);
  result.snippet = visible_text(cut(result.snippet, kMaxSnippetBytes));
  result.reason = line(result.reason, kMaxReasonBytes);
  result.source = line(result.source, kMaxNameBytes);
  result.type = line(result.type, kMaxNameBytes);
  result.score = std::clamp(result.score, -kMaxScore, kMaxScore);
  if (result.url && !is_usable_url(*result.url)) result.url.reset();
  if (result.subject && !is_usable_id(*result.subject)) result.subject.reset();
}

// An item of `contents` says what a result says, but for what depends on a query.
Result<contract::SearchResult> event_of(const Json& item) {
  Json scored = item;
  if (scored.is_object()) scored["score"] = 0;
  auto read = TRY(contract::search_answer({{"results", Json::array({std::move(scored)})}}));
  auto event = std::move(read.results.front());
  event.snippet.clear();
  event.reason.clear();
  bound(event);
  return event;
}

// `bytes 100 to 200 of 300`, as `contents` says it; what says anything else is passed over.
void take_cut(std::string_view cut, Content& content) {
  std::array<std::size_t, 3> numbers{};
  std::size_t known = 0;
  for (const std::string_view before : {"bytes ", " to ", " of "}) {
    if (!cut.starts_with(before)) return;
    cut.remove_prefix(before.size());
    const auto read = std::from_chars(cut.data(), cut.data() + cut.size(), numbers[known++]);
    if (read.ec != std::errc()) return;
    cut.remove_prefix(static_cast<std::size_t>(read.ptr - cut.data()));
  }
  const auto [begin, end, whole] = numbers;
  const bool is_sound = begin <= end && end <= whole && end - begin == content.text.size();
  if (is_sound) content.begin = begin;
  if (is_sound) content.whole = whole;
}

Result<Content> content_of(const Json& item) {
  Content content{.event = TRY(event_of(item)), .text = {}};
  const auto text = item.find("content");
  if (text == item.end() || !text->is_string())
    return Error{ErrorKind::Corrupt, "the answer has an item without content"};
  content.text = text->get<std::string>();
  content.whole = content.text.size();
  if (const auto cut = item.find("cut"); cut != item.end() && cut->is_string())
    take_cut(cut->get_ref<const std::string&>(), content);
  const auto metadata = item.find("metadata");
  if (metadata != item.end() && metadata->is_object() &&
      metadata->dump(-1, ' ', false, Json::error_handler_t::replace).size() <= kMaxMetadataBytes)
    content.metadata = visible(*metadata);
  return content;
}

}  // namespace

Result<Json> parsed(const std::string& body) {
  if (const auto why = why_not_parsed(body, kMaxNesting); !why.empty())
    return Error{ErrorKind::Corrupt, "its answer: " + why};
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return Error{ErrorKind::Corrupt, "its answer is not JSON"};
  return json;
}

Result<contract::SearchAnswer> recalled_from(const Json& output, std::size_t limit) {
  auto answer = TRY(contract::search_answer(output));
  std::erase_if(answer.results, [](const auto& result) { return !is_usable_id(result.id); });
  if (answer.results.size() > limit) answer.results.resize(limit);
  for (auto& result : answer.results) bound(result);
  answer.total =
      std::clamp(answer.total, static_cast<std::int64_t>(answer.results.size()), kMaxTotal);
  return answer;
}

Result<std::vector<Content>> contents_from(const Json& output,
                                           const std::vector<std::string>& ids) {
  const auto items = output.is_object() ? output.find("items") : output.end();
  if (items == output.end() || !items->is_array())
    return Error{ErrorKind::Corrupt, "the answer has no list of items"};
  std::vector<Content> contents;
  const auto has = [&](const std::string& id) {
    return std::ranges::any_of(contents, [&](const auto& each) { return each.event.id == id; });
  };
  for (const auto& item : *items) {
    auto content = TRY(content_of(item));
    if (std::ranges::find(ids, content.event.id) != ids.end() && !has(content.event.id))
      contents.push_back(std::move(content));
  }
  return contents;
}

}  // namespace lightfast::memory
