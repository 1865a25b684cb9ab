#include "tools/memory/cache.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace lightfast::memory {
namespace {

constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";

std::string with_single_spaces(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(kWhiteSpace), text.size());
    if (end > 0) words.append(words.empty() ? "" : " ").append(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

void sort_and_fold(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
}

std::size_t bytes_of(const contract::SearchResult& result) {
  return sizeof result + result.id.size() + result.title.size() + result.snippet.size() +
         result.source.size() + result.type.size() + result.url.value_or("").size() +
         result.reason.size() + result.subject.value_or("").size();
}

std::size_t bytes_of(const contract::SearchAnswer& answer) {
  std::size_t bytes = sizeof answer;
  for (const auto& result : answer.results) bytes += bytes_of(result);
  return bytes;
}

}  // namespace

std::string cache_key(const contract::SearchRequest& request) {
  auto same = request;
  same.query = with_single_spaces(request.query);
  sort_and_fold(same.sources);
  sort_and_fold(same.types);
  same.wait = {};
  return contract::to_json(same).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Cache::Entries::remove(std::list<Entry>::iterator entry) {
  bytes -= entry->bytes;
  by_key.erase(entry->key);
  by_use.erase(entry);
}

std::optional<Cache::Hit> Cache::find(const std::string& key, Time now) {
  return entries_.with([&](Entries& entries) -> std::optional<Hit> {
    const auto found = entries.by_key.find(key);
    if (found == entries.by_key.end()) return std::nullopt;
    const auto entry = found->second;
    const auto age = std::chrono::floor<std::chrono::seconds>(now - entry->kept);
    if (age >= kUsable) {
      entries.remove(entry);
      return std::nullopt;
    }
    entries.by_use.splice(entries.by_use.begin(), entries.by_use, entry);
    return Hit{.answer = entry->answer, .age = age};
  });
}

void Cache::keep(std::string key, contract::SearchAnswer answer, Time now) {
  const auto bytes = sizeof(Entry) + key.size() + bytes_of(answer);
  entries_.with([&](Entries& entries) {
    if (const auto old = entries.by_key.find(key); old != entries.by_key.end())
      entries.remove(old->second);
    if (bytes > kMaxBytes) return;
    entries.by_use.push_front(
        {.key = std::move(key), .answer = std::move(answer), .kept = now, .bytes = bytes});
    entries.by_key.emplace(entries.by_use.front().key, entries.by_use.begin());
    entries.bytes += bytes;
    while (entries.bytes > kMaxBytes || entries.by_use.size() > kMaxEntries)
      entries.remove(std::prev(entries.by_use.end()));
  });
}

void Cache::forget(const std::string& key) {
  entries_.with([&key](Entries& entries) {
    if (const auto entry = entries.by_key.find(key); entry != entries.by_key.end())
      entries.remove(entry->second);
  });
}

void Cache::clear() {
  entries_.with([](Entries& entries) { entries = {}; });
}

}  // namespace lightfast::memory
