// Ranks the rows of an index for a question: candidates by their words (candidates.h), the best of
// them by what their texts are (closeness.h). One thread at a time, with the database.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "tools/ranking/candidates.h"
#include "tools/ranking/closeness.h"
#include "tools/ranking/query.h"
#include "tools/ranking/snippet.h"
#include "tools/ranking/words.h"

namespace lightfast::ranking {

struct Question {
  std::string_view text;
  std::size_t most_reread;  // rows whose texts are looked at
  std::chrono::steady_clock::time_point deadline;
  std::stop_token cancelled;
};

// What the rows are.
struct Rows {
  // Nothing for one that is not there.
  std::function<Result<std::optional<Text>>(std::int64_t row)> text;
  // Whether a row counts; may be empty: all do.
  std::function<Result<bool>(std::int64_t row)> passes = {};
  // Which belong together, as the pieces of one document: a few of each are looked at, so that none
  // takes the places of all. May be empty: each is by itself. After `passes`, where that is there.
  std::function<std::int64_t(std::int64_t row)> group = {};
  // How much the score of one counts whose text was asked for; may be empty: 1.
  std::function<double(std::int64_t row)> weight = {};
  std::unordered_set<std::int64_t> left_out = {};
};

struct Ranked {
  // The best first. Those whose texts were looked at, `reread` of them, have scores from 1 on
  // down, as parts of the best, the others 0.
  std::vector<Candidate> rows;
  std::size_t reread = 0;
  bool is_cut = false;  // there are more, or the time was over
  std::vector<Term> terms;
  StemWeights weights;
};

class Ranker {
 public:
  // Of the FTS5 tables `index` and `names`, as CandidateFinder has them. `database` outlives it.
  static Result<Ranker> open(const Database& database, const std::string& index,
                             const std::string& names);

  Result<Ranked> rank(const Question& question, const Rows& rows);

  // The part of a text that fits best, of at most `most` bytes.
  [[nodiscard]] std::string snippet(std::string_view text, const Ranked& ranked,
                                    std::size_t most) const;
  // Which words of the question are in a text, in a few words.
  [[nodiscard]] std::string reason(std::string_view text, const Ranked& ranked) const;
  // How many of them, 0 to 1.
  [[nodiscard]] double share(std::string_view text, const Ranked& ranked) const;

 private:
  class Run;  // for one question
  Ranker(CandidateFinder finder, Words stems, Words whole)
      : finder_(std::move(finder)), stems_(std::move(stems)), whole_(std::move(whole)) {}

  [[nodiscard]] std::vector<std::string_view> found_in(std::string_view text,
                                                       const Ranked& ranked) const;

  CandidateFinder finder_;
  Words stems_, whole_;
};

}  // namespace lightfast::ranking
