#include "tools/search/contents.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/graph.h"

namespace lightfast::search {
namespace {

constexpr std::chrono::seconds kPatience{5};

using Texts = std::vector<std::string>;

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

std::size_t size_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace).size();
}

// The longest beginning of a text whose JSON has room when it is made visible, about.
std::string_view fitting(std::string_view text, std::size_t room) {
  auto shown = text.substr(0, utf8_prefix(text, room));
  while (!shown.empty() && size_of(Json(visible_text(shown))) > room)
    shown = shown.substr(0, utf8_prefix(shown, shown.size() * 3 / 4));
  return shown;
}

// As contract/graph.h has it; the text from `offset` on as far as there is room, and metadata where
// it leaves room for a text.
Json item_of(const memory::Content& content, std::size_t offset, std::size_t room) {
  constexpr std::size_t kNote = 120;
  const auto& event = content.event;
  Json item = {{"id", event.id},
               {"kind", "event"},
               {"title", event.title},
               {"content", ""},
               {"source", event.source},
               {"type", event.type},
               {"url", or_null(event.url)},
               {"occurredAt", event.occurred_at ? Json(moment_text(*event.occurred_at)) : Json()},
               {"metadata", content.metadata}};
  if (const auto size = size_of(content.metadata); size > room / 2)
    item["metadata"] = {{"leftOut", fmt::format("{} bytes", size)}};
  const auto used = size_of(item) + kNote;
  const auto skipped = offset - std::min(offset, content.begin);
  const auto first = utf8_prefix(content.text, std::min(skipped, content.text.size()));
  const auto shown =
      fitting(std::string_view(content.text).substr(first), room - std::min(used, room));
  item["content"] = visible_text(shown);
  if (shown.size() == content.whole) return item;
  const auto begin = content.begin + first;
  const auto end = begin + shown.size();
  item["cut"] = contract::cut_note(begin, end, content.whole);
  return item;
}

// What the store does not have, where there is room for it.
void add_recalled(Json& answer, const memory::Fetched& fetched, const Json& input) {
  auto missing = answer["missing"].get<Texts>();
  auto omitted = answer.value("omitted", Texts());
  const auto most = input.value("maxBytes", std::size_t{0});
  for (const auto& content : fetched.items) {
    const auto place = std::ranges::find(missing, content.event.id);
    if (place == missing.end()) continue;
    missing.erase(place);
    const auto used = size_of(answer["items"]);
    auto item =
        item_of(content, input.value("offset", std::size_t{0}), most - std::min(used, most));
    const bool fits = answer["items"].empty() || used + size_of(item) <= most;
    if (fits) answer["items"].push_back(std::move(item));
    if (!fits) omitted.push_back(content.event.id);
  }
  answer["missing"] = std::move(missing);
  if (!omitted.empty()) answer["omitted"] = std::move(omitted);
}

// Whether what the store has leaves room for all of what memory has.
bool has_room_for(const memory::Fetched& fetched, const Json& answer, const Json& input) {
  constexpr std::size_t kAround = 400;  // an item besides its text
  auto needed = size_of(answer["items"]);
  for (const auto& content : fetched.items) needed += content.text.size() + kAround;
  return needed <= input.value("maxBytes", std::size_t{0});
}

// For the store, so that each item has an equal part of the size.
Json with_its_part(Json input, std::size_t own, std::size_t others) {
  const auto part = input.value("maxBytes", std::size_t{0}) * own / (own + others);
  input["maxBytes"] = std::max<std::size_t>(part, contract::kLeastContentsBytes);
  return input;
}

}  // namespace

contract::Handler with_long_term(contract::Handler local, memory::LongTerm* memory) {
  if (memory == nullptr) return local;
  return [local = std::move(local), memory](const Json& input,
                                            const contract::CallContext& context) -> Result<Json> {
    auto answer = local(input, context);
    const bool has_no_store = !answer && answer.error().kind == ErrorKind::NotFound;
    if (has_no_store)
      answer = Json{{"items", Json::array()},
                    {"missing", input["ids"]},
                    {"requestId", context.request.value}};
    if (!answer || (*answer)["missing"].empty()) return answer;
    const auto fetched =
        memory->contents((*answer)["missing"].get<Texts>(), input.value("offset", std::size_t{0}),
                         std::chrono::steady_clock::now() + kPatience, context.cancelled);
    const auto own = (*answer)["items"].size();
    if (own > 0 && !fetched.items.empty() && !has_room_for(fetched, *answer, input))
      answer = TRY(local(with_its_part(input, own, fetched.items.size()), context));
    add_recalled(*answer, fetched, input);
    const auto& report = fetched.report;
    if (report.state != contract::TierState::Ok)
      (*answer)["tiers"] = {
          {"memory", {{"state", contract::state_text(report.state)}, {"why", report.why}}}};
    return answer;
  };
}

}  // namespace lightfast::search
