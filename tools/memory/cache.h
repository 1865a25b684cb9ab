// Answers of long-term memory, kept for when the same is asked again.
//
// It belongs to one client: to one service, organisation and API key, of which none changes. What
// one key was answered is never seen by another.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.h"
#include "contract/search.h"

namespace lightfast::memory {

// What makes two requests the same one: all but how long they wait, whatever white space is in the
// query and in which order the filters' names stand.
std::string cache_key(const contract::SearchRequest& request);

// Any thread. The least recently used goes first.
class Cache {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kFresh{5};
  static constexpr std::chrono::hours kUsable{24};  // when there is no other
  static constexpr std::size_t kMaxEntries = 256;
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;

  struct Hit {
    contract::SearchAnswer answer;
    std::chrono::seconds age{};
    [[nodiscard]] bool is_fresh() const { return age < kFresh; }
  };

  // An answer that is still usable.
  std::optional<Hit> find(const std::string& key, Time now);
  void keep(std::string key, contract::SearchAnswer answer, Time now);
  void forget(const std::string& key);
  void clear();

 private:
  struct Entry {
    std::string key;
    contract::SearchAnswer answer;
    Time kept;
    std::size_t bytes = 0;
  };
  struct Entries {
    std::list<Entry> by_use;  // the one used last in front
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;  // of their keys
    std::size_t bytes = 0;

    void remove(std::list<Entry>::iterator entry);
  };
  Guarded<Entries> entries_;
};

}  // namespace lightfast::memory
