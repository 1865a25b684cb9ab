#include "tools/store/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/iso_time.h"
#include "base/text.h"

namespace lightfast::store {

// What the file says may be of an owner that is just about to write it, or be left from one that
// was killed: who has it is told by the lock alone.
Result<WriterLock> WriterLock::take(const std::filesystem::path& file, const std::string& purpose) {
  const auto path = file.string() + ".lock";
  const auto doing = fmt::format("opening store '{}' for writing", visible_text(file.string()));
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return errno_error(doing, errno);
  // What root makes is the directory's owner's, who writes the store, too.
  struct stat directory = {};
  if (::geteuid() == 0 && ::stat(file.parent_path().c_str(), &directory) == 0 &&
      ::fchown(lock.get(), directory.st_uid, directory.st_gid) != 0)
    return errno_error(doing, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return errno_error(doing, errno);
    const auto owner = read_file(path, 1024).value_or("");
    return Error{ErrorKind::Unavailable,
                 fmt::format("{}: it is being written by {}; try again when that has ended", doing,
                             owner.empty() ? "another process" : visible_line(owner))};
  }
  struct stat status = {};
  if (::fstat(lock.get(), &status) != 0) return errno_error(doing, errno);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto text =
      fmt::format("`{}` (process {}, since {})", purpose, ::getpid(), moment_text(now));
  if (::ftruncate(lock.get(), 0) != 0) return errno_error(doing, errno);
  TRY(write_all(lock.get(), text).during(doing));
  return WriterLock(std::move(lock), status.st_size > 0);
}

// Where that fails the next one looks through the file in vain.
WriterLock::~WriterLock() {
  if (file_ && !was_left_) [[maybe_unused]]
    const int failed = ::ftruncate(file_.get(), 0);
}

}  // namespace lightfast::store
