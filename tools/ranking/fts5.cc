#include "tools/ranking/fts5.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "tools/ranking/parameters.h"

namespace lightfast::ranking {
namespace {

Error no_search(const char* what) {
  return {ErrorKind::Unavailable, std::string("this SQLite has no full-text search: ") + what};
}

// What is the same for all rows of a query.
struct Query {
  int columns = 0, phrases = 0;
  double average_length = 1;
  std::vector<double> weights;  // of the columns, then of the phrases
};

void free_query(void* query) { delete static_cast<Query*>(query); }

int read_average_length(const Fts5ExtensionApi& fts, Fts5Context* row, double* average) {
  sqlite3_int64 rows = 0;
  sqlite3_int64 words = 0;
  int code = fts.xRowCount(row, &rows);
  if (code == SQLITE_OK) code = fts.xColumnTotalSize(row, -1, &words);
  *average = rows > 0 && words > 0 ? static_cast<double>(words) / static_cast<double>(rows) : 1;
  return code;
}

int make_query(const Fts5ExtensionApi& fts, Fts5Context* row, sqlite3_value* blob, Query** made) {
  auto query = std::make_unique<Query>();
  query->columns = fts.xColumnCount(row);
  query->phrases = fts.xPhraseCount(row);
  const auto count =
      static_cast<std::size_t>(query->columns) + static_cast<std::size_t>(query->phrases);
  const auto bytes = static_cast<std::size_t>(::sqlite3_value_bytes(blob));
  if (bytes != count * sizeof(double)) return SQLITE_MISMATCH;
  query->weights.resize(count);
  std::memcpy(query->weights.data(), ::sqlite3_value_blob(blob), bytes);
  const int code = read_average_length(fts, row, &query->average_length);
  if (code != SQLITE_OK) return code;
  *made = query.release();
  return fts.xSetAuxdata(row, *made, free_query);
}

// How often a phrase is in the row, each time with the weight of its column.
int weighted_count(const Fts5ExtensionApi& fts, Fts5Context* row, const Query& query, int phrase,
                   double* sum) {
  Fts5PhraseIter place;
  int column = 0;
  int offset = 0;
  int code = fts.xPhraseFirst(row, phrase, &place, &column, &offset);
  for (; code == SQLITE_OK && column >= 0; fts.xPhraseNext(row, &place, &column, &offset))
    *sum += query.weights[static_cast<std::size_t>(column)];
  return code;
}

int score_row(const Fts5ExtensionApi& fts, Fts5Context* row, const Query& query, double* score) {
  int words = 0;
  int code = fts.xColumnSize(row, -1, &words);
  const double length = bm25_length(words, query.average_length);
  for (int i = 0; i < query.phrases && code == SQLITE_OK; ++i) {
    double count = 0;
    code = weighted_count(fts, row, query, i, &count);
    const auto weight =
        query.weights[static_cast<std::size_t>(query.columns) + static_cast<std::size_t>(i)];
    *score += weight * saturated(count, length);
  }
  return code;
}

void relevance(const Fts5ExtensionApi* fts, Fts5Context* row, sqlite3_context* result, int count,
               sqlite3_value** values) {
  auto* query = static_cast<Query*>(fts->xGetAuxdata(row, 0));
  int code = SQLITE_OK;
  if (count != 1) code = SQLITE_MISMATCH;
  if (code == SQLITE_OK && query == nullptr) code = make_query(*fts, row, values[0], &query);
  double score = 0;
  if (code == SQLITE_OK) code = score_row(*fts, row, *query, &score);
  if (code != SQLITE_OK) return ::sqlite3_result_error_code(result, code);
  ::sqlite3_result_double(result, score);
}

void average_length(const Fts5ExtensionApi* fts, Fts5Context* row, sqlite3_context* result,
                    int /*count*/, sqlite3_value** /*values*/) {
  double average = 1;
  const int code = read_average_length(*fts, row, &average);
  if (code != SQLITE_OK) return ::sqlite3_result_error_code(result, code);
  ::sqlite3_result_double(result, average);
}

}  // namespace

Result<fts5_api*> fts5_of(const Database& database) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (::sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) !=
      SQLITE_OK)
    return no_search(::sqlite3_errmsg(database.handle()));
  ::sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  ::sqlite3_step(statement);
  ::sqlite3_finalize(statement);
  if (api == nullptr || api->iVersion < 2) return no_search("its interface is of another version");
  return api;
}

// FTS5 keeps all that it is given until the connection is closed, though it uses the last one only.
Result<void> add_relevance(const Database& database) {
  if (database.prepare("SELECT relevance(), average_length()")) return {};
  auto* const api = TRY(fts5_of(database));
  const auto add = [api](const char* name, fts5_extension_function function) {
    return api->xCreateFunction(api, name, nullptr, function, nullptr) == SQLITE_OK;
  };
  if (!add("relevance", relevance) || !add("average_length", average_length))
    return no_search(::sqlite3_errmsg(database.handle()));
  return {};
}

}  // namespace lightfast::ranking
