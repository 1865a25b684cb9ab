// The local tier: events of a store, ranked for a question. One thread at a time, with the
// connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "contract/search.h"
#include "tools/ranking/candidates.h"
#include "tools/ranking/query.h"
#include "tools/ranking/snippet.h"
#include "tools/ranking/words.h"
#include "tools/search/intent.h"

namespace lightfast::search {

// What an event is, but for its body.
struct Head {
  std::int64_t seq = 0;
  std::string id, source, type, subject, title;
  Moment occurred_at = {};
  std::optional<std::string> url;
};

struct Hit {
  std::int64_t seq = 0;
  double score = 0;     // from 0; compares hits of one ranking
  std::string reason;   // why it is here
  std::string subject;  // of the best ones; empty of others, that are not looked at
};

struct Ranking {
  std::vector<Hit> hits;              // the best first
  bool is_cut = false;                // there is more
  ranking::StemWeights weights = {};  // of the question's words
};

class Local {
 public:
  // `database` is a store's, and outlives it.
  static Result<Local> open(Database& database);

  struct Limits {
    std::chrono::steady_clock::time_point deadline;
    std::stop_token cancelled;
  };
  // `handled`: the entities that the question names, which come first.
  Result<Ranking> rank(const contract::SearchRequest& request, const Intent& intent,
                       const std::vector<std::string>& handled, Moment now, const Limits& limits);

  // What a hit is, with the part of its text that fits best.
  Result<contract::SearchResult> result(const Hit& hit, const ranking::StemWeights& weights);

  // When the first event occurred; nothing when there is none.
  Result<std::optional<Moment>> oldest();

 private:
  struct Statements {
    SqlStatement head, text, before, after, newest_of, oldest, of_type, types, of_time, open;
  };
  class Search;  // for one question
  Local(ranking::CandidateFinder finder, ranking::Words words, Statements statements)
      : finder_(std::move(finder)), words_(std::move(words)), sql_(std::move(statements)) {}

  Result<std::optional<Head>> head(std::int64_t seq);

  ranking::CandidateFinder finder_;
  ranking::Words words_;
  Statements sql_;
};

}  // namespace lightfast::search
