#include "tools/store/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <vector>

namespace lightfast::store {
namespace {

constexpr std::size_t kMostNames = 64;    // of one event
constexpr std::size_t kLongestName = 64;  // bytes
constexpr std::size_t kShortestName = 3;  // what a trigram needs

// What of a repository a page is about, by the part of its path.
struct Page {
  std::string_view path, entity, mark;
};
constexpr std::array kGitHubPages = {Page{"pull", "pr:", "#"}, Page{"issues", "issue:", "#"},
                                     Page{"discussions", "discussion:", "#"},
                                     Page{"commit", "commit:", "@"}};

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(mark);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  return parts;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool is_word_byte(unsigned char c) {
  return std::isalnum(c) != 0 || c >= 0x80 || c == '_' || c == '-' || c == '/' || c == '.' ||
         c == '#' || c == '@' || c == ':';
}

// Without the marks of a sentence at its ends.
std::string_view trimmed(std::string_view word) {
  constexpr std::string_view kMarks = ".:-/";
  const auto first = word.find_first_not_of(kMarks);
  if (first == std::string_view::npos) return {};
  return word.substr(first, word.find_last_not_of(kMarks) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = static_cast<std::size_t>(
        std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_word_byte) -
        text.begin());
    if (end > i) words.push_back(trimmed(text.substr(i, end - i)));
    i = std::max(end, i + 1);
  }
  return words;
}

}  // namespace

std::string short_name(std::string_view entity) {
  const auto rest = lower(entity.substr(std::min(entity.find(':') + 1, entity.size())));
  const auto mark = rest.find_last_of("#@/");
  if (mark == std::string::npos || mark + 1 == rest.size()) return rest;
  return rest.substr(rest[mark] == '#' ? mark : mark + 1);
}

std::string canonical_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto start = lower(url.substr(0, scheme));
  if (start != "http" && start != "https") return {};
  url.remove_prefix(scheme + 3);
  const auto slash = std::min(url.find('/'), url.size());
  auto host = lower(url.substr(0, slash));
  if (host.empty()) return {};
  if (host.starts_with("www.")) host.erase(0, 4);
  auto path = url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  return start + "://" + host + std::string(path);
}

// https://github.com/OWNER/NAME/pull/142, https://linear.app/TEAM/issue/LIN-482/title
std::string entity_of_url(std::string_view url) {
  const auto canonical = canonical_url(url);
  const auto parts = split(canonical, '/');  // https: "" host ...
  const auto part = [&parts](std::size_t i) {
    return i < parts.size() ? parts[i] : std::string_view();
  };
  if (part(2) == "linear.app" && part(4) == "issue" && !part(5).empty())
    return std::string("issue:").append(part(5));
  if (part(2) != "github.com" || part(4).empty() || part(6).empty()) return {};
  const auto* const kind =
      std::ranges::find(kGitHubPages, part(5), [](const auto& page) { return page.path; });
  if (kind == kGitHubPages.end()) return {};
  std::string entity(kind->entity);
  return entity.append(part(3)).append("/").append(part(4)).append(kind->mark).append(part(6));
}

bool is_name_like(std::string_view word) {
  if (word.size() < kShortestName || word.size() > kLongestName) return false;
  const auto has = [word](auto is) { return std::ranges::any_of(word, is); };
  const bool has_mark = word.find_first_of("_/.#@:-") != std::string_view::npos;
  const bool has_digit = has([](unsigned char c) { return std::isdigit(c) != 0; });
  const bool has_letter = has([](unsigned char c) { return std::isalpha(c) != 0; });
  const bool has_capital_inside =
      std::ranges::any_of(word.substr(1), [](unsigned char c) { return std::isupper(c) != 0; });
  return has_letter && (has_mark || has_digit || has_capital_inside);
}

std::string names_of(const Event& event) {
  std::string names;
  std::set<std::string_view> seen;
  for (const auto text : {std::string_view(event.title), std::string_view(event.body)}) {
    for (const auto word : words_of(text)) {
      if (seen.size() == kMostNames) return names;
      if (is_name_like(word) && seen.insert(word).second)
        names.append(names.empty() ? "" : " ").append(word);
    }
  }
  return names;
}

}  // namespace lightfast::store
