// A store's file that is damaged, and its bytes, which are kept.
#pragma once

#include <filesystem>
#include <string>

#include "base/database.h"
#include "base/result.h"

namespace lightfast::store {

// What is wrong with the file of a database; empty when nothing is. Reads all of it. An error when
// that cannot be found out now: then it may be whole.
Result<std::string> damage_of(const Database& database);

// Whether a file begins as a store's does, of `version` or an earlier one, whatever follows.
bool looks_like_store(const std::filesystem::path& file, int version);

// Renames a store's file, and those that SQLite has beside it, to one beside it that tells since
// when. For the holder of the writer lock. Its new name.
Result<std::filesystem::path> set_aside(const std::filesystem::path& file);

}  // namespace lightfast::store
