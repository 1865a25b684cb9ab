#include "tools/search/named.h"

#include <algorithm>

#include "tools/search/parameters.h"
#include "tools/store/handles.h"

namespace lightfast::search {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What stands between spaces, without the marks of a sentence around it.
std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kMarks = ".,;:!?()[]{}\"'`<>";
  std::vector<std::string_view> words;
  const auto* const end = text.data() + text.size();
  for (const auto* at = text.data(); at != end;) {
    const auto* const first = std::find_if_not(at, end, is_space);
    at = std::find_if(first, end, is_space);
    const std::string_view word(first, at);
    const auto begin = word.find_first_not_of(kMarks);
    if (begin != std::string_view::npos)
      words.push_back(word.substr(begin, word.find_last_not_of(kMarks) - begin + 1));
  }
  return words;
}

}  // namespace

Result<Named> find_named(store::Reader& reader, std::string_view question) {
  Named named;
  const auto words = words_of(question);
  named.is_all = !words.empty();
  std::size_t looked_at = 0;
  for (const auto word : words) {
    const auto handles = store::handles_of(word);
    if (handles.empty() || ++looked_at > kMostNamed) {
      named.is_all = false;
      continue;
    }
    auto found = TRY(store::find_entities(reader, handles));
    if (found.ids.empty()) named.is_all = false;
    for (auto& id : found.ids) {
      if (std::ranges::find(named.entities, id) == named.entities.end())
        named.entities.push_back(std::move(id));
    }
  }
  return named;
}

}  // namespace lightfast::search
