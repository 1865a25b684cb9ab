// Which rows of an index of words may answer a question, and how well each matches: all that have a
// word of it where these are few enough, else the most promising, so that a question costs about as
// much in a million rows as in ten thousand. One thread at a time, with the database.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "tools/ranking/query.h"

namespace lightfast::ranking {

struct Candidate {
  std::int64_t row = 0;
  double score = 0;  // relevance(), of those terms alone that it was found by

  bool operator==(const Candidate&) const = default;
};

struct Candidates {
  std::vector<Candidate> rows;  // each once, in no order
  std::vector<double> rarity;   // of each term: its inverse document frequency
  double average_length = 1;    // words of a row
  bool is_cut = false;          // there are more rows that have a word of the question
};

class CandidateFinder {
 public:
  // Of the FTS5 table `index`, of two columns, title and body, and of `names`, with trigrams, in
  // which is looked for parts of words that `index` does not have. `database` outlives it.
  static Result<CandidateFinder> open(const Database& database, const std::string& index,
                                      const std::string& names);

  // Timeout never: what was found until `deadline` is what there is, and is_cut.
  Result<Candidates> find(const std::vector<Term>& terms,
                          std::chrono::steady_clock::time_point deadline,
                          const std::stop_token& cancelled);

 private:
  struct Statements {
    SqlStatement size, length, count, scan, both, part;
  };
  struct Counted {
    std::size_t term;
    double rows;   // that have it, estimated where there are many
    double share;  // of the newest rows
  };
  struct Extent {
    std::int64_t first = 0, last = 0;
  };
  class Search;  // of one question
  CandidateFinder(const Database& database, Statements statements)
      : database_(&database), sql_(std::move(statements)) {}

  const Database* database_;
  Statements sql_;
};

}  // namespace lightfast::ranking
