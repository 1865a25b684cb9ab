// Who may write a store: one process at a time, which is named to the others.
#pragma once

#include <filesystem>
#include <string>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast::store {

class WriterLock {
 public:
  // Takes the lock of the store in `file`, by way of `file`.lock beside it, for `purpose`, such as
  // `lightfast store import`. Unavailable when another process has it, with that one's purpose,
  // number and the time since when. It ends with the object, and with the process however that
  // ends.
  static Result<WriterLock> take(const std::filesystem::path& file, const std::string& purpose);
  WriterLock(WriterLock&&) noexcept = default;
  WriterLock& operator=(WriterLock&&) = delete;
  ~WriterLock();

  // The one before this ended without giving it back: killed, or with its machine. The next one
  // finds that, too, unless it is forgotten, when the file was looked through.
  [[nodiscard]] bool was_left() const { return was_left_; }
  void forget_left() { was_left_ = false; }

 private:
  WriterLock(UniqueFd file, bool was_left) : file_(std::move(file)), was_left_(was_left) {}
  UniqueFd file_;
  bool was_left_;
};

}  // namespace lightfast::store
