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

 private:
  explicit WriterLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace lightfast::store
