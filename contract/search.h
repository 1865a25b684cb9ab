// `search`: what the organisation knows, from what is local and from all time, in one list.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.h"
#include "base/json.h"
#include "base/result.h"
#include "contract/procedure.h"

namespace lightfast::contract {

// The declaration: schemas, description, and how a result is shown.
Procedure search_procedure();

// Bounds and defaults of the input, which the schema states.
inline constexpr std::size_t kMaxQueryBytes = 4096;
inline constexpr int kDefaultResults = 10;
inline constexpr int kMaxResults = 100;
inline constexpr int kMaxOffset = 10'000;
inline constexpr std::chrono::milliseconds kDefaultSearchWait{1500};
inline constexpr std::chrono::milliseconds kMaxSearchWait{10'000};

enum class SearchMode { Fast, Balanced };

struct SearchRequest {
  std::string query;
  int limit = kDefaultResults;
  int offset = 0;
  SearchMode mode = SearchMode::Balanced;
  std::vector<std::string> sources = {}, types = {};  // empty: all
  std::optional<Moment> after = {}, before = {};      // when it happened: from, until before
  std::chrono::milliseconds wait = kDefaultSearchWait;

  bool operator==(const SearchRequest&) const = default;
};

// InvalidArgument names the field that is no time. `input` has passed the input schema.
Result<SearchRequest> search_request(const Json& input);
// As search_request() reads it.
Json to_json(const SearchRequest& request);

// Where a result is from: `store` is local, `memory` asked for over the network.
enum class Tier { Store, Memory, Both };

struct SearchResult {
  std::string id;  // of the event
  std::string title, snippet;
  double score = 0;  // of this answer alone: from 0 to 1, larger is better
  std::string source, type;
  std::optional<std::string> url = {};
  std::optional<Moment> occurred_at = {};
  Tier tier = Tier::Store;
  std::string reason = {};                  // why it is here, in a few words
  std::optional<std::string> subject = {};  // the entity that it is about, where that is known

  bool operator==(const SearchResult&) const = default;
};

// How it went with one tier. `Cached`: an earlier answer; `Open`: it failed so often that it was
// not asked; `Skipped`: nothing was to be had of it; `Off`: there is none.
enum class TierState { Ok, Timeout, Error, Open, Cached, Skipped, Off };
std::string_view state_text(TierState state);

struct TierReport {
  TierState state = TierState::Off;
  std::chrono::milliseconds took{};
  std::int64_t count = 0;  // of results it gave, of which the answer shows some
  std::optional<std::chrono::seconds> age = {};  // of a Cached answer
  std::string why = {};                          // one line where there is something to say

  bool operator==(const TierReport&) const = default;
};

struct SearchAnswer {
  std::vector<SearchResult> results;
  std::int64_t total = 0;
  bool partial = false;  // a tier that was asked gave less than it has
  TierReport store, memory;
};

// The answer as the output schema has it.
Json to_json(const SearchAnswer& answer, const RequestId& request);

// What another server's answer to `search` says; what is unknown in it is passed over. Corrupt when
// it is not one.
Result<SearchAnswer> search_answer(const Json& output);

}  // namespace lightfast::contract
