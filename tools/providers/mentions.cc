#include "tools/providers/mentions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>

#include <spdlog/fmt/fmt.h>

namespace lightfast::providers {
namespace {

constexpr std::size_t kMostMentions = 64;
constexpr std::size_t kMostText = 64UL << 10;  // bytes that are looked at
constexpr std::size_t kMostDigits = 9;         // of a number

constexpr std::array<std::string_view, 12> kKeywords = {
    "close",   "closes",   "closed",   "fix",      "fixes",     "fixed",
    "resolve", "resolves", "resolved", "complete", "completes", "completed"};
constexpr std::size_t kGitHubKeywords = 9;  // the others are Linear's

// What looks like an issue of a tracker and is the name of a standard.
constexpr std::array<std::string_view, 17> kStandards = {
    "AES", "CVE", "CWE", "GH",  "GHSA", "GPT", "HTTP", "IEC", "IEEE",
    "ISO", "MD",  "PEP", "RFC", "SHA",  "TLS", "UTF",  "WCAG"};

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_letter_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](unsigned char c) { return std::isxdigit(c) != 0 && std::isupper(c) == 0; });
}

struct Hidden {
  std::string_view begin, end;
  bool is_closed = true;  // as far as is known, the end comes again
};

// The length of what is hidden at the front of a text, 0 when nothing is. An end that was looked
// for in vain is not looked for again, so that all of a text costs no more than its length.
std::size_t hidden_length(std::string_view text, std::span<Hidden> kinds) {
  for (auto& kind : kinds) {
    if (!kind.is_closed || !text.starts_with(kind.begin)) continue;
    const auto end = text.find(kind.end, kind.begin.size());
    kind.is_closed = end != std::string_view::npos;
    if (kind.is_closed) return end + kind.end.size();
  }
  return 0;
}

// Without what is code, and what GitHub does not show.
std::string shown(std::string_view text) {
  std::array<Hidden, 3> kinds = {{{"<!--", "-->"}, {"```", "```"}, {"`", "`"}}};
  std::string left;
  while (!text.empty()) {
    const auto length = hidden_length(text, kinds);
    left += length > 0 ? ' ' : text.front();
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return left;
}

// OWNER/NAME, in the writing of `repo` where it is that.
std::optional<std::string> repository(std::string_view text, std::string_view repo) {
  const auto slash = text.find('/');
  const bool is_one =
      slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
      std::ranges::count(text, '/') == 1 &&
      std::ranges::all_of(text, [](char c) { return c == '/' || is_letter_of_name(c); });
  if (!is_one) return std::nullopt;
  return in_lower_case(text) == in_lower_case(repo) ? std::string(repo) : std::string(text);
}

// `#12`, `GH-12`, `acme/web#12`.
std::string numbered(std::string_view word, std::string_view repo) {
  const bool is_short = word.starts_with("GH-") && is_digits(word.substr(3));
  if (is_short)
    return repo.empty() ? "" : entity("issue", fmt::format("{}#{}", repo, word.substr(3)));
  const auto hash = word.find('#');
  if (hash == std::string_view::npos || !is_digits(word.substr(hash + 1))) return {};
  const auto named =
      hash == 0 ? std::optional(std::string(repo)) : repository(word.substr(0, hash), repo);
  if (!named || named->empty()) return {};
  return entity("issue", fmt::format("{}#{}", *named, word.substr(hash + 1)));
}

// `LIN-482`: two to ten capitals and digits, a capital first.
std::string keyed(std::string_view word) {
  const auto dash = word.find('-');
  if (dash == std::string_view::npos || dash < 2 || dash > 10) return {};
  const auto key = word.substr(0, dash);
  const bool is_key = std::isupper(static_cast<unsigned char>(key.front())) != 0 &&
                      std::ranges::all_of(key, [](unsigned char c) {
                        return std::isupper(c) != 0 || std::isdigit(c) != 0;
                      });
  const bool is_issue = is_key && is_digits(word.substr(dash + 1)) && word[dash + 1] != '0' &&
                        std::ranges::find(kStandards, key) == kStandards.end();
  return is_issue ? entity("issue", word) : std::string();
}

// The parts of a path, at most `most`, without what follows ? or #.
std::vector<std::string_view> parts_of(std::string_view path, std::size_t most) {
  path = path.substr(0, path.find_first_of("?#"));
  std::vector<std::string_view> parts;
  while (!path.empty() && parts.size() < most) {
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::string on_github(std::string_view path, std::string_view repo) {
  struct Place {
    std::string_view part, type;
  };
  static constexpr std::array<Place, 4> kPlaces = {
      {{"pull", "pr"}, {"issues", "issue"}, {"discussions", "discussion"}, {"commit", "commit"}}};
  const auto parts = parts_of(path, 4);
  if (parts.size() < 4) return {};
  const auto named = repository(fmt::format("{}/{}", parts[0], parts[1]), repo);
  const auto* const place = std::ranges::find(kPlaces, parts[2], &Place::part);
  if (!named || place == kPlaces.end()) return {};
  const bool is_commit = place->type == "commit";
  if (is_commit ? parts[3].size() != 40 || !is_hex(parts[3]) : !is_digits(parts[3])) return {};
  return entity(place->type, fmt::format("{}{}{}", *named, is_commit ? '@' : '#', parts[3]));
}

std::string at_url(std::string_view url, std::string_view repo) {
  constexpr std::string_view kGitHub = "https://github.com/";
  constexpr std::string_view kLinear = "https://linear.app/";
  if (url.starts_with(kGitHub)) return on_github(url.substr(kGitHub.size()), repo);
  if (!url.starts_with(kLinear)) return {};
  const auto parts = parts_of(url.substr(kLinear.size()), 3);
  return parts.size() == 3 && parts[1] == "issue" ? keyed(parts[2]) : std::string();
}

// The words of a text, one after another.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  // Empty at the end.
  std::string_view next() {
    constexpr std::string_view kBetween = " \t\r\n()[]<>{},;\"'*|";
    const auto begin = std::min(text_.find_first_not_of(kBetween), text_.size());
    text_.remove_prefix(begin);
    const auto word = text_.substr(0, text_.find_first_of(kBetween));
    text_.remove_prefix(word.size());
    return word;
  }

 private:
  std::string_view text_;
};

class Reader {
 public:
  explicit Reader(std::string_view repo) : repo_(repo) {}

  void read(std::string_view word) {
    const auto plain = word.substr(0, word.find_last_not_of(".:!?") + 1);
    if (const auto number = numbered(plain, repo_); !number.empty()) {
      const bool was_merged = after_pull_request_;
      add(was_merged ? "pr" + number.substr(number.find(':')) : number,
          !was_merged && keyword_ < kGitHubKeywords);
      return forget();
    }
    if (auto url = at_url(plain, repo_); !url.empty()) {
      add(std::move(url), keyword_ < kGitHubKeywords);
      return forget();
    }
    if (auto key = keyed(plain); !key.empty()) {  // the keyword goes on for those that follow
      add(std::move(key), keyword_ < kKeywords.size());
      return;
    }
    const auto small = in_lower_case(plain);
    if (small == "and" && keyword_ < kKeywords.size()) return;
    after_pull_request_ = small == "request" && before_ == "pull";
    before_ = small;
    keyword_ = static_cast<std::size_t>(std::ranges::find(kKeywords, small) - kKeywords.begin());
  }

  std::vector<Mention> found() && { return std::move(found_); }
  [[nodiscard]] bool is_full() const { return found_.size() == kMostMentions; }

 private:
  void forget() {
    keyword_ = kKeywords.size();
    after_pull_request_ = false;
  }

  void add(std::string entity, bool is_fixed) {
    const auto there = std::ranges::find(found_, entity, &Mention::entity);
    if (there == found_.end()) return found_.push_back({std::move(entity), is_fixed});
    there->is_fixed = there->is_fixed || is_fixed;
  }

  std::string_view repo_;
  std::vector<Mention> found_;
  std::size_t keyword_ = kKeywords.size();  // the word before, in the list
  bool after_pull_request_ = false;
  std::string before_;
};

}  // namespace

std::vector<Mention> mentions_in(std::string_view text, std::string_view repo) {
  const auto readable = shown(text.substr(0, kMostText));
  Words words(readable);
  Reader reader(repo);
  for (auto word = words.next(); !word.empty() && !reader.is_full(); word = words.next())
    reader.read(word);
  return std::move(reader).found();
}

std::string entity_at(std::string_view url) { return at_url(url, {}); }

void relate_mentions(Draft& draft, std::string_view text, std::string_view repo, Keywords keywords,
                     std::string_view earlier) {
  const auto type_of = [keywords](const Mention& mention) {
    return mention.is_fixed && keywords == Keywords::Count ? "fixes" : "references";
  };
  for (const auto& mention : mentions_in(text, repo))
    draft.relate(type_of(mention), mention.entity);
  for (const auto& mention : mentions_in(earlier, repo))
    draft.unrelate(type_of(mention), mention.entity);
}

}  // namespace lightfast::providers
