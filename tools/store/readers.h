// Readers of one store, for any number of threads. They are opened as they are needed, a few are
// kept, and they follow the file: one that is made or replaced later is what is read from then on.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "tools/store/reader.h"

namespace lightfast::store {

class Readers {
 public:
  // Touches nothing yet.
  explicit Readers(std::filesystem::path file) : file_(std::move(file)) {}

  // Which file it is, whatever its name.
  struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity&) const = default;
  };

  // One reader, at one moment of the store; given back at its end. The pool outlives it.
  class Lease {
   public:
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    [[nodiscard]] Reader& operator*() const { return *reader_; }
    [[nodiscard]] Reader* operator->() const { return reader_.get(); }

   private:
    friend class Readers;
    Lease(Readers& pool, const FileIdentity& file, std::unique_ptr<Reader> reader)
        : pool_(&pool), file_(file), reader_(std::move(reader)) {}
    Readers* pool_;
    FileIdentity file_;
    std::unique_ptr<Reader> reader_;
    std::unique_ptr<SqlDeadline> deadline_;  // of the reader's connection
  };

  // What is read ends with Timeout when `cancelled` is requested, and after kMostTime.
  Result<Lease> take(const std::stop_token& cancelled);
  static constexpr std::chrono::seconds kMostTime{10};

  // NotFound, with what to do, when there is no store yet; Corrupt when it is damaged, not ours or
  // of another version.
  Result<Lease> take();

 private:
  struct Idle {
    std::optional<FileIdentity> file;  // that all of them have open
    std::vector<std::unique_ptr<Reader>> readers;
  };
  std::unique_ptr<Reader> idle_reader(const std::optional<FileIdentity>& now);
  void give_back(const FileIdentity& file, std::unique_ptr<Reader> reader);

  const std::filesystem::path file_;
  Guarded<Idle> idle_;
};

}  // namespace lightfast::store
