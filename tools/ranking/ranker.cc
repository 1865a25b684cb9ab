#include "tools/ranking/ranker.h"

#include <algorithm>
#include <iterator>
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
    if (rows_.passes) TRY(filter());
    std::ranges::sort(found_.rows, [](const Candidate& a, const Candidate& b) {
      return std::pair(a.score, a.row) > std::pair(b.score, b.row);
    });
    TRY(reread());
    return std::move(ranked_);
  }

 private:
  Result<void> filter() {
    std::vector<Candidate> passed;
    for (const auto& candidate : found_.rows) {
      if (is_late()) break;
      if (TRY(rows_.passes(candidate.row))) passed.push_back(candidate);
    }
    found_.rows = std::move(passed);
    return {};
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
    std::size_t next = 0;
    const auto most = std::min(found_.rows.size(), question_.most_reread);
    for (; next < most && !is_late(); ++next) {
      const auto text = TRY(rows_.text(found_.rows[next].row));
      if (!text) continue;
      closeness.take(*text);
      ranked_.rows.push_back(found_.rows[next]);
    }
    ranked_.reread = ranked_.rows.size();
    score(closeness.scores());
    for (; next < found_.rows.size(); ++next)
      ranked_.rows.push_back({.row = found_.rows[next].row, .score = 0});
    return {};
  }

  // From 1 to 0, which is the least of them.
  void score(const std::vector<Closeness::Score>& scores) {
    auto& rows = ranked_.rows;
    if (rows.empty()) return;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& [row, score] = rows[i];
      if (found_.is_cut) score = std::max(score, scores[i].relevance);
      score = (score + scores[i].bonus) * (rows_.weight ? rows_.weight(row) : 1);
    }
    std::ranges::stable_sort(rows, std::greater<>(), &Candidate::score);
    const auto zero = rows.back().score;
    const auto span = rows.front().score - zero;
    for (auto& row : rows) row.score = span > 0 ? (row.score - zero) / span : 1;
  }

  Ranker& ranker_;
  const Question& question_;
  const Rows& rows_;
  Candidates found_;
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
