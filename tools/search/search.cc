#include "tools/search/search.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/search.h"
#include "tools/search/intent.h"
#include "tools/search/local.h"
#include "tools/search/merge.h"
#include "tools/search/named.h"
#include "tools/search/parameters.h"

namespace lightfast::search {
namespace {

using contract::SearchAnswer;
using contract::SearchRequest;
using contract::SearchResult;
using contract::TierState;
using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return visible_line(text);
  return visible_line(text.substr(0, utf8_prefix(text, most - 3))) + "\xE2\x80\xA6";
}

// Whatever another server sends has its bounds.
SearchResult bounded(SearchResult result) {
  result.title = cut(result.title, kMostTitle);
  result.snippet = cut(result.snippet, kMostSnippet);
  result.reason = cut(result.reason, kMostReason);
  if (result.url && result.url->size() > kMostUrl) result.url.reset();
  return result;
}

// One question, from its arrival to its answer.
class Question {
 public:
  Question(store::Readers& readers, memory::LongTerm* memory, SearchRequest request, Moment now,
           std::stop_token cancelled)
      : readers_(readers),
        memory_(memory),
        request_(std::move(request)),
        now_(now),
        cancelled_(std::move(cancelled)) {}

  Result<SearchAnswer> answer() {
    open_store();
    decide();
    ask_memory_if(route_.asks_memory);
    rank();
    const bool finds_nothing = ranking_.hits.empty() && !route_.asks_memory;
    if (finds_nothing) route_.why += ", which has nothing";
    ask_memory_if(finds_nothing);
    if (recall_) take_recalled();
    answer_.memory.why = answer_.memory.why.empty() ? route_.why : answer_.memory.why;
    if (auto filled = fill(); !filled) {
      // What memory has is told all the same.
      fail(filled.error());
      ranking_ = {.is_cut = true};
      answer_.results.clear();
      TRY(fill());
    }
    answer_.partial = is_partial();
    return std::move(answer_);
  }

 private:
  // Without a store there is nothing local; one that cannot be read is said, and the rest goes on.
  void open_store() {
    auto lease = readers_.take();
    if (lease) {
      auto local = Local::open(lease->operator*().store().database());
      lease_.emplace(*std::move(lease));
      if (local) {
        local_.emplace(*std::move(local));
        return;
      }
      return fail(std::move(local).error().during(
          "the store of events cannot be searched; `lightfast store check` tells whether it is "
          "damaged"));
    }
    answer_.store.state = TierState::Ok;
    if (lease.error().kind == ErrorKind::NotFound) answer_.store.why = lease.error().message;
    if (lease.error().kind != ErrorKind::NotFound) fail(lease.error());
  }

  void fail(const Error& error) {
    answer_.store.state = TierState::Error;
    answer_.store.why = visible_line(error.message);
    local_.reset();
  }

  void decide() {
    std::optional<SqlDeadline> deadline;
    if (local_) {
      deadline.emplace(lease_->operator*().store().database(), local_end(), cancelled_);
      auto named = find_named(**lease_, request_.query);
      if (named) named_ = *std::move(named);
      if (!named && named.error().kind != ErrorKind::Timeout) fail(named.error());
    }
    intent_ = intent_of(request_, named_.is_all, now_);
    const auto oldest = local_ ? local_->oldest() : Result<std::optional<Moment>>(std::nullopt);
    if (!oldest) fail(oldest.error());
    route_ = route_of(intent_, request_, oldest ? *oldest : std::nullopt);
  }

  void ask_memory_if(bool asks) {
    answer_.memory.state = memory_ == nullptr ? TierState::Off : TierState::Skipped;
    if (!asks || memory_ == nullptr) return;
    recall_ = memory_->ask(request_, start_ + request_.wait, cancelled_);
  }

  [[nodiscard]] Clock::time_point local_end() const {
    return start_ + std::max(request_.wait, kLeastLocal);
  }

  void rank() {
    if (!local_) return;
    const auto started = Clock::now();
    const Local::Limits limits{.deadline = local_end(), .cancelled = cancelled_};
    auto ranking = local_->rank(request_, intent_, named_.entities, now_, limits);
    answer_.store.took = since(started);
    if (!ranking) return fail(ranking.error());
    ranking_ = *std::move(ranking);
    const bool is_late = Clock::now() >= limits.deadline;
    answer_.store.state = ranking_.is_cut && is_late ? TierState::Timeout : TierState::Ok;
    answer_.store.count = static_cast<std::int64_t>(ranking_.hits.size());
    if (!ranking_.is_cut) return;
    const bool are_ranked = !ranking_.by_words.rows.empty();
    answer_.store.why = is_late      ? "the time was over before all was looked at"
                        : are_ranked ? "of very many events the most promising were ranked"
                                     : "of very many events the newest are listed";
  }

  void take_recalled() {
    auto recalled = recall_->wait();
    answer_.memory = std::move(recalled.report);
    recalled_ = std::move(recalled.answer);
  }

  Result<void> fill() {
    if (local_) TRY(local_->find_again(recalled_.results, ranking_));
    const bool are_both = local_ && !recalled_.results.empty() && !ranking_.hits.empty();
    const auto part = are_both ? TRY(local_->part_beside(ranking_, recalled_.results)) : 1;
    const auto entries = merged(ranking_, recalled_.results, part);
    // Of long-term memory so many can be had, page by page.
    const auto most = std::min<std::int64_t>(recalled_.total, contract::kMaxResults);
    const auto beyond = most - static_cast<std::int64_t>(recalled_.results.size());
    answer_.total = static_cast<std::int64_t>(entries.size()) + std::max<std::int64_t>(beyond, 0);
    const auto first =
        std::min<std::size_t>(static_cast<std::size_t>(request_.offset), entries.size());
    const auto count =
        std::min<std::size_t>(static_cast<std::size_t>(request_.limit), entries.size() - first);
    for (std::size_t i = first; i < first + count; ++i)
      answer_.results.push_back(bounded(TRY(result_of(entries[i]))));
    return {};
  }

  // Where both have it, the local copy tells the state.
  Result<SearchResult> result_of(const Entry& entry) {
    if (!entry.hit) {
      auto result = *entry.recalled;
      result.score = entry.score;
      result.tier = contract::Tier::Memory;
      result.reason =
          result.reason.empty() ? "long-term memory" : "long-term memory: " + result.reason;
      return result;
    }
    auto result = TRY(local_->result(ranking_.hits[*entry.hit], ranking_));
    result.score = entry.score;
    if (entry.recalled) result.tier = contract::Tier::Both;
    return result;
  }

  [[nodiscard]] bool is_partial() const {
    const auto state = answer_.memory.state;
    const bool fails =
        state == TierState::Timeout || state == TierState::Error || state == TierState::Open;
    return fails || ranking_.is_cut || recalled_.partial || answer_.store.state != TierState::Ok;
  }

  store::Readers& readers_;
  memory::LongTerm* const memory_;
  const SearchRequest request_;
  const Moment now_;
  const std::stop_token cancelled_;
  const Clock::time_point start_ = Clock::now();
  std::optional<store::Readers::Lease> lease_;
  std::optional<Local> local_;  // nothing: there is no store, or none that can be read
  Named named_;
  Intent intent_;
  Route route_;
  std::unique_ptr<memory::Recall> recall_;
  Ranking ranking_;
  SearchAnswer recalled_;
  SearchAnswer answer_;
};

}  // namespace

Moment system_time() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

contract::Handler make_search_handler(store::Readers& readers, memory::LongTerm* memory,
                                      WallClock clock) {
  return [&readers, memory, clock = std::move(clock)](
             const Json& input, const contract::CallContext& context) -> Result<Json> {
    auto request = TRY(contract::search_request(input));
    const auto answer =
        TRY(Question(readers, memory, std::move(request), clock(), context.cancelled).answer());
    return contract::to_json(answer, context.request);
  };
}

}  // namespace lightfast::search
