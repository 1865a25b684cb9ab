#include <algorithm>
#include <utility>

#include "tools/documents/chunks.h"
#include "tools/documents/documents_sql.h"
#include "tools/documents/store.h"
#include "tools/documents/vectors.h"
#include "tools/ranking/names.h"

namespace lightfast::documents {
namespace {

std::int64_t milliseconds(Moment moment) { return moment.time_since_epoch().count(); }

SqlValue or_null(const std::optional<std::string>& text) {
  return text ? SqlValue(std::string_view(*text)) : SqlValue(nullptr);
}

}  // namespace

struct Writer::Pieces {
  std::vector<Chunk> chunks;
  std::vector<std::string> vectors;  // as they are kept, one for each; none without an embedder
};

Result<Writer> Writer::open(const std::filesystem::path& file, const Embedder* embedder) {
  auto database = TRY(Database::open(
      file, {.application_id = kApplicationId, .version = kVersion, .schema = documents_sql}));
  Statements sql;
  TRY(database.prepare_all(
      {{sql.find, "SELECT seq FROM documents WHERE id = ?1"},
       {sql.put,
        "INSERT INTO documents (id, source, type, subject, title, url, occurred_at, received_at,"
        " metadata) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET"
        " source = excluded.source, type = excluded.type, subject = excluded.subject, title ="
        " excluded.title, url = excluded.url, occurred_at = excluded.occurred_at, received_at ="
        " excluded.received_at, metadata = excluded.metadata"},
       {sql.chunks, "SELECT id FROM chunks WHERE document = ?1 ORDER BY begin"},
       {sql.clear, "DELETE FROM chunks WHERE document = ?1"},
       {sql.add,
        "INSERT INTO chunks (id, document, begin, title, body, names) VALUES"
        " (?1, ?2, ?3, ?4, ?5, ?6)"},
       {sql.add_vector,
        "INSERT INTO vectors (chunk, model, vector) VALUES (?1, ?2, CAST(?3 AS BLOB))"},
       {sql.remove, "DELETE FROM documents WHERE seq = ?1"}}));
  return Writer(std::move(database), std::move(sql), embedder);
}

// An embedder may take its time: nobody waits for the file meanwhile.
Result<Writer::Added> Writer::add(std::span<const Document> documents, Moment received_at) {
  std::vector<Pieces> pieces;
  pieces.reserve(documents.size());
  for (const auto& document : documents) pieces.push_back(TRY(pieces_of(document)));
  auto transaction = TRY(Transaction::begin(database_));
  Added added{.accepted = documents.size()};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (TRY(find(documents[i].id))) ++added.replaced;
    TRY(put(documents[i], pieces[i], received_at));
  }
  TRY(transaction.commit());
  return added;
}

Result<Writer::Pieces> Writer::pieces_of(const Document& document) const {
  Pieces pieces{.chunks = chunks_of(document.body), .vectors = {}};
  if (embedder_ == nullptr) return pieces;
  std::vector<std::string> texts;
  std::ranges::transform(pieces.chunks, std::back_inserter(texts), [&](const Chunk& chunk) {
    return document.title + "\n" + std::string(chunk.text);
  });
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  pieces.vectors = TRY(kept_vectors(*embedder_, views));
  return pieces;
}

Result<std::optional<std::int64_t>> Writer::find(const std::string& id) {
  std::optional<std::int64_t> document;
  TRY(sql_.find.run({std::string_view(id)},
                    [&document](const SqlRow& row) { document = row.number(0); }));
  return document;
}

Result<void> Writer::put(const Document& document, const Pieces& pieces, Moment received_at) {
  const auto metadata = document.metadata.dump();
  const auto& time = document.occurred_at;
  TRY(sql_.put.run({std::string_view(document.id), std::string_view(document.source),
                    std::string_view(document.type), or_null(document.subject),
                    std::string_view(document.title), or_null(document.url),
                    time ? SqlValue(milliseconds(*time)) : SqlValue(nullptr),
                    milliseconds(received_at), std::string_view(metadata)}));
  const auto number = TRY(find(document.id)).value();
  std::vector<SqlValue> places;
  TRY(sql_.chunks.run({number},
                      [&places](const SqlRow& row) { places.emplace_back(row.number(0)); }));
  TRY(sql_.clear.run({number}));
  places.resize(pieces.chunks.size(), nullptr);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& [begin, text] = pieces.chunks[i];
    const auto names = ranking::names_of({document.title, text});
    TRY(sql_.add.run({places[i], number, static_cast<std::int64_t>(begin),
                      std::string_view(document.title), text, std::string_view(names)}));
  }
  return put_vectors(number, pieces);
}

Result<void> Writer::put_vectors(std::int64_t number, const Pieces& pieces) {
  if (pieces.vectors.empty()) return {};
  std::vector<std::int64_t> chunks;
  TRY(sql_.chunks.run({number}, [&chunks](const SqlRow& row) { chunks.push_back(row.number(0)); }));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    TRY(sql_.add_vector.run(
        {chunks[i], std::string_view(embedder_->model()), std::string_view(pieces.vectors[i])}));
  }
  return {};
}

Result<std::size_t> Writer::remove(std::span<const std::string> ids) {
  auto transaction = TRY(Transaction::begin(database_));
  std::size_t removed = 0;
  for (const auto& id : ids) {
    const auto document = TRY(find(id));
    if (!document) continue;
    TRY(sql_.clear.run({*document}));
    TRY(sql_.remove.run({*document}));
    ++removed;
  }
  TRY(transaction.commit());
  return removed;
}

}  // namespace lightfast::documents
