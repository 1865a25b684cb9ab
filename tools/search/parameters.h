// The numbers of search that are not of ranking by words (tools/ranking/parameters.h), in one
// place, each with what speaks for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lightfast::search {

// What an answer holds: ten results stay below 16 KiB of JSON.
inline constexpr std::size_t kMostTitle = 200, kMostSnippet = 400;  // bytes
inline constexpr std::size_t kMostUrl = 300, kMostReason = 120;

// What is next to a hit on the same subject gains this share of what that has over the least one of
// those that were read: + 2.6 points of nDCG@10
// on dialogues.
inline constexpr double kSpread = 0.3;

// Of the first so many results at most so many are about one subject.
inline constexpr std::size_t kFirstResults = 10, kMostOfSubject = 3;

// The two tiers' scores, each scaled to its best, are added with these weights.
inline constexpr double kLocalWeight = 0.5, kMemoryWeight = 0.5;

// Where the best of long-term memory have more of the question's words than the best local ones,
// the local tier counts less, this much at least. The other way round nothing is taken off, for
// memory may find by meaning.
inline constexpr double kLeastLocalPart = 0.4;
inline constexpr std::size_t kBestLooked = 3;

// What of its score a result loses for each place down its list.
inline constexpr double kStep = 0.001;
inline constexpr std::size_t kMostSteps = 100;

// Where the question asks for what is new, a score halves towards its least part in this time.
inline constexpr std::chrono::hours kFreshHalfLife{72};
inline constexpr double kLeastFresh = 0.5;
inline constexpr double kWantedKindWeight = 1.25;  // of what is of a kind that the question names

// However short the wait: what is local is there at once.
inline constexpr std::chrono::milliseconds kLeastLocal{150};

inline constexpr std::size_t kMostNamed = 8;          // words of a question that are looked up
inline constexpr std::size_t kMostOfHandle = 100;     // events of one entity
inline constexpr std::size_t kMostListed = 200;       // of a list of the newest
inline constexpr std::size_t kMostLookedAt = 20'000;  // events, for those that filters let through

}  // namespace lightfast::search
