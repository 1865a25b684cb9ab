// SQLite's full-text search as seen from C: its extension interface.
#pragma once

#include "base/database.h"
#include "base/result.h"

struct fts5_api;  // NOLINT(readability-identifier-naming): SQLite's

namespace lightfast::ranking {

// Of this connection. Unavailable when this SQLite has none.
Result<fts5_api*> fts5_of(const Database& database);

// Has the SQL of this connection know `relevance(TABLE, WEIGHTS)`, how well a row matches: BM25 as
// FTS5's own bm25() computes it (k1 1.2, b 0.75; https://sqlite.org/fts5.html#the_bm25_function),
// but larger when better, and with the weights given as a blob of doubles: those of the columns
// first, then the inverse document frequencies of the phrases in their order. The own one counts
// each phrase in the whole table for each query, which takes a second for common words in a million
// rows. And `average_length(TABLE)`: the words of a row.
Result<void> add_relevance(const Database& database);

}  // namespace lightfast::ranking
