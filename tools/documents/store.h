// The documents of a Memory service, in one SQLite file: found by their words as events are, and,
// where there is an embedder, by their meaning. Other connections and processes may read and write
// meanwhile. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "contract/search.h"
#include "tools/documents/document.h"
#include "tools/documents/embedder.h"
#include "tools/ranking/ranker.h"

namespace lightfast::documents {

// For reading.
class Store {
 public:
  // NotFound when there is none; Corrupt when it is damaged, or not ours, or of another version: it
  // is left as it is. `embedder`, which outlives it, may be null.
  static Result<Store> open(const std::filesystem::path& file, const Embedder* embedder = nullptr);

  struct Limits {
    std::chrono::steady_clock::time_point deadline;
    std::stop_token cancelled;
  };
  // The best piece of each document that matches stands for it. What was found when the time is
  // over is the answer, as a partial one. All of it is of the tier `memory`.
  Result<contract::SearchAnswer> search(const contract::SearchRequest& request,
                                        const Limits& limits);

  // Those of `ids` that there are, each once.
  Result<std::vector<Document>> find(const std::vector<std::string>& ids);

  Result<std::int64_t> count();

 private:
  class Search;  // for one request
  struct Statements {
    SqlStatement by_id, body, count, whose, of_chunk, text, vectors;
  };
  Store(std::unique_ptr<Database> database, ranking::Ranker ranker, Statements statements,
        const Embedder* embedder)
      : database_(std::move(database)),
        ranker_(std::move(ranker)),
        sql_(std::move(statements)),
        embedder_(embedder) {}

  Result<std::optional<Document>> find_one(const std::string& id);

  std::unique_ptr<Database> database_;  // the ranker knows where it is
  ranking::Ranker ranker_;
  Statements sql_;
  const Embedder* embedder_;
};

class Writer {
 public:
  // Makes the file when there is none.
  static Result<Writer> open(const std::filesystem::path& file, const Embedder* embedder = nullptr);

  struct Added {
    std::size_t accepted = 0, replaced = 0;
  };
  // Has all of them on disk, or none, when it returns. Each takes the place of the one before with
  // its id.
  Result<Added> add(std::span<const Document> documents, Moment received_at);

  // The same for taking away; how many there were.
  Result<std::size_t> remove(std::span<const std::string> ids);

 private:
  struct Pieces;  // of a document, as they are kept
  struct Statements {
    SqlStatement find, put, chunks, clear, add, add_vector, remove;
  };
  Writer(Database database, Statements statements, const Embedder* embedder)
      : database_(std::move(database)), sql_(std::move(statements)), embedder_(embedder) {}

  [[nodiscard]] Result<Pieces> pieces_of(const Document& document) const;
  Result<std::optional<std::int64_t>> find(const std::string& id);
  // Its pieces take the places of those before, so that their ids stay dense.
  Result<void> put(const Document& document, const Pieces& pieces, Moment received_at);
  Result<void> put_vectors(std::int64_t number, const Pieces& pieces);

  Database database_;
  Statements sql_;
  const Embedder* embedder_;
};

}  // namespace lightfast::documents
