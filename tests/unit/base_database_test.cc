#include <sys/resource.h>

#include <csignal>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "base/database.h"
#include "temp_directory.h"

namespace lightfast {
namespace {

using test::TempDirectory;

TEST_CASE("what another connection is in the way of is told from what fails", "[database]") {
  const TempDirectory here;
  auto opened =
      Database::open(here / "x.db", {.application_id = 7, .version = 1, .schema = "SELECT 1"});
  REQUIRE(opened.has_value());
  const auto fail = [](sqlite3_context* context, int, sqlite3_value** values) {
    ::sqlite3_result_error_code(context, ::sqlite3_value_int(values[0]));
  };
  REQUIRE(::sqlite3_create_function(opened->handle(), "fail", 1, SQLITE_UTF8, nullptr, fail,
                                    nullptr, nullptr) == SQLITE_OK);
  auto select = opened->prepare("SELECT fail(?1)");
  REQUIRE(select.has_value());
  const auto [code, kind] = GENERATE(table<int, ErrorKind>({
      {SQLITE_BUSY, ErrorKind::Unavailable},
      {SQLITE_BUSY_SNAPSHOT, ErrorKind::Unavailable},
      {SQLITE_LOCKED, ErrorKind::Unavailable},
      {SQLITE_IOERR, ErrorKind::Internal},
      {SQLITE_IOERR_WRITE, ErrorKind::Internal},
      {SQLITE_ERROR, ErrorKind::Internal},
      {SQLITE_CONSTRAINT, ErrorKind::Internal},
      {SQLITE_FULL, ErrorKind::LimitExceeded},
      {SQLITE_CORRUPT, ErrorKind::Corrupt},
      {SQLITE_READONLY, ErrorKind::PermissionDenied},
  }));
  CAPTURE(code);
  const auto done = select->run({std::int64_t{code}});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().kind == kind);
}

TEST_CASE("a file that may not grow is a full disk", "[database]") {
  const TempDirectory here;
  auto opened = Database::open(here / "x.db",
                               {.application_id = 7, .version = 1, .schema = "CREATE TABLE x (y)"});
  REQUIRE(opened.has_value());
  struct rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const struct rlimit small = {.rlim_cur = 1 << 20, .rlim_max = before.rlim_max};
  auto* const handler = ::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto done = opened->run("INSERT INTO x VALUES (zeroblob(2000000))");
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().kind == ErrorKind::LimitExceeded);
  CHECK(done.error().message == "disk I/O error: File too large");
}

}  // namespace
}  // namespace lightfast
