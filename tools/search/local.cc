#include "tools/search/local.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "contract/search_filter.h"
#include "tools/ranking/parameters.h"
#include "tools/search/parameters.h"

namespace lightfast::search {
namespace {

Moment moment(std::int64_t milliseconds) { return Moment(std::chrono::milliseconds(milliseconds)); }

std::int64_t number_of(const std::optional<Moment>& time, std::int64_t otherwise) {
  return time ? time->time_since_epoch().count() : otherwise;
}

std::optional<std::string> optional_text(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// Of times long ago next to nothing is left; of today nearly all.
double freshness(Moment occurred_at, Moment now) {
  const auto age = std::chrono::duration<double>(std::max(now - occurred_at, Moment::duration{}));
  const auto half_lives = age / std::chrono::duration<double>(kFreshHalfLife);
  return kLeastFresh + (1 - kLeastFresh) * std::exp2(-half_lives);
}

}  // namespace

// Of one question.
class Local::Search {
 public:
  Search(Local& local, const contract::SearchRequest& request, const Intent& intent, Moment now,
         const Limits& limits)
      : local_(local),
        request_(request),
        intent_(intent),
        now_(now),
        limits_(limits),
        from_(number_of(request.after, std::numeric_limits<std::int64_t>::min())),
        until_(number_of(request.before, std::numeric_limits<std::int64_t>::max())) {}

  // What was found in time is what there is.
  Result<Ranking> run(const std::vector<std::string>& named) {
    const SqlDeadline deadline(*local_.database_, limits_.deadline, limits_.cancelled);
    const auto done = find(named);
    const bool is_late = !done && done.error().kind == ErrorKind::Timeout;
    if (!done && !is_late) return done.error();
    ranking_.is_cut = ranking_.is_cut || is_late;
    return std::move(ranking_);
  }

 private:
  Result<void> find(const std::vector<std::string>& named) {
    TRY(take_named(named));
    const bool is_found = intent_.kind == Intent::Kind::Lookup && !ranking_.hits.empty();
    if (is_found) return {};
    if (intent_.is_list && intent_.wants_open) return list_open();
    if (intent_.is_list) TRY(list_newest());
    // What a tool of one's own calls `deploy` is of no kind that is known.
    return intent_.is_list && !ranking_.hits.empty() ? Result<void>() : match();
  }

  // The latest about what is named, of those by whom it was, and of what changed it.
  Result<void> take_named(const std::vector<std::string>& named) {
    for (const auto& entity : named) {
      TRY(take_named(local_.sql_.newest_of, entity, "exactly " + entity));
      TRY(take_named(local_.sql_.newest_by, entity, "by " + entity));
      TRY(take_named(local_.sql_.newest_to, entity, "modifies " + entity));
    }
    for (auto& hit : ranking_.hits) hit.is_named = true;
    return {};
  }

  Result<void> take_named(SqlStatement& statement, std::string_view entity,
                          const std::string& reason) {
    Listed events;
    TRY(collect(statement, entity, kMostOfHandle, events));
    cut(events, kMostOfHandle);
    for (const auto& [time, seq] : events) TRY(add(seq, 1, reason));
    return {};
  }

  // What occurred when.
  using Listed = std::vector<std::pair<std::int64_t, std::int64_t>>;

  // Adds the newest events that a statement has of `of` and the filters let through: one more than
  // `most`, where there are so many.
  Result<void> collect(SqlStatement& statement, std::string_view of, std::size_t most,
                       Listed& events) {
    const auto enough = events.size() + most + 1;
    std::size_t looked_at = 0;
    return statement.run_while({of, from_, until_}, [&](const SqlRow& row) {
      if (passes_filter(row)) events.emplace_back(row.number(1), row.number(0));
      if (++looked_at == kMostLookedAt) ranking_.is_cut = true;
      return events.size() < enough && looked_at < kMostLookedAt;
    });
  }

  // Leaves the newest.
  void cut(Listed& events, std::size_t most) {
    std::ranges::sort(events, std::greater<>());
    if (events.size() <= most) return;
    events.resize(most);
    ranking_.is_cut = true;
  }

  // Where what is listed is of the kinds that the question names.
  Result<void> list_newest() {
    Listed events;
    for (const auto& type : TRY(types())) {
      TRY(collect(local_.sql_.of_type, type, kMostListed, events));
      cut(events, kMostListed);
    }
    if (intent_.kinds.empty()) TRY(collect(local_.sql_.of_time, "", kMostListed, events));
    cut(events, kMostListed);
    for (const auto& [time, seq] : events) TRY(add_listed(seq, "the newest"));
    return {};
  }

  Result<std::vector<std::string>> types() {
    std::vector<std::string> found;
    if (intent_.kinds.empty()) return found;
    TRY(local_.sql_.types.run({}, [&](const SqlRow& row) {
      auto type = row.text(0);
      if (contract::is_of_kind(type, {}, intent_.kinds)) found.push_back(std::move(type));
    }));
    return found;
  }

  // The newest event of each entity that is open.
  Result<void> list_open() {
    std::vector<std::string> wanted = {"pr", "issue"};
    if (!intent_.kinds.empty()) wanted = intent_.kinds;
    std::ranges::replace(wanted, "pull_request", "pr");
    Listed events;
    for (const auto& type : wanted) TRY(collect(local_.sql_.open, type, kMostListed, events));
    cut(events, kMostListed);
    for (const auto& [since, seq] : events) TRY(add_listed(seq, "open"));
    return {};
  }

  // Their order is what counts.
  Result<void> add_listed(std::int64_t seq, const std::string& reason) {
    return add(seq, 1.0 / (1.0 + static_cast<double>(ranking_.hits.size()) / kMostListed), reason);
  }

  Result<void> add(std::int64_t seq, double score, const std::string& reason) {
    if (!taken_.insert(seq).second) return {};
    auto head = TRY(local_.head(seq));
    if (head && passes_filter(*head))
      ranking_.hits.push_back(
          {.seq = seq, .score = score, .reason = reason, .head = std::move(head)});
    return {};
  }

  [[nodiscard]] bool passes_filter(const Head& head) const {
    return passes(request_, {.source = head.source,
                             .type = head.type,
                             .subject = head.subject,
                             .occurred_at = head.occurred_at});
  }

  [[nodiscard]] bool passes_filter(const SqlRow& row) const {
    return passes(request_, {.source = row.view(2),
                             .type = row.view(3),
                             .subject = row.view(4),
                             .occurred_at = moment(row.number(5))});
  }

  // By its words.
  Result<void> match() {
    ranking::Rows rows{.text = [this](std::int64_t seq) { return text_with_head(seq); }};
    for (const auto& hit : ranking_.hits) rows.left_out.insert(hit.seq);
    if (has_filter(request_)) rows.passes = [this](std::int64_t seq) { return passes_seq(seq); };
    if (intent_.kind == Intent::Kind::Now)
      rows.weight = [this](std::int64_t seq) { return weight_of(heads_.at(seq)); };
    const bool is_fast = request_.mode == contract::SearchMode::Fast;
    ranking_.by_words =
        TRY(local_.ranker_.rank({.text = request_.query,
                                 .most_reread = is_fast ? ranking::kMostFast : ranking::kMostReread,
                                 .deadline = limits_.deadline,
                                 .cancelled = limits_.cancelled},
                                rows));
    ranking_.is_cut = ranking_.by_words.is_cut;
    const auto& ranked = ranking_.by_words.rows;
    for (const auto& [seq, score] : std::span(ranked).first(ranking_.by_words.reread)) {
      ranking_.hits.push_back({.seq = seq, .score = score, .head = heads_.at(seq)});
      taken_.insert(seq);
    }
    if (!is_fast) TRY(spread());
    std::ranges::stable_sort(ranking_.hits, [](const Hit& a, const Hit& b) {
      return std::pair(a.is_named, a.score) > std::pair(b.is_named, b.score);
    });
    append(std::span(ranked).subspan(ranking_.by_words.reread));
    return {};
  }

  Result<std::optional<ranking::Text>> text_with_head(std::int64_t seq) {
    auto head = TRY(local_.head(seq));
    if (!head) return std::optional<ranking::Text>();
    heads_.insert_or_assign(seq, *std::move(head));
    return std::optional(TRY(local_.text_of(seq)));
  }

  Result<bool> passes_seq(std::int64_t seq) {
    const auto head = TRY(local_.head(seq));
    return head && passes_filter(*head);
  }

  [[nodiscard]] double weight_of(const Head& head) const {
    if (intent_.kind != Intent::Kind::Now) return 1;
    const bool is_of =
        !intent_.kinds.empty() && contract::is_of_kind(head.type, head.subject, intent_.kinds);
    return freshness(head.occurred_at, now_) * (is_of ? kWantedKindWeight : 1);
  }

  // What came right before and after a hit on the same subject may be what was meant: it gains a
  // share of what the hit has over the least one.
  using Gained = std::unordered_map<std::int64_t, double>;
  Result<void> spread() {
    Gained gained;
    const auto least = ranking_.hits.empty() ? 0 : ranking_.hits.back().score;
    for (const auto& hit : ranking_.hits) {
      if (!hit.is_named && hit.head) TRY(spread_from(hit, kSpread * (hit.score - least), gained));
    }
    for (auto& hit : ranking_.hits) {
      const auto found = gained.find(hit.seq);
      if (found == gained.end()) continue;
      hit.score += found->second;
      gained.erase(found);
    }
    for (const auto& [seq, score] : gained) TRY(add(seq, least + score, "next to a match"));
    return {};
  }

  Result<void> spread_from(const Hit& hit, double share, Gained& gained) {
    const std::int64_t at = hit.head->occurred_at.time_since_epoch().count();
    const std::string_view subject = hit.head->subject;
    const std::string_view id = hit.head->id;
    const auto gain = [&](const SqlRow& row) { gained[row.number(0)] += share; };
    TRY(local_.sql_.before.run({subject, at, id}, gain));
    return local_.sql_.after.run({subject, at, id}, gain);
  }

  // Those whose texts were not looked at, in their order, behind those that were.
  void append(std::span<const ranking::Candidate> rows) {
    for (const auto& candidate : rows) {
      if (taken_.insert(candidate.row).second) ranking_.hits.push_back({.seq = candidate.row});
    }
  }

  Local& local_;
  const contract::SearchRequest& request_;
  const Intent& intent_;
  const Moment now_;
  const Limits& limits_;
  const std::int64_t from_, until_;               // when it happened: from, until before
  std::unordered_map<std::int64_t, Head> heads_;  // of what was looked at
  std::unordered_set<std::int64_t> taken_;        // into the ranking, or left out by a filter
  Ranking ranking_;
};

Result<Ranking> Local::rank(const contract::SearchRequest& request, const Intent& intent,
                            const std::vector<std::string>& named, Moment now,
                            const Limits& limits) {
  return Search(*this, request, intent, now, limits).run(named);
}

Result<std::optional<Head>> Local::head(std::int64_t seq) {
  std::optional<Head> head;
  TRY(sql_.head.run({seq}, [&](const SqlRow& row) {
    head = Head{.seq = seq,
                .id = row.text(0),
                .source = row.text(1),
                .type = row.text(2),
                .subject = row.text(3),
                .title = row.text(4),
                .occurred_at = moment(row.number(5)),
                .url = optional_text(row.text(6))};
  }));
  return head;
}

Result<ranking::Text> Local::text_of(std::int64_t seq) {
  ranking::Text text;
  TRY(sql_.text.run(
      {seq}, [&text](const SqlRow& row) { text = {.title = row.text(0), .body = row.text(1)}; }));
  return text;
}

Result<contract::SearchResult> Local::result(const Hit& hit, const Ranking& ranking) {
  const auto head = TRY(this->head(hit.seq));
  if (!head) return Error{ErrorKind::NotFound, "the event is no longer there"};
  const auto text = TRY(text_of(hit.seq));
  const auto name = TRY(name_of(*head));
  auto snippet = ranker_.snippet(text.body, ranking.by_words, kMostSnippet);
  auto reason = hit.reason.empty() ? ranker_.reason(text.title + " " + snippet, ranking.by_words)
                                   : hit.reason;
  return contract::SearchResult{.id = head->id,
                                .title = name.title,
                                .snippet = std::move(snippet),
                                .score = hit.score,
                                .source = head->source,
                                .type = head->type,
                                .url = name.url,
                                .occurred_at = head->occurred_at,
                                .tier = contract::Tier::Store,
                                .reason = std::move(reason),
                                .subject = head->subject};
}

Result<double> Local::part_beside(const Ranking& ranking,
                                  std::span<const contract::SearchResult> recalled) {
  double others = 0;
  for (const auto& result : recalled.first(std::min(kBestLooked, recalled.size())))
    others = std::max(others, ranker_.share(result.title + " " + result.snippet, ranking.by_words));
  double own = 0;
  const auto begin = std::ranges::find(ranking.hits, false, &Hit::is_named);
  const std::span by_words(begin, ranking.hits.end());
  for (const auto& hit : by_words.first(std::min(kBestLooked, by_words.size()))) {
    const auto text = TRY(text_of(hit.seq));
    const auto snippet = ranker_.snippet(text.body, ranking.by_words, kMostSnippet);
    own = std::max(own, ranker_.share(text.title + " " + snippet, ranking.by_words));
  }
  return own >= others ? 1 : kLeastLocalPart + (1 - kLeastLocalPart) * own / others;
}

Result<void> Local::find_again(std::span<const contract::SearchResult> recalled, Ranking& ranking) {
  std::unordered_set<std::int64_t> found;
  for (const auto& result : recalled)
    TRY(sql_.by_id.run({std::string_view(result.id)},
                       [&found](const SqlRow& row) { found.insert(row.number(0)); }));
  for (auto hit = ranking.hits.begin(); hit != ranking.hits.end() && !found.empty(); ++hit) {
    if (found.erase(hit->seq) > 0 && !hit->head) hit->head = TRY(head(hit->seq));
  }
  for (const auto seq : found) {
    auto head = TRY(this->head(seq));
    ranking.hits.push_back({.seq = seq, .head = std::move(head)});
  }
  return {};
}

// Some say nothing of themselves; what they are about has a name.
Result<Local::Name> Local::name_of(const Head& head) {
  Name name{.title = head.title, .url = head.url};
  if (!name.title.empty()) return name;
  TRY(sql_.name.run({std::string_view(head.subject)}, [&name](const SqlRow& row) {
    name.title = row.text(0);
    if (!name.url) name.url = optional_text(row.text(1));
  }));
  if (name.title.empty()) name.title = head.subject;
  return name;
}

Result<std::optional<Moment>> Local::oldest() {
  std::optional<Moment> oldest;
  TRY(sql_.oldest.run({}, [&oldest](const SqlRow& row) {
    if (row.number(1) > 0) oldest = moment(row.number(0));
  }));
  return oldest;
}

}  // namespace lightfast::search
