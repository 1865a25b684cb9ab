#include "tools/ranking/words.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include "tools/ranking/fts5.h"

namespace lightfast::ranking {

Result<Words> Words::stems(const Database& database) {
  return open(database, "porter", {"unicode61", "remove_diacritics", "2"});
}

Result<Words> Words::whole(const Database& database) {
  return open(database, "unicode61", {"remove_diacritics", "2"});
}

Result<Words> Words::open(const Database& database, const char* tokenizer,
                          std::vector<const char*> arguments) {
  auto* const api = TRY(fts5_of(database));
  void* context = nullptr;
  fts5_tokenizer kind = {};
  Fts5Tokenizer* made = nullptr;
  int code = api->xFindTokenizer(api, tokenizer, &context, &kind);
  if (code == SQLITE_OK)
    code = kind.xCreate(context, arguments.data(), static_cast<int>(arguments.size()), &made);
  if (code != SQLITE_OK)
    return Error{ErrorKind::Unavailable, "this SQLite cannot split texts into words"};
  return Words(made, kind.xDelete, kind.xTokenize);
}

std::vector<Word> Words::of(std::string_view text) const {
  std::vector<Word> words;
  each_of(text, [&words](std::string_view word, std::size_t begin, std::size_t end) {
    words.push_back({.text = std::string(word), .begin = begin, .end = end});
  });
  return words;
}

void Words::each_of(std::string_view text, const Each& each) const {
  const auto give = [](void* taker, int /*flags*/, const char* word, int size, int begin, int end) {
    (*static_cast<const Each*>(taker))({word, static_cast<std::size_t>(size)},
                                       static_cast<std::size_t>(begin),
                                       static_cast<std::size_t>(end));
    return SQLITE_OK;
  };
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  auto* const taker = const_cast<Each*>(&each);
  const auto size = static_cast<int>(std::min(text.size(), kMost));
  const char* const bytes =
      text.data();  // NOLINT(bugprone-suspicious-stringview-data-usage): sized
  (void)tokenize_(tokenizer_.get(), taker, FTS5_TOKENIZE_DOCUMENT, bytes, size, give);
}

}  // namespace lightfast::ranking
