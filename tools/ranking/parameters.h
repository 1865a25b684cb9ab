// The numbers of ranking, in one place, each with what speaks for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lightfast::ranking {

// BM25's weights of the two columns of an index.
inline constexpr double kTitleWeight = 2.0, kBodyWeight = 1.0;

// What counts besides, as parts of a sum with relevance(), for the best rows by that.
inline constexpr std::size_t kMostReread = 200;    // rows
inline constexpr std::size_t kMostBody = 4 << 10;  // bytes of a body that are looked at
inline constexpr std::size_t kNear = 3;            // words of two that stand together
inline constexpr double kPairWeight = 0.2;         // two words of the question stand together
inline constexpr double kExactWeight = 0.3;        // a word is spelled as in the question
inline constexpr double kInTitleWeight = 0.6;      // a word stands in the title

// A word that the index does not have, as a part of a name.
inline constexpr double kPartWeight = 0.7;       // of the rarity of a whole word
inline constexpr std::int64_t kMostParts = 200;  // rows, the newest

// The ladder. Scoring a row costs 1 to 2 us, so that these bound a search to some 40 ms.
inline constexpr std::int64_t kMostScored = 16'000;  // rows of one scan
inline constexpr std::int64_t kMostCounted = 4'096;  // rows looked at to see how common a term is
inline constexpr std::int64_t kMostBoth = 2'000;     // rows with both of two common terms
inline constexpr std::chrono::milliseconds kBothTime{15};  // for finding these

}  // namespace lightfast::ranking
