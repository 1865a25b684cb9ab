#include "tools/ranking/candidates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <unordered_map>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "tools/ranking/fts5.h"
#include "tools/ranking/parameters.h"
#include "tools/ranking/scripts.h"

namespace lightfast::ranking {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kNoRow = 0;  // before the first

std::string_view bytes_of(const std::vector<double>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double)};
}

// As FTS5's bm25() has it.
double rarity_of(double with, double all) {
  constexpr double kLeast = 1e-6;
  const double rarity = std::log((all - with + 0.5) / (with + 0.5));
  return rarity > 0 ? rarity : kLeast;
}

}  // namespace

// What SQLite was cut short in is what there is.
class CandidateFinder::Search {
 public:
  Search(CandidateFinder& finder, const std::vector<Term>& terms, Clock::time_point deadline,
         const std::stop_token& cancelled)
      : finder_(finder), terms_(terms), deadline_(deadline), cancelled_(cancelled) {}

  Result<Candidates> run() {
    const SqlDeadline deadline(*finder_.database_, deadline_, cancelled_);
    found_.rarity.resize(terms_.size());
    const auto done = find();
    const bool is_late = !done && done.error().kind == ErrorKind::Timeout;
    if (!done && !is_late) return done.error();
    found_.is_cut = found_.is_cut || is_late;
    found_.rows.reserve(best_.size());
    for (const auto& [row, score] : best_) found_.rows.push_back({row, score});
    return std::move(found_);
  }

 private:
  Result<void> find() {
    const auto extent = TRY(size());
    if (terms_.empty() || extent.last == 0) return {};
    const auto all = static_cast<double>(extent.last - extent.first + 1);
    TRY(read_average_length());
    std::vector<Counted> counted;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      counted.push_back(TRY(count(i, extent)));
      found_.rarity[i] = rarity_of(std::min(counted.back().rows, all), all);
      if (terms_[i].is_part) found_.rarity[i] *= kNamePartWeight;
    }
    std::ranges::sort(counted, {}, &Counted::rows);
    TRY(climb(counted, extent));
    for (const auto& each : counted) {
      if (each.rows == 0 || terms_[each.term].is_unspaced) TRY(look_for_part(each.term, all));
    }
    return {};
  }

  // The ladder.
  Result<void> climb(const std::vector<Counted>& counted, const Extent& extent) {
    double rows = 0;
    std::size_t rare = 0;
    while (rare < counted.size() && rows + counted[rare].rows <= kMostScored)
      rows += counted[rare++].rows;
    if (rows > 0) TRY(scan(std::span(counted).first(rare), kNoRow));
    if (rare == counted.size()) return {};
    found_.is_cut = true;
    double share = 0;
    for (const auto& each : counted) share += each.share;
    const auto newest = static_cast<std::int64_t>(kMostScored / std::max(share, 1e-9) / 2);
    TRY(scan(counted, std::max(kNoRow, extent.last - newest)));
    if (rare == 0 && counted.size() > 1) TRY(both(counted[0], counted[1]));
    return {};
  }

  Result<Extent> size() {
    Extent extent;
    TRY(finder_.sql_.size.run(
        {}, [&](const SqlRow& row) { extent = {.first = row.number(0), .last = row.number(1)}; }));
    return extent;
  }

  Result<void> read_average_length() {
    std::vector<std::string> quoted;
    quoted.reserve(terms_.size());
    for (const auto& term : terms_) quoted.push_back(term.quoted());
    const auto match = fmt::format("{}", fmt::join(quoted, " OR "));
    return finder_.sql_.length.run({std::string_view(match)}, [this](const SqlRow& row) {
      found_.average_length = row.real(0);
    });
  }

  // From the newest rows on until there are enough to tell how many there are in all.
  Result<Counted> count(std::size_t term, const Extent& extent) {
    const auto match = terms_[term].quoted();
    std::int64_t rows = 0;
    std::int64_t oldest = 0;
    TRY(finder_.sql_.count.run({std::string_view(match), kMostCounted}, [&](const SqlRow& row) {
      rows = row.number(0);
      oldest = row.number(1);
    }));
    const auto all = static_cast<double>(extent.last - extent.first + 1);
    const bool is_all = rows < kMostCounted;
    const double looked_at = is_all ? all : static_cast<double>(extent.last - oldest + 1);
    const double share = static_cast<double>(rows) / looked_at;
    return Counted{
        .term = term, .rows = is_all ? static_cast<double>(rows) : share * all, .share = share};
  }

  // The rows after `row` that have one of the terms.
  Result<void> scan(std::span<const Counted> terms, std::int64_t row) {
    return look(finder_.sql_.scan, terms, " OR ",
                {.behind = row, .most = kMostScored * 2, .end = deadline_});
  }

  // Rows with a name that the term is a part of.
  Result<void> look_for_part(std::size_t term, double all) {
    if (characters_in(terms_[term].text) < kShortestPart) return {};
    const auto match = terms_[term].quoted();
    std::vector<std::int64_t> rows;
    TRY(finder_.sql_.part.run({std::string_view(match), kMostParts},
                              [&rows](const SqlRow& row) { rows.push_back(row.number(0)); }));
    const auto rarity = rarity_of(static_cast<double>(rows.size()), all);
    for (const auto row : rows) best_[row] += kPartWeight * rarity;
    return {};
  }

  Result<void> both(const Counted& first, const Counted& second) {
    const auto end = std::min(deadline_, Clock::now() + kBothTime);
    return look(finder_.sql_.both, std::array{first, second}, " AND ",
                {.behind = kNoRow, .most = kMostBoth, .end = end});
  }

  struct Bounds {
    std::int64_t behind, most;  // rows
    Clock::time_point end;
  };
  Result<void> look(SqlStatement& statement, std::span<const Counted> terms, const char* joined,
                    const Bounds& bounds) {
    std::vector<std::string> quoted;
    quoted.reserve(terms.size());
    std::vector<double> weights = {kTitleWeight, kBodyWeight};
    for (const auto& each : terms) {
      quoted.push_back(terms_[each.term].quoted());
      weights.push_back(found_.rarity[each.term]);
    }
    const auto match = fmt::format("{}", fmt::join(quoted, joined));
    const SqlDeadline deadline(*finder_.database_, bounds.end, cancelled_);
    std::int64_t seen = 0;
    auto done =
        statement.run({std::string_view(match), bytes_of(weights), bounds.behind, bounds.most},
                      [&](const SqlRow& found) {
                        auto& score = best_[found.number(0)];
                        score = std::max(score, found.real(1));
                        ++seen;
                      });
    if (seen == bounds.most) found_.is_cut = true;
    if (done || done.error().kind != ErrorKind::Timeout) return done;
    found_.is_cut = true;
    return {};
  }

  CandidateFinder& finder_;
  const std::vector<Term>& terms_;
  const Clock::time_point deadline_;
  const std::stop_token& cancelled_;
  std::unordered_map<std::int64_t, double> best_;
  Candidates found_;
};

Result<CandidateFinder> CandidateFinder::open(const Database& database, const std::string& index,
                                              const std::string& names) {
  TRY(add_relevance(database));
  const auto prepare = [&](SqlStatement& statement, const char* sql) -> Result<void> {
    const auto text =
        fmt::format(fmt::runtime(sql), fmt::arg("index", index), fmt::arg("names", names));
    statement = TRY(database.prepare(text.c_str()));
    return {};
  };
  Statements sql;
  TRY(prepare(sql.size,
              "SELECT (SELECT id FROM {index}_docsize ORDER BY id LIMIT 1),"
              " (SELECT id FROM {index}_docsize ORDER BY id DESC LIMIT 1)"));
  TRY(prepare(sql.length,
              "SELECT average_length({index}) FROM {index} WHERE {index} MATCH ?1"
              " LIMIT 1"));
  TRY(prepare(sql.count,
              "SELECT count(*), min(row) FROM (SELECT rowid AS row FROM {index}"
              " WHERE {index} MATCH ?1 ORDER BY rowid DESC LIMIT ?2)"));
  TRY(prepare(sql.scan,
              "SELECT rowid, relevance({index}, ?2) FROM {index} WHERE {index} MATCH"
              " ?1 AND rowid > ?3 LIMIT ?4"));
  TRY(prepare(sql.both,
              "SELECT rowid, relevance({index}, ?2) FROM {index} WHERE {index} MATCH"
              " ?1 AND rowid > ?3 ORDER BY rowid DESC LIMIT ?4"));
  TRY(prepare(sql.part,
              "SELECT rowid FROM {names} WHERE {names} MATCH ?1 ORDER BY rowid DESC"
              " LIMIT ?2"));
  return CandidateFinder(database, std::move(sql));
}

Result<Candidates> CandidateFinder::find(const std::vector<Term>& terms, Clock::time_point deadline,
                                         const std::stop_token& cancelled) {
  return Search(*this, terms, deadline, cancelled).run();
}

}  // namespace lightfast::ranking
