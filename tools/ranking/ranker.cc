#include "tools/ranking/ranker.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/text.h"
#include "tools/ranking/parameters.h"

namespace lightfast::ranking {

class Ranker::Run {
 public:
  Run(Ranker& ranker, const Question& question, const Rows& rows)
      : ranker_(ranker), question_(question), rows_(rows) {}

  Result<Ranked> run() {
    ranked_.terms = terms_of(question_.text, ranker_.stems_);
    found_ = TRY(ranker_.finder_.find(ranked_.terms, question_.deadline, question_.cancelled));
    ranked_.is_cut = found_.is_cut;
    for (std::size_t i = 0; i < ranked_.terms.size(); ++i) {
      for (const auto& stem : ranked_.terms[i].stems)
        ranked_.weights.emplace(stem, found_.rarity[i]);
    }
    std::erase_if(found_.rows, [&](const auto& each) { return rows_.left_out.contains(each.row); });
    std::ranges::sort(found_.rows, [](const Candidate& a, const Candidate& b) {
      return std::pair(a.score, a.row) > std::pair(b.score, b.row);
    });
    if (rows_.passes) TRY(filter());
    TRY(reread());
    return std::move(ranked_);
  }

 private:
  // The best first, so that these are there when the time is over.
  Result<void> filter() {
    std::vector<Candidate> passed;
    for (const auto& candidate : found_.rows) {
      if (is_late()) break;
      const auto passes = TRY(in_time(rows_.passes(candidate.row)));
      if (passes.value_or(false)) passed.push_back(candidate);
    }
    found_.rows = std::move(passed);
    return {};
  }

  // Nothing when the time was over before the value was there.
  template <typename T>
  Result<std::optional<T>> in_time(Result<T> value) {
    if (value) return std::optional(*std::move(value));
    if (value.error().kind != ErrorKind::Timeout) return std::move(value).error();
    ranked_.is_cut = true;
    return std::optional<T>();
  }

  bool is_late() {
    const bool is_late = question_.cancelled.stop_requested() ||
                         std::chrono::steady_clock::now() >= question_.deadline;
    ranked_.is_cut = ranked_.is_cut || is_late;
    return is_late;
  }

  // The best by what their texts are, then the others as they are.
  Result<void> reread() {
    Closeness closeness(ranked_.terms, found_.rarity, found_.average_length,
                        {.stems = ranker_.stems_, .whole = ranker_.whole_});
    std::vector<Candidate> others;
    bool is_over = false;
    for (const auto& candidate : found_.rows) {
      is_over = is_over || ranked_.rows.size() == question_.most_reread || is_late();
      if (is_over || !is_among_first(candidate.row)) {
        others.push_back({.row = candidate.row, .score = 0});
      } else if (const auto text = TRY(in_time(rows_.text(candidate.row))); text && *text) {
        closeness.take(**text);
        ranked_.rows.push_back(candidate);
      }
    }
    ranked_.reread = ranked_.rows.size();
    score(closeness.scores());
    ranked_.rows.insert(ranked_.rows.end(), others.begin(), others.end());
    return {};
  }

  // Of its group.
  bool is_among_first(std::int64_t row) {
    return !rows_.group || ++of_group_[rows_.group(row)] <= kMostOfGroup;
  }

  // As parts of the best.
  void score(const std::vector<Closeness::Score>& scores) {
    auto& rows = ranked_.rows;
    if (rows.empty()) return;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& [row, score] = rows[i];
      if (found_.is_cut) score = std::max(score, scores[i].relevance);
      score = (score + scores[i].bonus) * (rows_.weight ? rows_.weight(row) : 1);
    }
    std::ranges::stable_sort(rows, std::greater<>(), &Candidate::score);
    const auto most = rows.front().score;
    for (auto& row : rows) row.score = most > 0 ? row.score / most : 1;
  }

  Ranker& ranker_;
  const Question& question_;
  const Rows& rows_;
  Candidates found_;
  std::unordered_map<std::int64_t, std::size_t> of_group_;  // rows so far
  Ranked ranked_;
};

Result<Ranker> Ranker::open(const Database& database, const std::string& index,
                            const std::string& names) {
  auto finder = TRY(CandidateFinder::open(database, index, names));
  auto stems = TRY(Words::stems(database));
  auto whole = TRY(Words::whole(database));
  return Ranker(std::move(finder), std::move(stems), std::move(whole));
}

Result<Ranked> Ranker::rank(const Question& question, const Rows& rows) {
  return Run(*this, question, rows).run();
}

std::string Ranker::snippet(std::string_view text, const Ranked& ranked, std::size_t most) const {
  return snippet_of(text, ranked.weights, stems_, most);
}

std::vector<std::string_view> Ranker::found_in(std::string_view text, const Ranked& ranked) const {
  std::unordered_set<std::string> stems;
  for (auto& word : stems_.of(text.substr(0, utf8_prefix(text, kMostBody))))
    stems.insert(std::move(word.text));
  std::vector<std::string_view> found;
  for (const auto& term : ranked.terms) {
    if (std::ranges::all_of(term.stems, [&](const auto& stem) { return stems.contains(stem); }))
      found.push_back(term.text);
  }
  return found;
}

double Ranker::share(std::string_view text, const Ranked& ranked) const {
  const auto all = static_cast<double>(ranked.terms.size());
  return all == 0 ? 0 : static_cast<double>(found_in(text, ranked).size()) / all;
}

std::string Ranker::reason(std::string_view text, const Ranked& ranked) const {
  const auto found = found_in(text, ranked);
  return found.empty() ? std::string("parts of words")
                       : fmt::format("words: {}", fmt::join(found, ", "));
}

}  // namespace lightfast::ranking
