// What providers sent, as it came: kept beside the events that it became, for people to look at and
// for what events do not say. Nothing else in a store follows from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "tools/store/event.h"

namespace lightfast::store {

struct Payload {
  std::string provider;  // 'github'
  std::string delivery;  // the provider's id of it
  std::string kind;      // as the provider calls it: 'pull_request'
  Moment received_at = {};
  std::int64_t bytes = 0;   // of what was sent
  std::string packed = {};  // it, by pack(); empty where it was not kept
};

// What a delivery of a webhook became, and what it was.
struct Delivery {
  std::vector<Event> events;
  Payload payload;
};

// Deflated (zlib, RFC 1950), or as it is where that is no longer: as SQLite's archives have it, so
// that sqlar_uncompress() of its command line reads it, too.
std::string pack(std::string_view sent);

// What was packed. Corrupt when it is not that.
Result<std::string> unpack(const Payload& payload);

// Numbers of events, all of one delivery that are new.
struct Seqs {
  std::int64_t first = 0, last = 0;
};

// How many there are, and how much they take.
struct Payloads {
  std::int64_t count = 0, bytes = 0;
  std::int64_t without_event = 0;  // which is damage
};
Result<Payloads> payloads_in(const Database& database);

Result<void> add_payload(Database& database, const Payload& payload, const Seqs& became);

// That an event of this id was read from. NotFound when there is no such event, or it has none.
Result<Payload> payload_of(const Database& database, std::string_view event);

// Each says how many were forgotten.
Result<std::int64_t> forget_payloads_before(Database& database, Moment cut);
Result<std::int64_t> forget_payloads_of_forgotten(Database& database);  // events
// As many of the oldest as make the file larger than `bytes`, or all.
Result<std::int64_t> forget_payloads_for_size(Database& database, std::int64_t bytes);

}  // namespace lightfast::store
