// The numbers of ranking, in one place, each with what speaks for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lightfast::ranking {

// BM25's k1 and b, and what a word counts by them that stands `count` times in a text of `length`
// (bm25_length).
inline constexpr double kSaturation = 1.2, kLengthShare = 0.75;
constexpr double bm25_length(double words, double average) {
  return kLengthShare * words / average + (1 - kLengthShare);
}
constexpr double saturated(double count, double length) {
  return count * (kSaturation + 1) / (count + kSaturation * length);
}

// BM25's weights of the two columns of an index.
inline constexpr double kTitleWeight = 2.0, kBodyWeight = 1.0;

// What counts besides, as parts of a sum with relevance(), for the best rows by that. On pull
// requests of pip (975 questions) it is + 2.3 points of nDCG@10 [1.5, 3.1] over relevance() alone;
// nothing was fitted to pytest (+ 1.4), aiohttp (+ 1.4), setuptools (+ 1.7), synapse (+ 3.4),
// twisted
// (+ 0.9) and LoCoMo's dialogues (+ 2.0, + 4.2 with neighbours). The weights are round: 0.15 to
// 0.4, 0.15 to 0.6, 0.3 to 1.5 and 0.05 to 0.2 do as well. Nothing is gained by a trigram index as
// a part of the score, BM25F, another k1 or b, or by adding min-max-scaled scores instead.
inline constexpr std::size_t kMostReread = 100;    // rows; 30 to 200 is the same
inline constexpr std::size_t kMostOfGroup = 3;     // of them, of one document
inline constexpr std::size_t kMostFast = 20;       // rows, where it has to be quick
inline constexpr std::size_t kMostBody = 2 << 10;  // bytes of a body that are looked at
inline constexpr std::size_t kNear = 3;            // words, of two that stand together
inline constexpr double kPairWeight = 0.2;         // two words of the question stand together
inline constexpr double kSpelledWeight = 0.3;      // a word is spelled as in the question
inline constexpr double kInTitleWeight = 0.6;      // a word stands in the title
inline constexpr double kTrigramWeight = 0.1;      // parts of words are alike
inline constexpr double kTitleTrigramWeight = 4;   // where the body's are 1

// `parse` of a question's `parseUrl`, as a share of the rarity of a word that stands by itself.
// Whole it costs 0.7 points on aiohttp, without it 0.3 are lost on twisted.
inline constexpr double kNamePartWeight = 0.3;

// A word that the index does not have, as a part of a name.
inline constexpr double kPartWeight = 0.7;       // of the rarity of a whole word
inline constexpr std::int64_t kMostParts = 200;  // rows, the newest

// The ladder. Scoring a row costs 1 to 2 us, so that these bound a search to some 40 ms.
inline constexpr std::int64_t kMostScored = 10'000;  // rows of one scan
inline constexpr std::int64_t kMostCounted = 4'096;  // rows looked at to see how common a term is
inline constexpr std::int64_t kMostBoth = 2'000;     // rows with both of two common terms
inline constexpr std::chrono::milliseconds kBothTime{15};  // for finding these

}  // namespace lightfast::ranking
