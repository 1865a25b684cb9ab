#include "tools/documents/store.h"

#include <algorithm>
#include <utility>

#include "tools/documents/documents_sql.h"

namespace lightfast::documents {
namespace {

std::optional<std::string> optional_text(const SqlRow& row, int column) {
  auto text = row.text(column);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

Document document_of(const SqlRow& row) {
  Document document{.id = row.text(1),
                    .source = row.text(2),
                    .type = row.text(3),
                    .title = row.text(4),
                    .url = optional_text(row, 5),
                    .subject = optional_text(row, 6),
                    .metadata = Json::parse(row.text(9), nullptr, false)};
  if (row.number(8) != 0) document.occurred_at = Moment(std::chrono::milliseconds(row.number(7)));
  return document;
}

}  // namespace

Result<Store> Store::open(const std::filesystem::path& file, const Embedder* embedder) {
  auto database = std::make_unique<Database>(TRY(Database::open_for_reading(
      file, {.application_id = kApplicationId, .version = kVersion, .schema = documents_sql})));
  auto ranker = TRY(ranking::Ranker::open(*database, "chunks_text", "chunks_names"));
  Statements sql;
  TRY(database->prepare_all(
      {{sql.by_id,
        "SELECT seq, id, source, type, title, url, subject, occurred_at,"
        " occurred_at IS NOT NULL, metadata FROM documents WHERE id = ?1"},
       {sql.body, "SELECT begin, body FROM chunks WHERE document = ?1 ORDER BY begin"},
       {sql.count, "SELECT count(*) FROM documents"},
       {sql.whose, "SELECT document FROM chunks WHERE id = ?1"},
       {sql.of_chunk,
        "SELECT seq, documents.id, source, type, url, subject, occurred_at,"
        " occurred_at IS NOT NULL FROM chunks JOIN documents ON seq ="
        " document WHERE chunks.id = ?1"},
       {sql.text, "SELECT title, body FROM chunks WHERE id = ?1"},
       {sql.vectors, "SELECT chunk, vector FROM vectors WHERE model = ?1"}}));
  return Store(std::move(database), std::move(ranker), std::move(sql), embedder);
}

Result<std::vector<Document>> Store::find(const std::vector<std::string>& ids) {
  const auto reading = TRY(Transaction::begin_reading(*database_));
  std::vector<Document> found;
  for (const auto& id : ids) {
    if (std::ranges::find(found, id, &Document::id) != found.end()) continue;
    if (auto document = TRY(find_one(id))) found.push_back(*std::move(document));
  }
  return found;
}

Result<std::optional<Document>> Store::find_one(const std::string& id) {
  std::optional<Document> document;
  std::int64_t number = 0;
  TRY(sql_.by_id.run({std::string_view(id)}, [&](const SqlRow& row) {
    number = row.number(0);
    document = document_of(row);
  }));
  if (!document) return document;
  TRY(sql_.body.run({number}, [&body = document->body](const SqlRow& row) {
    body.resize(static_cast<std::size_t>(row.number(0)));
    body += row.text(1);
  }));
  return document;
}

Result<std::int64_t> Store::count() {
  std::int64_t count = 0;
  TRY(sql_.count.run({}, [&count](const SqlRow& row) { count = row.number(0); }));
  return count;
}

}  // namespace lightfast::documents
