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
#include "tools/ranking/ranker.h"
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
  double score = 0;               // from 0; compares hits of one ranking
  std::string reason = {};        // why it is here; empty: by words of the question
  bool is_named = false;          // the question names what it is about
  std::optional<Head> head = {};  // of the best ones
};

struct Ranking {
  std::vector<Hit> hits = {};  // the best first, those that are named before all others
  bool is_cut = false;         // there is more
  ranking::Ranked by_words = {};
};

class Local {
 public:
  // `database` is a store's, and outlives it.
  static Result<Local> open(Database& database);

  struct Limits {
    std::chrono::steady_clock::time_point deadline;
    std::stop_token cancelled;
  };
  // `named`: the entities that the question names, whose events come first.
  Result<Ranking> rank(const contract::SearchRequest& request, const Intent& intent,
                       const std::vector<std::string>& named, Moment now, const Limits& limits);

  // What a hit of `ranking` is, with the part of its text that fits best.
  Result<contract::SearchResult> result(const Hit& hit, const Ranking& ranking);

  // Those of `recalled` that are events here become hits, too, if they are not, so that each is
  // told as it is here.
  Result<void> find_again(std::span<const contract::SearchResult> recalled, Ranking& ranking);

  // How much the local tier counts beside what long-term memory has, kLeastLocalPart to 1: less
  // where the best of that have more of the question's words.
  Result<double> part_beside(const Ranking& ranking,
                             std::span<const contract::SearchResult> recalled);

  // When the first event occurred; nothing when there is none.
  Result<std::optional<Moment>> oldest();

 private:
  struct Statements {
    SqlStatement head, text, name, before, after, newest_of, newest_by, newest_to, oldest, of_type,
        types, of_time, open, by_id;
  };
  class Search;  // for one question
  Local(const Database& database, ranking::Ranker ranker, Statements statements)
      : database_(&database), ranker_(std::move(ranker)), sql_(std::move(statements)) {}

  Result<std::optional<Head>> head(std::int64_t seq);
  Result<ranking::Text> text_of(std::int64_t seq);
  // What it is called, and where it is to be seen.
  struct Name {
    std::string title;
    std::optional<std::string> url;
  };
  Result<Name> name_of(const Head& head);

  const Database* database_;
  ranking::Ranker ranker_;
  Statements sql_;
};

}  // namespace lightfast::search
