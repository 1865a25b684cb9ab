#include "tools/store/damage.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <system_error>

#include <spdlog/fmt/fmt.h>

#include "base/iso_time.h"
#include "base/text.h"
#include "tools/store/store.h"

namespace lightfast::store {
namespace {

namespace fs = std::filesystem;

// https://sqlite.org/fileformat.html#the_database_header
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kApplicationIdAt = 68;
constexpr std::size_t kHeader = 100;

}  // namespace

std::string damage_of(const Database& database) {
  auto look = database.prepare("PRAGMA quick_check(1)");
  if (!look) return look.error().message;
  std::string damage;
  const auto looked = look->run({}, [&damage](const SqlRow& row) {
    if (auto found = row.text(0); found != "ok") damage = std::move(found);
  });
  return looked ? damage : looked.error().message;
}

bool looks_like_store(const fs::path& file) {
  std::array<char, kHeader> header = {};
  std::ifstream in(file, std::ios::binary);
  if (!in.read(header.data(), header.size())) return false;
  const auto byte = [&header](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(header.at(kApplicationIdAt + i)));
  };
  const auto id = byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
  return std::string_view(header.data(), kMagic.size()) == kMagic &&
         id == static_cast<std::uint32_t>(kApplicationId);
}

Result<fs::path> set_aside(const fs::path& file) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto time = moment_text(now);
  std::erase(time, ':');
  std::erase(time, '-');
  const fs::path aside = file.string() + ".damaged-" + time;
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
