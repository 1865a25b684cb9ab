#include "tools/search/merge.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "tools/search/parameters.h"
#include "tools/store/names.h"

namespace lightfast::search {
namespace {

constexpr std::array<std::string_view, 8> kTalks = {"message", "msg",  "conversation", "thread",
                                                    "channel", "chat", "dialogue",     "dm"};

// Talk has one subject for all that is said.
bool is_message(std::string_view type, std::string_view subject) {
  const auto about = subject.substr(0, subject.find(':'));
  return type.starts_with("message") || std::ranges::find(kTalks, about) != kTalks.end();
}

// Letters and digits in lower case, so that layout tells nothing apart.
std::string folded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80)
      result.push_back(static_cast<char>(std::tolower(byte)));
  }
  return result;
}

// As parts of the best.
void scale(std::vector<contract::SearchResult>& results) {
  if (results.empty()) return;
  const auto [least, most] = std::ranges::minmax(results, {}, &contract::SearchResult::score);
  const double zero = std::min(0.0, least.score);
  const double span = most.score - zero;
  for (auto& each : results) each.score = span > 0 ? (each.score - zero) / span : 1;
}

// What long-term memory says twice counts once.
std::vector<contract::SearchResult> each_once(std::vector<contract::SearchResult> results) {
  std::vector<contract::SearchResult> kept;
  for (auto& each : results) {
    const auto is_there = [&each](const auto& other) { return other.id == each.id; };
    if (std::ranges::none_of(kept, is_there)) kept.push_back(std::move(each));
  }
  return kept;
}

// Where one list says the same of many, the best of the other come between them.
double stepped(double score, std::size_t place) {
  return score * (1 - kStep * static_cast<double>(std::min(place, kMostSteps)));
}

std::vector<Entry> local_entries(const Ranking& ranking, double weight) {
  double most = 0;
  for (const auto& hit : ranking.hits) {
    if (!hit.is_named) most = std::max(most, hit.score);
  }
  std::vector<Entry> entries;
  entries.reserve(ranking.hits.size());
  for (std::size_t i = 0; i < ranking.hits.size(); ++i) {
    const auto& hit = ranking.hits[i];
    const auto part = most > 0 ? hit.score / most : 0;
    const auto scaled = hit.is_named ? 1 : stepped(weight * part, i);
    Entry entry{.hit = i, .recalled = {}, .score = scaled, .is_named = hit.is_named, .subject = {}};
    if (hit.head) {
      entry.subject = hit.head->subject;
      entry.is_message = is_message(hit.head->type, hit.head->subject);
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// The local one that is the same thing: by its id, before all that looks the same.
Entry* find_same(std::vector<Entry>& entries, const Ranking& ranking,
                 const contract::SearchResult& recalled) {
  Entry* found = nullptr;
  for (auto& entry : entries) {
    if (!entry.hit || !ranking.hits[*entry.hit].head) continue;
    const auto& head = *ranking.hits[*entry.hit].head;
    if (head.id == recalled.id) return &entry;
    if (found == nullptr && is_same(head, recalled)) found = &entry;
  }
  return found;
}

void take_in(std::vector<Entry>& entries, const Ranking& ranking, contract::SearchResult recalled,
             double weight) {
  const auto score = weight * recalled.score;
  if (auto* const same = find_same(entries, ranking, recalled)) {
    if (!same->recalled) same->score = std::min(1.0, same->score + score);
    if (!same->recalled) same->recalled = std::move(recalled);
    return;
  }
  const auto subject = recalled.subject.value_or("");
  entries.push_back({.hit = {},
                     .recalled = recalled,
                     .score = score,
                     .is_named = false,
                     .subject = subject,
                     .is_message = is_message(recalled.type, subject)});
}

// The order stays, but for those that would be one too many.
std::vector<Entry> varied(std::vector<Entry> entries) {
  std::map<std::string, std::size_t> of_subject;
  std::vector<Entry> first;
  std::vector<Entry> later;
  for (auto& entry : entries) {
    const bool is_free = entry.subject.empty() || entry.is_message || first.size() >= kFirstResults;
    const bool fits = is_free || ++of_subject[entry.subject] <= kMostOfSubject;
    const bool is_behind = first.size() >= kFirstResults;
    (fits && !is_behind ? first : later).push_back(std::move(entry));
  }
  first.insert(first.end(), std::make_move_iterator(later.begin()),
               std::make_move_iterator(later.end()));
  return first;
}

}  // namespace

bool is_same(const Head& local, const contract::SearchResult& recalled) {
  if (local.id == recalled.id) return true;
  const bool is_one_page =
      local.url && recalled.url && !local.url->empty() &&
      store::without_tracking(*local.url) == store::without_tracking(*recalled.url);
  const bool is_one_time = recalled.occurred_at == local.occurred_at;
  if (is_one_page && (recalled.type == local.type || is_one_time)) return true;
  if (recalled.subject == local.subject && recalled.type == local.type && is_one_time) return true;
  // Two things may be called the same, and happen in one moment.
  const bool may_be_one = !recalled.subject || *recalled.subject == local.subject;
  const auto title = folded(local.title);
  return is_one_time && may_be_one && !title.empty() && title == folded(recalled.title);
}

std::vector<Entry> merged(const Ranking& ranking, std::vector<contract::SearchResult> recalled,
                          double local_part) {
  recalled = each_once(std::move(recalled));
  scale(recalled);
  const bool are_both = !recalled.empty() && !ranking.hits.empty();
  auto entries = local_entries(ranking, are_both ? kLocalWeight * local_part : 1);
  for (auto& each : recalled)
    take_in(entries, ranking, std::move(each), are_both ? kMemoryWeight : 1);
  std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
    return std::pair(a.is_named, a.score) > std::pair(b.is_named, b.score);
  });
  return varied(std::move(entries));
}

}  // namespace lightfast::search
