// One SQLite database file of ours and its prepared statements. One thread at a time. Others may
// use it meanwhile: Unavailable is an error while they are in the way, Internal one of the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lightfast {

// Bytes that are no text: a BLOB.
struct SqlBytes {
  std::string_view bytes;
};

// What stands for a parameter; text and bytes are looked at while the statement runs.
using SqlValue = std::variant<std::nullptr_t, std::int64_t, std::string_view, SqlBytes>;

// A row of a result, while it is being looked at. Columns count from 0; a NULL is 0 and "".
class SqlRow {
 public:
  explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  // The same without a copy, until the next row.
  [[nodiscard]] std::string_view view(int column) const;

 private:
  sqlite3_stmt* statement_;
};

struct SqlStatementEnd {
  void operator()(sqlite3_stmt* statement) const;
};

// Prepared once, run any number of times.
class SqlStatement {
 public:
  SqlStatement() = default;  // to be prepared before it is run

  using EachRow = std::function<void(const SqlRow&)>;

  // Runs it to its end with `values` for its parameters, in their order.
  Result<void> run(std::initializer_list<SqlValue> values = {}, const EachRow& each = {});

  // The same until `each` says false: later rows are not even looked for, as far as the order of an
  // index allows. `each` may run other statements.
  using WhileRow = std::function<bool(const SqlRow&)>;
  Result<void> run_while(std::initializer_list<SqlValue> values, const WhileRow& each);

 private:
  friend class Database;
  explicit SqlStatement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, SqlStatementEnd> statement_;
};

class Database {
 public:
  struct Options {
    std::int32_t application_id;  // tells our files from others
    int version;                  // of the schema: user_version
    const char* schema;           // makes an empty database one of that version
    int oldest_read = 0;          // open_for_reading() takes those from this version on; 0: of none
    // Makes one of version 1 one of version 2, and so on.
    std::span<const char* const> upgrades = {};
    // What else an upgrade from a version takes; within the same transaction.
    Result<void> (*finish_upgrade)(Database& database, std::int64_t from) = nullptr;
  };

  // Opens the file, or makes it with mode 0600, as root for the owner of its directory: a
  // write-ahead log, and what was committed is on
  // disk when that returns. Corrupt when it is damaged, not of this application or of a later
  // version: it is left as it is, and the message says so.
  static Result<Database> open(const std::filesystem::path& file, const Options& options);

  // The same for reading alone; nothing is made. NotFound when there is no such file, Corrupt also
  // when it is of an earlier version than that takes.
  static Result<Database> open_for_reading(const std::filesystem::path& file,
                                           const Options& options);

  [[nodiscard]] Result<SqlStatement> prepare(const char* sql) const;
  // The same of several.
  struct Preparation {
    SqlStatement& statement;
    const char* sql;
  };
  [[nodiscard]] Result<void> prepare_all(std::initializer_list<Preparation> all) const;
  // Several statements without parameters.
  Result<void> run(const char* sql);

  // How many rows the last statement changed, inserted or removed.
  [[nodiscard]] std::int64_t changes() const;
  // The rowid of the last row that was inserted.
  [[nodiscard]] std::int64_t last_number() const;
  // For who needs more of SQLite than is here; it stays this object's.
  [[nodiscard]] sqlite3* handle() const { return connection_.get(); }
  // Another number after each commit of another connection.
  [[nodiscard]] Result<std::int64_t> data_version();

 private:
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  static Result<Database> connect(const std::filesystem::path& file, int flags);
  // Whether nothing is made in it yet. Corrupt when it is another program's.
  Result<bool> is_new(const Options& options);
  Result<void> make_ours(const Options& options);
  Result<void> check_ours(const Options& options);
  Result<void> upgrade(const Options& options, std::int64_t version);
  Result<std::int64_t> ask(const char* sql);

  std::unique_ptr<sqlite3, Closer> connection_;
};

// While it lives, what runs on a connection ends with Timeout once `end` has come, or when it is
// cancelled; checked every few microseconds of work. One may be made while another one lives, of
// the same connection and thread: then it stands for both.
class SqlDeadline {
 public:
  SqlDeadline(const Database& database, std::chrono::steady_clock::time_point end,
              std::stop_token cancelled);
  ~SqlDeadline();
  SqlDeadline(const SqlDeadline&) = delete;
  SqlDeadline& operator=(const SqlDeadline&) = delete;

 private:
  static int is_over(void* deadline);
  void watch();

  sqlite3* const connection_;
  SqlDeadline* const outer_;
  const std::chrono::steady_clock::time_point end_;
  const std::stop_token cancelled_;
};

// What is written from here on is written whole or not at all: it is undone at the end unless it
// was committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  // What is read while it lives is of one moment, that of the first look.
  static Result<Transaction> begin_reading(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace lightfast
