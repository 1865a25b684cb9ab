#include "tools/search/local.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/text.h"
#include "tools/ranking/closeness.h"
#include "tools/ranking/parameters.h"
#include "tools/search/filter.h"
#include "tools/search/parameters.h"

namespace lightfast::search {
namespace {

Moment moment(std::int64_t milliseconds) { return Moment(std::chrono::milliseconds(milliseconds)); }

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

Result<Local> Local::open(Database& database) {
  const auto prepare = [&database](const char* sql) { return database.prepare(sql); };
  return Local(
      TRY(ranking::CandidateFinder::open(database, "events_text", "events_names")),
      Words{.stems = TRY(ranking::Words::stems(database)),
            .whole = TRY(ranking::Words::whole(database))},
      {.head = TRY(prepare("SELECT id, source, type, subject, title, occurred_at, url FROM events"
                           " WHERE seq = ?1")),
       .text = TRY(prepare("SELECT title, body FROM events WHERE seq = ?1")),
       .before = TRY(prepare("SELECT seq FROM events WHERE subject = ?1 AND (occurred_at, id) <"
                             " (?2, ?3) ORDER BY occurred_at DESC, id DESC LIMIT 1")),
       .after = TRY(prepare("SELECT seq FROM events WHERE subject = ?1 AND (occurred_at, id) >"
                            " (?2, ?3) ORDER BY occurred_at, id LIMIT 1")),
       .newest_of = TRY(prepare("SELECT seq FROM events WHERE subject = ?1"
                                " ORDER BY occurred_at DESC, id DESC LIMIT ?2")),
       .oldest = TRY(prepare("SELECT min(oldest), count(*) FROM cursor")),
       .of_type = TRY(prepare("SELECT seq, occurred_at FROM events WHERE type = ?1"
                              " ORDER BY occurred_at DESC LIMIT ?2")),
       // Each of few by a look into the index.
       .types = TRY(prepare(
           "WITH RECURSIVE kind(name) AS (SELECT min(type) FROM events UNION ALL SELECT (SELECT"
           " min(type) FROM events WHERE type > name) FROM kind WHERE name IS NOT NULL)"
           " SELECT name FROM kind WHERE name IS NOT NULL LIMIT 1000")),
       .of_time = TRY(prepare("SELECT seq, occurred_at FROM events"
                              " ORDER BY occurred_at DESC LIMIT ?1")),
       .open = TRY(prepare("SELECT id, valid_from FROM (SELECT id, valid_from, properties FROM"
                           " entity WHERE type = ?1 AND known_to IS NULL AND valid_to ="
                           " 9223372036854775807 ORDER BY valid_from DESC LIMIT ?2)"
                           " WHERE properties ->> 'state' = 'open'"))});
}

// Of one question.
class Local::Search {
 public:
  Search(Local& local, const contract::SearchRequest& request, const Intent& intent, Moment now,
         const Limits& limits)
      : local_(local), request_(request), intent_(intent), now_(now), limits_(limits) {}

  Result<Ranking> run(const std::vector<std::string>& named) {
    TRY(take_named(named));
    const bool is_found = intent_.kind == Intent::Kind::Lookup && !ranking_.hits.empty();
    if (is_found) return std::move(ranking_);
    if (intent_.is_list) {
      TRY(intent_.wants_open ? list_open() : list_newest());
    } else {
      TRY(match());
    }
    return std::move(ranking_);
  }

 private:
  // The latest of what is named.
  Result<void> take_named(const std::vector<std::string>& named) {
    for (const auto& entity : named) {
      std::vector<std::int64_t> events;
      TRY(local_.sql_.newest_of.run({std::string_view(entity), kMostOfHandle},
                                    [&](const SqlRow& row) { events.push_back(row.number(0)); }));
      for (const auto seq : events) TRY(add(seq, 1, "exactly " + entity));
    }
    for (auto& hit : ranking_.hits) hit.is_named = true;
    return {};
  }

  // Where what is listed is of the kinds that the question names.
  Result<void> list_newest() {
    std::vector<std::pair<Moment, std::int64_t>> events;
    const auto keep = [&](const SqlRow& row) {
      events.emplace_back(moment(row.number(1)), row.number(0));
    };
    const auto kinds = TRY(types());
    for (const auto& type : kinds)
      TRY(local_.sql_.of_type.run({std::string_view(type), kMostListed}, keep));
    if (intent_.kinds.empty()) TRY(local_.sql_.of_time.run({kMostListed}, keep));
    std::ranges::sort(events, std::greater<>());
    for (const auto& [time, seq] : events) TRY(add_listed(seq, "the newest"));
    return {};
  }

  Result<std::vector<std::string>> types() {
    std::vector<std::string> found;
    if (intent_.kinds.empty()) return found;
    TRY(local_.sql_.types.run({}, [&](const SqlRow& row) {
      auto type = row.text(0);
      if (is_of_kind(type, {}, intent_.kinds)) found.push_back(std::move(type));
    }));
    return found;
  }

  Result<void> list_open() {
    std::vector<std::string> wanted;
    for (const auto& kind : intent_.kinds) wanted.push_back(kind == "pull_request" ? "pr" : kind);
    if (wanted.empty()) wanted = {"pr", "issue"};
    std::vector<std::pair<std::int64_t, std::string>> open;
    for (const auto& type : wanted) {
      TRY(local_.sql_.open.run({std::string_view(type), kMostStates}, [&](const SqlRow& row) {
        open.emplace_back(row.number(1), row.text(0));
      }));
    }
    std::ranges::sort(open, std::greater<>());
    for (const auto& [since, entity] : open) {
      std::int64_t seq = 0;
      TRY(local_.sql_.newest_of.run({std::string_view(entity), std::int64_t{1}},
                                    [&seq](const SqlRow& row) { seq = row.number(0); }));
      if (seq != 0) TRY(add_listed(seq, "open"));
    }
    return {};
  }

  // Their order is what counts.
  Result<void> add_listed(std::int64_t seq, const std::string& reason) {
    return add(seq, 1.0 / (1.0 + static_cast<double>(ranking_.hits.size()) / kMostListed), reason);
  }

  Result<void> add(std::int64_t seq, double score, const std::string& reason) {
    auto head = TRY(local_.head(seq));
    const bool is_new = std::ranges::find(ranking_.hits, seq, &Hit::seq) == ranking_.hits.end();
    if (head && is_new && passes_filter(*head))
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

  // By its words.
  Result<void> match() {
    ranking_.terms = ranking::terms_of(request_.query, local_.words_.stems);
    const auto& terms = ranking_.terms;
    candidates_ = TRY(local_.finder_.find(terms, limits_.deadline, limits_.cancelled));
    ranking_.is_cut = candidates_.is_cut;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      for (const auto& stem : terms[i].stems) ranking_.weights.emplace(stem, candidates_.rarity[i]);
    }
    leave_out_named();
    if (has_filter(request_)) TRY(filter());
    std::ranges::sort(candidates_.rows, [](const auto& a, const auto& b) {
      return std::pair(-a.score, -a.row) < std::pair(-b.score, -b.row);
    });
    TRY(reread());
    if (request_.mode == contract::SearchMode::Balanced) TRY(spread());
    std::ranges::stable_sort(ranking_.hits, [](const Hit& a, const Hit& b) {
      return std::pair(a.is_named, a.score) > std::pair(b.is_named, b.score);
    });
    append_rest();
    return {};
  }

  void leave_out_named() {
    std::unordered_set<std::int64_t> named;
    for (const auto& hit : ranking_.hits) named.insert(hit.seq);
    std::erase_if(candidates_.rows, [&](const auto& each) { return named.contains(each.row); });
  }

  Result<void> filter() {
    std::vector<ranking::Candidate> passed;
    for (const auto& candidate : candidates_.rows) {
      if (is_late()) break;
      const auto head = TRY(local_.head(candidate.row));
      if (head && passes_filter(*head)) passed.push_back(candidate);
    }
    candidates_.rows = std::move(passed);
    return {};
  }

  [[nodiscard]] bool is_late() {
    const bool is_late =
        limits_.cancelled.stop_requested() || std::chrono::steady_clock::now() >= limits_.deadline;
    ranking_.is_cut = ranking_.is_cut || is_late;
    return is_late;
  }

  // The best by what their texts are.
  Result<void> reread() {
    ranking::Closeness closeness(ranking_.terms, candidates_.rarity, candidates_.average_length,
                                 {.stems = local_.words_.stems, .whole = local_.words_.whole});
    const bool is_fast = request_.mode == contract::SearchMode::Fast;
    const auto most = std::min(candidates_.rows.size(), is_fast ? kMostFast : ranking::kMostReread);
    std::vector<Hit> hits;
    for (; reread_ < most && !is_late(); ++reread_) {
      const auto& [row, score] = candidates_.rows[reread_];
      auto head = TRY(local_.head(row));
      if (!head) continue;
      ranking::Text text;
      TRY(local_.sql_.text.run({row}, [&text](const SqlRow& found) {
        text = {.title = found.text(0), .body = found.text(1)};
      }));
      closeness.take(text);
      hits.push_back({.seq = row, .score = score, .head = std::move(head)});
    }
    score(hits, closeness.scores());
    std::ranges::move(hits, std::back_inserter(ranking_.hits));
    return {};
  }

  // From 0, which is the least of them, to 1.
  void score(std::vector<Hit>& hits, const std::vector<ranking::Closeness::Score>& scores) const {
    if (hits.empty()) return;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      auto& score = hits[i].score;
      if (candidates_.is_cut) score = std::max(score, scores[i].relevance);
      score = (score + scores[i].bonus) * weight_of(*hits[i].head);
    }
    const auto [least, most] = std::ranges::minmax(hits, {}, &Hit::score);
    const auto zero = least.score;
    const auto span = most.score - zero;
    for (auto& hit : hits) hit.score = span > 0 ? (hit.score - zero) / span : 1;
  }

  [[nodiscard]] double weight_of(const Head& head) const {
    if (intent_.kind != Intent::Kind::Now) return 1;
    const bool is_of = !intent_.kinds.empty() && is_of_kind(head.type, head.subject, intent_.kinds);
    return freshness(head.occurred_at, now_) * (is_of ? kWantedKindWeight : 1);
  }

  // What came right before and after a hit on the same subject may be what was meant.
  Result<void> spread() {
    std::unordered_map<std::int64_t, double> gained;
    for (const auto& hit : ranking_.hits) {
      if (hit.is_named || !hit.head) continue;
      const auto at = hit.head->occurred_at.time_since_epoch().count();
      for (auto* statement : {&local_.sql_.before, &local_.sql_.after}) {
        TRY(statement->run(
            {std::string_view(hit.head->subject), at, std::string_view(hit.head->id)},
            [&](const SqlRow& row) { gained[row.number(0)] += kSpread * hit.score; }));
      }
    }
    for (auto& hit : ranking_.hits) {
      const auto found = gained.find(hit.seq);
      if (found == gained.end()) continue;
      hit.score += found->second;
      gained.erase(found);
    }
    for (const auto& [seq, score] : gained) TRY(add(seq, score, "next to a match"));
    return {};
  }

  // Those that were not reread, in their order, behind those that were.
  void append_rest() {
    std::unordered_set<std::int64_t> there;
    for (const auto& hit : ranking_.hits) there.insert(hit.seq);
    for (const auto& candidate : std::span(candidates_.rows).subspan(reread_)) {
      if (!there.contains(candidate.row)) ranking_.hits.push_back({.seq = candidate.row});
    }
  }

  Local& local_;
  const contract::SearchRequest& request_;
  const Intent& intent_;
  const Moment now_;
  const Limits& limits_;
  ranking::Candidates candidates_;
  std::size_t reread_ = 0;
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

Result<std::string> Local::text(std::int64_t seq) {
  std::string text;
  TRY(sql_.text.run({seq},
                    [&text](const SqlRow& row) { text = row.text(0) + "\n" + row.text(1); }));
  return text;
}

Result<contract::SearchResult> Local::result(const Hit& hit, const Ranking& ranking) {
  const auto head = TRY(this->head(hit.seq));
  if (!head) return Error{ErrorKind::NotFound, "the event is no longer there"};
  const auto text = TRY(this->text(hit.seq));
  const auto body = std::string_view(text).substr(head->title.size() + 1);
  return contract::SearchResult{
      .id = head->id,
      .title = head->title,
      .snippet = ranking::snippet_of(body, ranking.weights, words_.stems, kMostSnippet),
      .score = hit.score,
      .source = head->source,
      .type = head->type,
      .url = head->url,
      .occurred_at = head->occurred_at,
      .tier = contract::Tier::Store,
      .reason = hit.reason.empty() ? reason_of(text, ranking.terms) : hit.reason,
      .subject = head->subject};
}

// Which of the question's words are in it.
std::string Local::reason_of(std::string_view text, const std::vector<ranking::Term>& terms) const {
  std::unordered_set<std::string> stems;
  for (auto& word : words_.stems.of(text.substr(0, utf8_prefix(text, ranking::kMostBody))))
    stems.insert(std::move(word.text));
  std::vector<std::string_view> found;
  for (const auto& term : terms) {
    if (std::ranges::all_of(term.stems, [&](const auto& stem) { return stems.contains(stem); }))
      found.push_back(term.text);
  }
  return found.empty() ? std::string("part of a name")
                       : fmt::format("words: {}", fmt::join(found, ", "));
}

Result<std::optional<Moment>> Local::oldest() {
  std::optional<Moment> oldest;
  TRY(sql_.oldest.run({}, [&oldest](const SqlRow& row) {
    if (row.number(1) > 0) oldest = moment(row.number(0));
  }));
  return oldest;
}

}  // namespace lightfast::search
