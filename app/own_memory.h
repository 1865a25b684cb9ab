// What an organisation remembers: its store of events, and long-term memory, where it has one.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "app/settings.h"
#include "base/result.h"
#include "tools/memory/long_term.h"
#include "tools/store/readers.h"

namespace lightfast {

// Makes what asks an organisation's long-term memory, or nothing where it has none. It may make
// what it needs in the data directory, but asks nothing yet. Empty in the program that speaks no
// HTTP.
using LongTermMaker = std::function<Result<std::unique_ptr<memory::LongTerm>>(
    const OrgSettings& own, const Settings& common)>;

class OwnMemory {
 public:
  static Result<std::unique_ptr<OwnMemory>> open(const OrgSettings& own, const Settings& common,
                                                 const LongTermMaker& make_long_term);

  // There may be no store yet.
  [[nodiscard]] store::Readers& readers() { return readers_; }
  // Null where there is none.
  [[nodiscard]] memory::LongTerm* long_term() { return long_term_.get(); }

  // Whether a store is there, or to be expected: it was named, or webhooks will fill it.
  [[nodiscard]] bool has_store() const { return has_store_; }

 private:
  OwnMemory(std::filesystem::path store, bool has_store)
      : has_store_(has_store), readers_(std::move(store)) {}

  const bool has_store_;
  store::Readers readers_;
  std::unique_ptr<memory::LongTerm> long_term_;
};

}  // namespace lightfast
