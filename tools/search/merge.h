// One list of what both tiers found: the same thing once, each where its score puts it. Pure
// functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "contract/search.h"
#include "tools/search/local.h"

namespace lightfast::search {

// What one place of the list is for: a local hit, one of long-term memory, or both, which are the
// same thing.
struct Entry {
  std::optional<std::size_t> hit;  // in the ranking
  std::optional<contract::SearchResult> recalled;
  double score = 0;       // from 0 to 1
  bool is_named = false;  // stays before all others
  std::string subject;    // empty: not known
  bool is_message = false;

  bool operator==(const Entry&) const = default;
};

// Whether two are the same thing: by their ids, or as events of one kind or one time with one URL,
// or by what happened to which entity when, or what it is called.
bool is_same(const Head& local, const contract::SearchResult& recalled);

// All of both, the best first. Of the first ten at most three are about one subject, messages
// excepted; the others come after these. `local_part`: how much the local tier counts beside the
// other, 0 to 1.
std::vector<Entry> merged(const Ranking& ranking, std::vector<contract::SearchResult> recalled,
                          double local_part = 1);

}  // namespace lightfast::search
