// One connection for reading a store, with the statements that were prepared on it. One thread at a
// time; it never holds up who writes.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "base/database.h"
#include "base/result.h"
#include "tools/store/store.h"

namespace lightfast::store {

// In a statement, of a row of `entity` or `edge`: it is believed now.
#define LIGHTFAST_STORE_BELIEVED "known_to IS NULL"

class Reader {
 public:
  static Result<Reader> open(const std::filesystem::path& file);

  // Runs `sql`, which is prepared at its first use. Corrupt, with what to do, when the file is
  // damaged.
  Result<void> run(std::string_view sql, std::initializer_list<SqlValue> values,
                   const SqlStatement::EachRow& each);
  // The same until `each` says false.
  Result<void> run_while(std::string_view sql, std::initializer_list<SqlValue> values,
                         const SqlStatement::WhileRow& each);

  // Between the two, all that is read is of one moment.
  Result<void> begin();
  void end();

  [[nodiscard]] Store& store() { return store_; }

 private:
  explicit Reader(Store store) : store_(std::move(store)) {}
  Result<SqlStatement*> statement(std::string_view sql);

  Store store_;
  std::map<std::string, SqlStatement, std::less<>> statements_;  // by their text
};

}  // namespace lightfast::store
