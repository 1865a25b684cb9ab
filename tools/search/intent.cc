#include "tools/search/intent.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include <spdlog/fmt/fmt.h>

#include "tools/ranking/query.h"

namespace lightfast::search {
namespace {

using std::chrono::days;

// Of one word or several in a row, in lower case.
struct Phrase {
  std::string_view words;
  enum class Says { Newest, NewestOf, OpenOnes, Today, Kind, Nothing, Past, Why } says;
  std::string_view kind = {};  // of events
  days ago{0};                 // of Past: how long at most
};

constexpr days kDay{1}, kWeek{7}, kMonth{31}, kYear{366};

// Longer ones before those that they begin with.
constexpr auto kPhrases =
    std::to_array<Phrase>({{"most recent", Phrase::Says::Newest},
                           {"recent", Phrase::Says::Newest},
                           {"recently", Phrase::Says::Newest},
                           {"latest", Phrase::Says::Newest},
                           {"newest", Phrase::Says::Newest},
                           {"last", Phrase::Says::NewestOf},
                           {"open", Phrase::Says::OpenOnes},
                           {"today", Phrase::Says::Today},
                           {"pull requests", Phrase::Says::Kind, "pull_request"},
                           {"pull request", Phrase::Says::Kind, "pull_request"},
                           {"prs", Phrase::Says::Kind, "pull_request"},
                           {"pr", Phrase::Says::Kind, "pull_request"},
                           {"issues", Phrase::Says::Kind, "issue"},
                           {"issue", Phrase::Says::Kind, "issue"},
                           {"tickets", Phrase::Says::Kind, "issue"},
                           {"ticket", Phrase::Says::Kind, "issue"},
                           {"deployments", Phrase::Says::Kind, "deployment"},
                           {"deployment", Phrase::Says::Kind, "deployment"},
                           {"deploys", Phrase::Says::Kind, "deployment"},
                           {"deploy", Phrase::Says::Kind, "deployment"},
                           {"releases", Phrase::Says::Kind, "release"},
                           {"release", Phrase::Says::Kind, "release"},
                           {"commits", Phrase::Says::Kind, "commit"},
                           {"commit", Phrase::Says::Kind, "commit"},
                           {"discussions", Phrase::Says::Kind, "discussion"},
                           {"discussion", Phrase::Says::Kind, "discussion"},
                           {"workflow runs", Phrase::Says::Kind, "workflow_run"},
                           {"deployed", Phrase::Says::Kind, "deployment"},
                           {"events", Phrase::Says::Nothing},
                           {"changes", Phrase::Says::Nothing},
                           {"changed", Phrase::Says::Nothing},
                           {"happened", Phrase::Says::Nothing},
                           {"activity", Phrase::Says::Nothing},
                           {"new", Phrase::Says::Nothing},
                           {"list", Phrase::Says::Nothing},
                           {"show", Phrase::Says::Nothing},
                           {"all", Phrase::Says::Nothing},
                           {"how did we", Phrase::Says::Why},
                           {"how have we", Phrase::Says::Why},
                           {"have we ever", Phrase::Says::Why},
                           {"did we ever", Phrase::Says::Why},
                           {"why", Phrase::Says::Why},
                           {"last year", Phrase::Says::Past, {}, kYear * 2},
                           {"years ago", Phrase::Says::Past, {}, kYear * 20},
                           {"months ago", Phrase::Says::Past, {}, kMonth * 11},
                           {"last month", Phrase::Says::Past, {}, kMonth * 2},
                           {"last week", Phrase::Says::Past, {}, kWeek * 2},
                           {"this week", Phrase::Says::Past, {}, kWeek},
                           {"this month", Phrase::Says::Past, {}, kMonth},
                           {"yesterday", Phrase::Says::Past, {}, kDay * 2}});

bool is_letter(unsigned char c) {
  return std::isalnum(c) != 0 || c >= 0x80 || c == '-' || c == '_' || c == '#';
}

// In lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter(byte)) {
      words.back().push_back(static_cast<char>(std::tolower(byte)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// How many of the words at `at` are the phrase; 0 when they are not.
std::size_t length_at(const std::vector<std::string>& words, std::size_t at,
                      std::string_view phrase) {
  std::size_t count = 0;
  while (!phrase.empty()) {
    const auto space = std::min(phrase.find(' '), phrase.size());
    if (at + count >= words.size() || words[at + count] != phrase.substr(0, space)) return 0;
    ++count;
    phrase.remove_prefix(std::min(space + 1, phrase.size()));
  }
  return count;
}

struct Match {
  const Phrase* phrase = nullptr;
  std::size_t words = 0;
};

Match match_at(const std::vector<std::string>& words, std::size_t at) {
  Match best;
  for (const auto& phrase : kPhrases) {
    const auto length = length_at(words, at, phrase.words);
    if (length > best.words) best = {&phrase, length};
  }
  return best;
}

// `2024`, or `2024-03-01`, which the words of a question are.
std::optional<Moment> moment_of(std::string_view word) {
  constexpr std::size_t kYearDigits = 4;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (word.size() == kYearDigits && std::ranges::all_of(word, is_digit) &&
      (word.starts_with("19") || word.starts_with("20")))
    return parse_moment(std::string(word) + "-01-01");
  return word.size() > kYearDigits ? parse_moment(word) : std::nullopt;
}

void note_time(Intent& intent, Moment time) {
  intent.since = intent.since ? std::min(*intent.since, time) : time;
}

void become(Intent& intent, Intent::Kind kind, std::string_view words) {
  const bool is_less = intent.kind == Intent::Kind::History;
  if (is_less) return;
  intent.kind = kind;
  intent.because = fmt::format("the words \"{}\"", words);
}

void take(Intent& intent, const Phrase& phrase, Moment now) {
  using enum Phrase::Says;
  switch (phrase.says) {
    case Newest:
    case NewestOf:
      return become(intent, Intent::Kind::Now, phrase.words);
    case OpenOnes:
      intent.wants_open = true;
      return become(intent, Intent::Kind::Now, phrase.words);
    case Today:
      note_time(intent, std::chrono::floor<days>(now));
      return become(intent, Intent::Kind::Now, phrase.words);
    case Kind:
      intent.kinds.emplace_back(phrase.kind);
      return;
    case Nothing:
      return;
    case Past:
      note_time(intent, now - phrase.ago);
      if (phrase.ago >= kYear) become(intent, Intent::Kind::History, phrase.words);
      return;
    case Why:
      become(intent, Intent::Kind::History, phrase.words);
  }
}

// `last deployment` asks for the newest, `the last two years` and `last name` do not.
bool counts_before(const Phrase& phrase, const Match& next) {
  return phrase.says != Phrase::Says::NewestOf ||
         (next.phrase != nullptr && next.phrase->says == Phrase::Says::Kind);
}

}  // namespace

Intent intent_of(const contract::SearchRequest& request, bool is_handle, Moment now) {
  Intent intent;
  const auto words = words_of(request.query);
  bool says_more = false;
  for (std::size_t at = 0; at < words.size();) {
    auto match = match_at(words, at);
    if (match.phrase != nullptr && !counts_before(*match.phrase, match_at(words, at + 1)))
      match = {};
    if (match.phrase != nullptr) take(intent, *match.phrase, now);
    // A year to come is a number to most who write it: `RSA 2048`.
    if (const auto time = moment_of(words[at]); time && *time <= now) note_time(intent, *time);
    if (match.phrase == nullptr && !ranking::is_stopword(words[at])) says_more = true;
    at += std::max<std::size_t>(match.words, 1);
  }
  intent.is_list = intent.kind == Intent::Kind::Now && !says_more && !is_handle;
  if (is_handle) intent.kind = Intent::Kind::Lookup;
  if (is_handle) intent.because = "a handle";
  return intent;
}

Route route_of(const Intent& intent, const contract::SearchRequest& request,
               const std::optional<Moment>& oldest) {
  if (intent.kind == Intent::Kind::History)
    return {true, fmt::format("both tiers: {}", intent.because)};
  auto since = request.after;
  if (!since && !request.before) since = intent.since;
  const bool is_before = (since && (!oldest || *since < *oldest)) ||
                         (request.before && (!oldest || *request.before <= *oldest));
  if (is_before) return {true, "both tiers: the time begins before what is local"};
  if (intent.kind != Intent::Kind::Open)
    return {false, fmt::format("local alone: {}", intent.because)};
  if (since) return {false, "local alone: the time is within what is local"};
  return {true, "both tiers"};
}

}  // namespace lightfast::search
