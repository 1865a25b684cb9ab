#include "tools/ranking/words.h"

#include <algorithm>
#include <array>
#include <limits>

#include <sqlite3.h>

#include "tools/ranking/fts5.h"

namespace lightfast::ranking {

Result<Words> Words::open(const Database& database) {
  auto* const api = TRY(fts5_of(database));
  void* context = nullptr;
  fts5_tokenizer porter = {};
  std::array<const char*, 3> arguments = {"unicode61", "remove_diacritics", "2"};
  Fts5Tokenizer* tokenizer = nullptr;
  int code = api->xFindTokenizer(api, "porter", &context, &porter);
  if (code == SQLITE_OK) {
    code =
        porter.xCreate(context, arguments.data(), static_cast<int>(arguments.size()), &tokenizer);
  }
  if (code != SQLITE_OK)
    return Error{ErrorKind::Unavailable, "this SQLite cannot split texts into words"};
  return Words(tokenizer, porter.xDelete, porter.xTokenize);
}

std::vector<Word> Words::of(std::string_view text) const {
  std::vector<Word> words;
  const auto add = [](void* all, int /*flags*/, const char* stem, int size, int begin, int end) {
    static_cast<std::vector<Word>*>(all)->push_back(
        {.stem = std::string(stem, static_cast<std::size_t>(size)),
         .begin = static_cast<std::size_t>(begin),
         .end = static_cast<std::size_t>(end)});
    return SQLITE_OK;
  };
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  (void)tokenize_(tokenizer_.get(), &words, FTS5_TOKENIZE_DOCUMENT, text.data(),
                  static_cast<int>(std::min(text.size(), kMost)), add);
  return words;
}

}  // namespace lightfast::ranking
