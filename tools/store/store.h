// store.db: the log of what happened and what follows from it, in one SQLite file that any tool may
// read meanwhile. One thread at a time; of writers one process at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "tools/store/event.h"
#include "tools/store/payload.h"
#include "tools/store/projection.h"
#include "tools/store/word_index.h"
#include "tools/store/writer_lock.h"

namespace lightfast::store {

// Tells stores from other databases: "LFst".
inline constexpr std::int32_t kApplicationId = 0x4C467374;

// How much there is.
struct Stats {
  std::int64_t events = 0, entities = 0, edges = 0;  // the latter two: that are there now
  std::optional<Moment> oldest, newest;              // of the events
  std::map<std::string, std::int64_t> by_source, by_type;
  Payloads payloads;
  std::int64_t bytes = 0;  // of the file
};

// What is wrong with a store: nothing when it is empty.
using Findings = std::vector<std::string>;

class Store {
 public:
  // For reading. NotFound when there is none; Corrupt when it is damaged, or not ours, or of
  // another version: it is left as it is.
  static Result<Store> open(const std::filesystem::path& file);

  // How many of so many are done.
  using Progress = std::function<void(std::int64_t done, std::int64_t all)>;

  // Calls `each` with the events in log order. Stops at its first error.
  Result<void> each_event(const std::function<Result<void>(const Event&)>& each);

  Result<Stats> stats();

  // What the event of this id was read from. NotFound when there is no such event, or none was
  // kept.
  Result<Payload> payload(std::string_view event);

  // For who asks in SQL: schema.sql and projections.sql say what is there.
  [[nodiscard]] Database& database() { return database_; }

  // Looks for damage: of the file, of the index of words, and whether what follows from the log is
  // what is there. Takes seconds for a million events.
  Result<Findings> check(const Progress& progress);

 private:
  friend class StoreWriter;
  Result<std::int64_t> lost_words();
  explicit Store(std::filesystem::path file, Database database)
      : file_(std::move(file)), database_(std::move(database)) {}
  std::filesystem::path file_;
  Database database_;
};

class StoreWriter {
 public:
  // Makes the store when there is none. `purpose` is told to others that want to write meanwhile.
  // When the last writer was killed, the file is looked through, and if it is damaged set aside:
  // notice() tells it. Corrupt otherwise as Store::open() has it.
  static Result<StoreWriter> open(const std::filesystem::path& file, const std::string& purpose);

  // What whoever owns the store must hear; empty when there is nothing.
  [[nodiscard]] const std::string& notice() const { return notice_; }

  struct Added {
    std::size_t taken = 0, duplicates = 0;
  };
  // Has all of them on disk, or none, when it returns. Of two with one id the first counts.
  Result<Added> add(std::span<const Event> events, Moment received_at);
  // The same of deliveries; the payload of one that says nothing new is not kept.
  Result<Added> add(std::span<const Delivery> deliveries, Moment received_at);

  // Makes what follows from the log anew, in one transaction: the rows become the same.
  Result<void> rebuild(const Store::Progress& progress);

  struct Retention {
    std::optional<Moment> since = {};  // what happened before is forgotten
    // And so much of the oldest that the rest has about this: of payloads, and then of events.
    std::optional<std::int64_t> bytes = {};
    std::optional<Moment> payloads_since = {};  // payloads received before are forgotten
  };
  struct Forgotten {
    std::int64_t events = 0, payloads = 0;
  };
  // After so many events were added: where they are much of the store, and the disk has room for
  // it, puts the file in order, which is a twelfth smaller then and quicker to read. Whether it
  // was worth it. Readers go on meanwhile.
  Result<bool> settle(std::size_t added);

  // Forgets what is not to be retained, in one transaction, and then gives the disk back what is
  // not used: an error says when that alone has failed. It takes the store's size twice, beside it
  // and where temporary files go. What follows from what is forgotten is kept, and payloads go with
  // their events.
  Result<Forgotten> compact(const Retention& retention, const Store::Progress& progress);

  [[nodiscard]] Store& store() { return store_; }

 private:
  StoreWriter(WriterLock lock, Store store, Projection projection, WordIndex words,
              SqlStatement insert)
      : lock_(std::move(lock)),
        store_(std::move(store)),
        projection_(std::move(projection)),
        words_(std::move(words)),
        insert_(std::move(insert)) {}

  struct AddedSeqs {
    Added count;
    Seqs seqs;  // of those that were taken
  };
  Result<AddedSeqs> add_all(std::span<const Event> events, std::int64_t received_at);
  Result<void> forget_before(Moment cut, const Store::Progress& progress, Forgotten& forgotten);
  Result<void> shrink();
  Result<bool> insert_event(const Event& event, std::int64_t received_at);

  static Result<std::string> set_aside_if_damaged(const std::filesystem::path& file);

  WriterLock lock_;
  std::string notice_;
  Store store_;
  Projection projection_;
  WordIndex words_;
  SqlStatement insert_;
};

}  // namespace lightfast::store
