// How a Memory service ranks its documents.
#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "contract/search_filter.h"
#include "tools/documents/store.h"
#include "tools/documents/vectors.h"
#include "tools/ranking/parameters.h"

namespace lightfast::documents {
namespace {

constexpr std::size_t kMostSnippet = 400;  // bytes
constexpr std::size_t kMostAlike = 100;    // pieces that are found by meaning
// What the meaning counts where the words count the rest. Of no model measured yet.
constexpr double kMeaningWeight = 0.5;

using Clock = std::chrono::steady_clock;

// What of a document a result says, but for its text.
struct Head {
  std::int64_t document = 0;
  contract::SearchResult result;
};

Head head_of(const SqlRow& row) {
  Head head{.document = row.number(0), .result = {}};
  head.result.id = row.text(1);
  head.result.source = row.text(2);
  head.result.type = row.text(3);
  head.result.tier = contract::Tier::Memory;
  if (auto url = row.text(4); !url.empty()) head.result.url = std::move(url);
  if (auto subject = row.text(5); !subject.empty()) head.result.subject = std::move(subject);
  if (row.number(7) != 0)
    head.result.occurred_at = Moment(std::chrono::milliseconds(row.number(6)));
  return head;
}

}  // namespace

class Store::Search {
 public:
  Search(Store& store, const contract::SearchRequest& request, const Limits& limits)
      : store_(store), request_(request), limits_(limits) {}

  Result<contract::SearchAnswer> run() {
    const auto began = Clock::now();
    TRY(match());
    if (store_.embedder_ != nullptr) TRY(compare());
    auto answer = TRY(answer_of(best_of_documents()));
    const bool is_late = is_cut_ && Clock::now() >= limits_.deadline;
    answer.partial = is_cut_;
    answer.memory = {
        .state = is_late ? contract::TierState::Timeout : contract::TierState::Ok,
        .took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began),
        .count = answer.total};
    return answer;
  }

 private:
  struct Hit {
    std::int64_t chunk = 0;
    double score = 0;
  };

  // By their words.
  Result<void> match() {
    const bool is_fast = request_.mode == contract::SearchMode::Fast;
    ranked_ = TRY(store_.ranker_.rank(
        {.text = request_.query,
         .most_reread = is_fast ? ranking::kMostFast : ranking::kMostReread,
         .deadline = limits_.deadline,
         .cancelled = limits_.cancelled},
        {.text = [this](std::int64_t chunk) { return text_of(chunk); },
         .passes = [this](std::int64_t chunk) { return passes(chunk); },
         .group = [this](std::int64_t chunk) { return documents_.at(chunk); }}));
    is_cut_ = ranked_.is_cut;
    for (const auto& [chunk, score] : ranked_.rows) hits_.push_back({chunk, score});
    return {};
  }

  // By their meaning: those that are most alike gain by it, whether they were found before or not.
  Result<void> compare() {
    const std::array<std::string_view, 1> texts = {request_.query};
    const auto asked = TRY(kept_vectors(*store_.embedder_, texts));
    std::vector<Hit> alike;
    TRY(look_at_vectors(asked.front(), alike));
    std::ranges::sort(alike, std::greater<>(), &Hit::score);
    std::unordered_map<std::int64_t, double> found;
    for (const auto& hit : alike) {
      if (found.size() == kMostAlike || is_over()) break;
      if (TRY(passes(hit.chunk))) found.emplace(hit.chunk, hit.score);
    }
    for (auto& hit : hits_) {
      hit.score *= 1 - kMeaningWeight;
      if (const auto also = found.extract(hit.chunk)) hit.score += kMeaningWeight * also.mapped();
    }
    for (const auto& [chunk, score] : found) hits_.push_back({chunk, kMeaningWeight * score});
    std::ranges::stable_sort(hits_, std::greater<>(), &Hit::score);
    return {};
  }

  Result<void> look_at_vectors(std::string_view asked, std::vector<Hit>& alike) {
    const SqlDeadline deadline(*store_.database_, limits_.deadline, limits_.cancelled);
    auto done = store_.sql_.vectors.run({std::string_view(store_.embedder_->model())},
                                        [&](const SqlRow& row) {
                                          const auto score = cosine(asked, row.text(1));
                                          if (score > 0) alike.push_back({row.number(0), score});
                                        });
    if (done || done.error().kind != ErrorKind::Timeout) return done;
    is_cut_ = true;
    return {};
  }

  bool is_over() {
    const bool is_over = limits_.cancelled.stop_requested() || Clock::now() >= limits_.deadline;
    is_cut_ = is_cut_ || is_over;
    return is_over;
  }

  // Remembers whose piece it is; without a filter no more is looked at.
  Result<bool> passes(std::int64_t chunk) {
    return contract::has_filter(request_) ? passes_filter(chunk) : is_there(chunk);
  }

  Result<bool> is_there(std::int64_t chunk) {
    TRY(store_.sql_.whose.run({chunk},
                              [&](const SqlRow& row) { documents_[chunk] = row.number(0); }));
    return documents_.contains(chunk);
  }

  Result<bool> passes_filter(std::int64_t chunk) {
    const auto head = TRY(head_at(chunk));
    if (!head) return false;
    documents_[chunk] = head->document;
    const auto& result = head->result;
    const std::string subject = result.subject.value_or("");
    return contract::passes(request_, {.source = result.source,
                                       .type = result.type,
                                       .subject = subject,
                                       .occurred_at = result.occurred_at});
  }

  Result<std::optional<Head>> head_at(std::int64_t chunk) {
    std::optional<Head> head;
    TRY(store_.sql_.of_chunk.run({chunk}, [&head](const SqlRow& row) { head = head_of(row); }));
    return head;
  }

  Result<std::optional<ranking::Text>> text_of(std::int64_t chunk) {
    std::optional<ranking::Text> text;
    TRY(store_.sql_.text.run({chunk}, [&text](const SqlRow& row) {
      text = ranking::Text{.title = row.text(0), .body = row.text(1)};
    }));
    return text;
  }

  // Of each document the first.
  std::vector<Hit> best_of_documents() {
    std::vector<Hit> best;
    std::unordered_set<std::int64_t> seen;
    for (const auto& hit : hits_) {
      if (seen.insert(documents_.at(hit.chunk)).second) best.push_back(hit);
    }
    return best;
  }

  // What was taken away meanwhile is left out.
  Result<contract::SearchAnswer> answer_of(const std::vector<Hit>& best) {
    contract::SearchAnswer answer;
    answer.total = static_cast<std::int64_t>(best.size());
    const auto first = std::min(static_cast<std::size_t>(request_.offset), best.size());
    const auto count = std::min(static_cast<std::size_t>(request_.limit), best.size() - first);
    for (const auto& hit : std::span(best).subspan(first, count)) {
      auto head = TRY(head_at(hit.chunk));
      auto text = TRY(text_of(hit.chunk));
      if (!head || !text) continue;
      auto& result = head->result;
      result.snippet = store_.ranker_.snippet(text->body, ranked_, kMostSnippet);
      result.title = std::move(text->title);
      result.reason = reason_of(hit, result.title + " " + result.snippet);
      result.score = hit.score;
      answer.results.push_back(std::move(result));
    }
    return answer;
  }

  std::string reason_of(const Hit& hit, std::string_view text) const {
    const bool is_by_words =
        std::ranges::find(ranked_.rows, hit.chunk, &ranking::Candidate::row) != ranked_.rows.end();
    return is_by_words ? store_.ranker_.reason(text, ranked_) : "alike in meaning";
  }

  Store& store_;
  const contract::SearchRequest& request_;
  const Limits& limits_;
  ranking::Ranked ranked_;
  std::unordered_map<std::int64_t, std::int64_t> documents_;  // of pieces
  std::vector<Hit> hits_;                                     // the best first
  bool is_cut_ = false;
};

Result<contract::SearchAnswer> Store::search(const contract::SearchRequest& request,
                                             const Limits& limits) {
  const auto reading = TRY(Transaction::begin_reading(*database_));
  return Search(*this, request, limits).run();
}

}  // namespace lightfast::documents
