#include "base/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <spdlog/fmt/fmt.h>
#include <sqlite3.h>

#include "base/handles.h"
#include "base/text.h"

namespace lightfast {
namespace {

constexpr int kPatience = 5000;  // ms for another connection's transaction

// Another connection's work passes by itself, and so may a want of memory; nothing else does.
ErrorKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
      return ErrorKind::Unavailable;
    case SQLITE_FULL:
      return ErrorKind::LimitExceeded;
    case SQLITE_INTERRUPT:
      return ErrorKind::Timeout;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::Corrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return ErrorKind::PermissionDenied;
    default:
      return ErrorKind::Internal;
  }
}

// That a disk is full SQLite knows of ENOSPC alone, not of a quota or of the largest size of a
// file; sqlite3_system_errno() does not tell of a write when committing.
Error sqlite_error(sqlite3* connection) {
  const int why = errno;
  const int code = ::sqlite3_extended_errcode(connection);
  const char* const message = ::sqlite3_errmsg(connection);
  const bool is_full = (code & 0xFF) == SQLITE_IOERR && (why == EDQUOT || why == EFBIG);
  return is_full ? errno_error(ErrorKind::LimitExceeded, message, why)
                 : Error{kind_of(code), message};
}

int bind(sqlite3_stmt* statement, int place, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return ::sqlite3_bind_int64(statement, place, *number);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return ::sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<SqlBytes>(&value)) {
    return ::sqlite3_bind_blob64(statement, place, blob->bytes.data(), blob->bytes.size(),
                                 SQLITE_STATIC);
  }
  return ::sqlite3_bind_null(statement, place);
}

// SQLite would make it readable for others, as far as the umask goes. What root makes belongs to
// the owner of the directory; of an existing database's helper files SQLite sees to that itself.
Result<void> make_private(const std::filesystem::path& file) {
  const UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) return errno == EEXIST ? Result<void>() : errno_error("making it", errno);
  struct stat directory = {};
  const bool is_given =
      ::geteuid() != 0 || (::stat(file.parent_path().c_str(), &directory) == 0 &&
                           ::fchown(made.get(), directory.st_uid, directory.st_gid) == 0);
  return is_given ? Result<void>() : errno_error("giving it to the directory's owner", errno);
}

}  // namespace

std::int64_t SqlRow::number(int column) const { return ::sqlite3_column_int64(statement_, column); }

double SqlRow::real(int column) const { return ::sqlite3_column_double(statement_, column); }

std::string SqlRow::text(int column) const { return std::string(view(column)); }

std::string_view SqlRow::view(int column) const {
  const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement_, column));
  const auto length = ::sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string_view()
                          : std::string_view(bytes, static_cast<std::size_t>(length));
}

void SqlStatementEnd::operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }

Result<void> SqlStatement::run(std::initializer_list<SqlValue> values, const EachRow& each) {
  return run_while(values, [&each](const SqlRow& row) {
    if (each) each(row);
    return true;
  });
}

Result<void> SqlStatement::run_while(std::initializer_list<SqlValue> values, const WhileRow& each) {
  int place = 0;
  int code = SQLITE_OK;
  for (const auto& value : values) {
    code = bind(statement_.get(), ++place, value);
    if (code != SQLITE_OK) break;
  }
  if (code == SQLITE_OK) code = ::sqlite3_step(statement_.get());
  for (; code == SQLITE_ROW; code = ::sqlite3_step(statement_.get())) {
    if (each(SqlRow(statement_.get()))) continue;
    code = SQLITE_DONE;
    break;
  }
  auto result = code == SQLITE_DONE
                    ? Result<void>()
                    : Result<void>(sqlite_error(::sqlite3_db_handle(statement_.get())));
  ::sqlite3_reset(statement_.get());
  ::sqlite3_clear_bindings(statement_.get());
  return result;
}

void Database::Closer::operator()(sqlite3* connection) const { ::sqlite3_close_v2(connection); }

Result<Database> Database::connect(const std::filesystem::path& file, int flags) {
  sqlite3* connection = nullptr;
  const int code = ::sqlite3_open_v2(file.c_str(), &connection,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) return sqlite_error(connection);
  ::sqlite3_busy_timeout(connection, kPatience);
  return database;
}

Result<Database> Database::open(const std::filesystem::path& file, const Options& options) {
  const auto doing = fmt::format("opening database '{}'", visible_text(file.string()));
  TRY(make_private(file).during(doing));
  auto database = TRY(connect(file, SQLITE_OPEN_READWRITE).during(doing));
  TRY(database.make_ours(options).during(doing));
  return database;
}

// In a directory that may not be written SQLite could not make the files beside a write-ahead log.
Result<Database> Database::open_for_reading(const std::filesystem::path& file,
                                            const Options& options) {
  const auto doing = fmt::format("opening database '{}'", visible_text(file.string()));
  std::error_code failed;
  if (!std::filesystem::exists(file, failed))
    return Error{ErrorKind::NotFound, doing + ": there is none"};
  if (!std::filesystem::is_regular_file(file, failed))
    return Error{ErrorKind::Corrupt, doing + ": it is no file"};
  auto database = TRY(connect(file, SQLITE_OPEN_READONLY).during(doing));
  TRY(database
          .run("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16384;"
               "PRAGMA temp_store = MEMORY;")
          .during(doing));
  TRY(database.check_ours(options).during(doing));
  return database;
}

Result<bool> Database::is_new(const Options& options) {
  const auto version = TRY(ask("PRAGMA user_version"));
  const auto tables = TRY(ask("SELECT count(*) FROM sqlite_schema"));
  const auto id = TRY(ask("PRAGMA application_id"));
  if (id == options.application_id) return false;
  if (id == 0 && version == 0 && tables == 0) return true;
  return Error{ErrorKind::Corrupt, "it is another program's"};
}

// Looks before it sets anything, for a write-ahead log changes the file. Rows of events take
// hundreds of bytes: a larger page has less left over. A confined server may make no temporary
// files. Two processes may find an empty file at the same time: the second finds it made.
Result<void> Database::make_ours(const Options& options) {
  TRY(is_new(options));
  TRY(
      run("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA "
          "foreign_keys = ON; PRAGMA temp_store = MEMORY;"));
  auto transaction = TRY(Transaction::begin(*this));
  const bool is_new = TRY(this->is_new(options));
  const auto version = TRY(ask("PRAGMA user_version"));
  if (version > options.version) {
    return Error{ErrorKind::Corrupt,
                 fmt::format("it was made by a later version of lightfast (schema {}, this one "
                             "knows {})",
                             version, options.version)};
  }
  if (!is_new && version == options.version) return {};
  TRY(is_new ? run(options.schema) : upgrade(options, version));
  TRY(run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                      options.application_id, options.version)
              .c_str()));
  return transaction.commit();
}

Result<void> Database::check_ours(const Options& options) {
  const auto id = TRY(ask("PRAGMA application_id"));
  const auto version = TRY(ask("PRAGMA user_version"));
  if (id != options.application_id) return Error{ErrorKind::Corrupt, "it is another program's"};
  const auto oldest = options.oldest_read == 0 ? options.version : options.oldest_read;
  if (version >= oldest && version <= options.version) return {};
  return Error{ErrorKind::Corrupt,
               version > options.version
                   ? fmt::format("it was made by a later version of lightfast (schema {}, this one "
                                 "knows {})",
                                 version, options.version)
                   : fmt::format("it is of an earlier version (schema {}, this one is {}), which "
                                 "the next write brings up to date",
                                 version, options.version)};
}

Result<void> Database::upgrade(const Options& options, std::int64_t version) {
  if (version < 1) return Error{ErrorKind::Corrupt, "it does not say of which version it is"};
  for (const auto* const upgrade : options.upgrades.subspan(static_cast<std::size_t>(version - 1)))
    TRY(run(upgrade));
  return options.finish_upgrade == nullptr ? Result<void>()
                                           : options.finish_upgrade(*this, version);
}

Result<std::int64_t> Database::ask(const char* sql) {
  auto statement = TRY(prepare(sql));
  std::int64_t answer = 0;
  TRY(statement.run({}, [&](const SqlRow& row) { answer = row.number(0); }));
  return answer;
}

Result<SqlStatement> Database::prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
  if (code != SQLITE_OK) return sqlite_error(connection_.get());
  return SqlStatement(statement);
}

Result<void> Database::prepare_all(std::initializer_list<Preparation> all) const {
  for (const auto& each : all) each.statement = TRY(prepare(each.sql));
  return {};
}

Result<void> Database::run(const char* sql) {
  const int code = ::sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(connection_.get());
  return {};
}

std::int64_t Database::changes() const { return ::sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_number() const {
  return ::sqlite3_last_insert_rowid(connection_.get());
}

Result<std::int64_t> Database::data_version() { return ask("PRAGMA data_version"); }

namespace {
thread_local SqlDeadline* innermost = nullptr;  // of this thread
}

SqlDeadline::SqlDeadline(const Database& database, std::chrono::steady_clock::time_point end,
                         std::stop_token cancelled)
    : connection_(database.handle()),
      outer_(innermost),
      end_(end),
      cancelled_(std::move(cancelled)) {
  watch();
}

SqlDeadline::~SqlDeadline() {
  ::sqlite3_progress_handler(connection_, 0, nullptr, nullptr);
  innermost = outer_;
  if (outer_ != nullptr) outer_->watch();
}

void SqlDeadline::watch() {
  constexpr int kBetweenLooks = 400;  // instructions of SQLite's
  innermost = this;
  ::sqlite3_progress_handler(connection_, kBetweenLooks, is_over, this);
}

int SqlDeadline::is_over(void* deadline) {
  const auto& own = *static_cast<const SqlDeadline*>(deadline);
  if (own.cancelled_.stop_requested() || std::chrono::steady_clock::now() >= own.end_) return 1;
  return own.outer_ != nullptr ? is_over(own.outer_) : 0;
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Result<Transaction> Transaction::begin_reading(Database& database) {
  TRY(database.run("BEGIN"));
  return Transaction(database);
}

// One that failed may have been rolled back already; then there is nothing to undo.
Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace lightfast
