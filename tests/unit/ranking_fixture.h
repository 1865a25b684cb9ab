// A small index of words for tests of ranking.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "base/database.h"
#include "tests/unit/temp_directory.h"
#include "tools/ranking/candidates.h"
#include "tools/ranking/query.h"
#include "tools/ranking/words.h"

namespace lightfast::ranking::test {

class Index {
 public:
  Index() {
    auto opened = Database::open(
        here_ / "index.db",
        {.application_id = 1,
         .version = 1,
         .schema =
             "CREATE VIRTUAL TABLE t USING fts5 (title, body, content = '',"
             " tokenize = 'porter unicode61 remove_diacritics 2');"
             "CREATE VIRTUAL TABLE n USING fts5 (names, content = '', tokenize = 'trigram');"});
    REQUIRE(opened.has_value());
    database_.emplace(*std::move(opened));
    words_.emplace(Words::stems(*database_).value());
    finder_.emplace(CandidateFinder::open(*database_, "t", "n").value());
  }

  void add(std::int64_t row, std::string_view title, std::string_view body) const {
    auto insert = database_->prepare("INSERT INTO t (rowid, title, body) VALUES (?, ?, ?)");
    REQUIRE(insert->run({row, title, body}));
    auto name = database_->prepare("INSERT INTO n (rowid, names) VALUES (?, ?)");
    REQUIRE(name->run({row, body}));
  }

  // Many rows at once, faster.
  void add_all(std::int64_t rows, const std::function<std::string(std::int64_t row)>& body) {
    auto transaction = Transaction::begin(*database_);
    for (std::int64_t row = 1; row <= rows; ++row) add(row, "", body(row));
    REQUIRE(transaction->commit());
  }

  [[nodiscard]] Result<Candidates> find(
      std::string_view query, std::chrono::milliseconds time = std::chrono::seconds(60)) const {
    return finder_->find(terms_of(query, *words_), std::chrono::steady_clock::now() + time, {});
  }

  [[nodiscard]] const Words& words() const { return *words_; }
  [[nodiscard]] Database& database() const { return *database_; }

 private:
  lightfast::test::TempDirectory here_;
  mutable std::optional<Database> database_;
  std::optional<Words> words_;
  mutable std::optional<CandidateFinder> finder_;
};

}  // namespace lightfast::ranking::test
