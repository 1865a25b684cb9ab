#include "tools/ranking/query.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>
#include <utility>

#include "tools/ranking/scripts.h"

namespace lightfast::ranking {
namespace {

constexpr auto kStopwords = std::to_array<std::string_view>(
    {"a",    "an",    "and",   "any",    "are",  "as",   "at",   "be",    "been",  "but",
     "by",   "can",   "could", "did",    "do",   "does", "for",  "from",  "had",   "has",
     "have", "he",    "her",   "his",    "how",  "i",    "if",   "in",    "into",  "is",
     "it",   "its",   "me",    "my",     "no",   "not",  "now",  "of",    "on",    "or",
     "our",  "out",   "she",   "should", "so",   "than", "that", "the",   "their", "them",
     "then", "there", "these", "they",   "this", "to",   "was",  "we",    "were",  "what",
     "when", "where", "which", "who",    "why",  "will", "with", "would", "you",   "your"});
static_assert(std::ranges::is_sorted(kStopwords));

constexpr std::size_t kLongestTerm = 128;  // bytes

bool is_word_byte(unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80 || c == '_'; }

// Letters, digits and underscores that stand together; as regular expressions' \w+.
std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  const auto* const end = text.data() + text.size();
  for (const auto* at = text.data(); at != end;) {
    const auto* const first = std::find_if(at, end, is_word_byte);
    at = std::find_if_not(first, end, is_word_byte);
    if (first != at) pieces.emplace_back(first, at);
  }
  return pieces;
}

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }

// `parseHTTPUrl`: parse, HTTP, Url; nothing of what has no capitals inside.
std::vector<std::string_view> humps_of(std::string_view word) {
  std::vector<std::string_view> humps;
  std::size_t begin = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const bool begins_after_lower = is_lower(word[i - 1]) && is_upper(word[i]);
    const bool begins_before_lower =
        is_upper(word[i - 1]) && is_upper(word[i]) && i + 1 < word.size() && is_lower(word[i + 1]);
    if (!begins_after_lower && !begins_before_lower) continue;
    humps.push_back(word.substr(begin, i - begin));
    begin = i;
  }
  if (begin != 0) humps.push_back(word.substr(begin));
  return humps;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Collects what is new.
class Terms {
 public:
  explicit Terms(const Words& words) : words_(words) {}

  // What an underscore joins is one term. Between other words there is a space or a mark that is
  // not of ASCII.
  void add(std::string_view text, bool is_part) {
    const auto words = words_.of(text);
    for (auto first = words.begin(); first != words.end();) {
      const auto next =
          std::adjacent_find(first, words.end(), [text](const auto& a, const auto& b) {
            return text.substr(a.end, b.begin - a.end).find_first_not_of('_') !=
                   std::string_view::npos;
          });
      const auto end = next == words.end() ? next : std::next(next);
      const auto begin = first->begin;
      add_term(text.substr(begin, std::prev(end)->end - begin), {first, end}, is_part);
      first = end;
    }
  }

  std::vector<Term> take() { return std::move(terms_); }

 private:
  // Marks over a letter are no words by themselves, and part none.
  static bool is_between(std::string_view text) {
    return text.find_first_not_of('_') != std::string_view::npos && unspaced_runs(text).empty();
  }

  void add_term(std::string_view text, const std::vector<Word>& words, bool is_part) {
    if (text.size() > kLongestTerm || terms_.size() == kMostTerms) return;
    Term term{.text = lower(text), .stems = {}, .is_part = is_part};
    term.is_unspaced = !unspaced_runs(text).empty();
    for (const auto& word : words) term.stems.push_back(word.text);
    if (seen_.insert(term.stems).second) terms_.push_back(std::move(term));
  }

  const Words& words_;
  std::set<std::vector<std::string>> seen_;
  std::vector<Term> terms_;
};

}  // namespace

std::string Term::quoted() const {
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  const bool is_beginning = is_unspaced && characters_in(text) < kShortestPart;
  return quoted + (is_beginning ? "\"*" : "\"");
}

bool is_stopword(std::string_view word) { return std::ranges::binary_search(kStopwords, word); }

std::vector<Term> terms_of(std::string_view text, const Words& words) {
  const auto pieces = pieces_of(text);
  const auto is_common = [](std::string_view piece) { return is_stopword(lower(piece)); };
  const bool are_all_common = std::ranges::all_of(pieces, is_common);
  Terms terms(words);
  for (const auto piece : pieces) {
    if (!are_all_common && is_common(piece)) continue;
    terms.add(piece, false);
    for (const auto hump : humps_of(piece)) {
      if (!is_common(hump)) terms.add(hump, true);
    }
    for (const auto run : unspaced_runs(piece)) {
      for (const auto three : threes_of(run)) terms.add(three, false);
    }
  }
  return terms.take();
}

}  // namespace lightfast::ranking
