// What tells our files from others, and their schema: the text of documents.sql, embedded when the
// program is built.
#pragma once

#include <cstdint>

namespace lightfast::documents {

inline constexpr std::int32_t kApplicationId = 0x4C466D65;  // "LFme"
inline constexpr int kVersion = 1;
extern const char* const documents_sql;

}  // namespace lightfast::documents
