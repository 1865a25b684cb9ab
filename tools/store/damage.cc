#include "tools/store/damage.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>

#include <spdlog/fmt/fmt.h>
#include <sqlite3.h>

#include "base/handles.h"
#include "base/iso_time.h"
#include "base/text.h"
#include "tools/store/store.h"

namespace lightfast::store {
namespace {

namespace fs = std::filesystem;

// https://sqlite.org/fileformat.html#the_database_header
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;
constexpr std::size_t kHeader = 100;

using Header = std::array<char, kHeader>;

// By way of SQLite, whatever the file is: this process would lose all its locks of a file that it
// opens and closes beside it (https://sqlite.org/howtocorrupt.html, section 2.2).
bool read_header(const fs::path& file, Header& header) {
  sqlite3* opened = nullptr;
  const int code =
      ::sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const CHandle<sqlite3, ::sqlite3_close_v2> connection(opened);
  if (code != SQLITE_OK) return false;
  sqlite3_file* bytes = nullptr;
  ::sqlite3_file_control(opened, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&bytes));
  if (bytes == nullptr || bytes->pMethods == nullptr) return false;
  return bytes->pMethods->xRead(bytes, header.data(), kHeader, 0) == SQLITE_OK;
}

// Of four bytes, the highest first.
std::int32_t number_at(const Header& header, std::size_t place) {
  std::uint32_t number = 0;
  for (std::size_t i = place; i < place + 4; ++i)
    number = number << 8U | static_cast<unsigned char>(header.at(i));
  return static_cast<std::int32_t>(number);
}

}  // namespace

Result<std::string> damage_of(const Database& database) {
  std::string damage;
  const auto look = [&]() -> Result<void> {
    auto check = TRY(database.prepare("PRAGMA quick_check(1)"));
    return check.run({}, [&damage](const SqlRow& row) {
      if (auto found = row.text(0); found != "ok") damage = std::move(found);
    });
  };
  auto looked = look();
  if (looked) return damage;
  if (looked.error().kind == ErrorKind::Corrupt) return std::move(looked.error().message);
  return std::move(looked).error().during("looking for damage");
}

bool looks_like_store(const fs::path& file, int version) {
  Header header = {};
  if (!read_header(file, header)) return false;
  return std::string_view(header.data(), kMagic.size()) == kMagic &&
         number_at(header, kApplicationIdAt) == kApplicationId &&
         number_at(header, kVersionAt) <= version;
}

Result<fs::path> set_aside(const fs::path& file) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto time = moment_text(now);
  std::erase(time, ':');
  std::erase(time, '-');
  fs::path aside = file.string() + ".damaged-" + time;
  std::error_code failed;
  if (fs::exists(aside, failed))
    return Error{ErrorKind::Unavailable,
                 fmt::format("'{}' is there already", visible_text(aside.string()))};
  for (const auto* part : {"", "-wal", "-shm"}) {
    if (!fs::exists(file.string() + part, failed)) continue;
    fs::rename(file.string() + part, aside.string() + part, failed);
    if (failed)
      return Error{ErrorKind::Unavailable,
                   fmt::format("setting '{}' aside: {}", visible_text(file.string() + part),
                               failed.message())};
  }
  return aside;
}

}  // namespace lightfast::store
