#include "tools/store/payload.h"

#include <zlib.h>

#include <chrono>
#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "tools/store/retention.h"

namespace lightfast::store {
namespace {

constexpr std::int64_t kMostBytes = 1LL << 30;  // far beyond what a provider may send

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

Bytef* bytes_of(std::string& text) { return reinterpret_cast<Bytef*>(text.data()); }

// A store of version 2 has none.
Result<bool> has_table(const Database& database) {
  bool found = false;
  auto find = TRY(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'payload'"));
  TRY(find.run({}, [&found](const SqlRow& /*row*/) { found = true; }));
  return found;
}

}  // namespace

std::string pack(std::string_view sent) {
  uLongf size = ::compressBound(sent.size());
  std::string packed(size, '\0');
  const int code = ::compress(bytes_of(packed), &size, bytes_of(sent), sent.size());
  if (code != Z_OK || size >= sent.size()) return std::string(sent);
  packed.resize(size);
  return packed;
}

Result<std::string> unpack(const Payload& payload) {
  if (std::cmp_equal(payload.packed.size(), payload.bytes)) return payload.packed;
  const Error broken{ErrorKind::Corrupt, "the payload is damaged: it does not unpack"};
  if (payload.bytes < 0 || payload.bytes > kMostBytes) return broken;
  std::string sent(static_cast<std::size_t>(payload.bytes), '\0');
  uLongf size = sent.size();
  const int code =
      ::uncompress(bytes_of(sent), &size, bytes_of(payload.packed), payload.packed.size());
  if (code != Z_OK || size != sent.size()) return broken;
  return sent;
}

Result<Payloads> payloads_in(const Database& database) {
  Payloads payloads;
  if (!TRY(has_table(database))) return payloads;
  auto count = TRY(
      database.prepare("SELECT count(*), sum(length(body)), sum(NOT EXISTS (SELECT 1 FROM events"
                       " WHERE events.seq = payload.seq)) FROM payload"));
  TRY(count.run({}, [&payloads](const SqlRow& row) {
    payloads = {.count = row.number(0), .bytes = row.number(1), .without_event = row.number(2)};
  }));
  return payloads;
}

Result<void> add_payload(Database& database, const Payload& payload, const Seqs& became) {
  auto insert = TRY(database.prepare(
      "INSERT INTO payload (seq, first, provider, delivery, kind, received_at, bytes, body)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  return insert.run({became.last, became.first, payload.provider, payload.delivery, payload.kind,
                     std::int64_t{payload.received_at.time_since_epoch().count()}, payload.bytes,
                     SqlBytes{payload.packed}});
}

Result<Payload> payload_of(const Database& database, std::string_view event) {
  const auto doing = fmt::format("looking for what event '{}' was read from",
                                 visible_line(event.substr(0, kMaxId)));
  std::optional<std::int64_t> seq;
  auto find = TRY(database.prepare("SELECT seq FROM events WHERE id = ?"));
  TRY(find.run({event}, [&seq](const SqlRow& row) { seq = row.number(0); }));
  if (!seq) return Error{ErrorKind::NotFound, doing + ": there is no event of this id"};
  const Error none{ErrorKind::NotFound,
                   doing + ": none is kept; it was imported, or its payload was forgotten"};
  if (!TRY(has_table(database))) return none;
  std::optional<Payload> payload;
  auto select = TRY(database.prepare(
      "SELECT provider, delivery, kind, received_at, bytes, body FROM (SELECT * FROM payload"
      " WHERE seq >= ?1 ORDER BY seq LIMIT 1) WHERE first <= ?1"));
  TRY(select.run({*seq}, [&payload](const SqlRow& row) {
    payload = {.provider = row.text(0),
               .delivery = row.text(1),
               .kind = row.text(2),
               .received_at = Moment(std::chrono::milliseconds(row.number(3))),
               .bytes = row.number(4),
               .packed = row.text(5)};
  }));
  if (payload) return *std::move(payload);
  return none;
}

Result<std::int64_t> forget_payloads_before(Database& database, Moment cut) {
  auto remove = TRY(database.prepare("DELETE FROM payload WHERE received_at < ?"));
  TRY(remove.run({std::int64_t{cut.time_since_epoch().count()}}));
  return database.changes();
}

// The last event of a payload has the number that no later event is given.
Result<std::int64_t> forget_payloads_of_forgotten(Database& database) {
  TRY(database.run("DELETE FROM payload WHERE seq NOT IN (SELECT seq FROM events)"));
  return database.changes();
}

// The rows themselves, and pages that are not full, make it a little more than the bodies.
Result<std::int64_t> forget_payloads_for_size(Database& database, std::int64_t bytes) {
  auto remove = TRY(
      database.prepare("DELETE FROM payload WHERE seq IN (SELECT seq FROM (SELECT seq,"
                       " sum(length(body)) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND"
                       " 1 PRECEDING) AS before FROM payload) WHERE ifnull(before, 0) < ?)"));
  std::int64_t forgotten = 0;
  while (true) {
    const auto excess = TRY(used_bytes(database)) - bytes;
    if (excess <= 0) return forgotten;
    TRY(remove.run({excess}));
    if (database.changes() == 0) return forgotten;
    forgotten += database.changes();
  }
}

}  // namespace lightfast::store
