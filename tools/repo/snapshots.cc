#include "tools/repo/snapshots.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/handles.h"
#include "base/text.h"
#include "tools/repo/git/record.h"

namespace lightfast::repo {
namespace {

constexpr std::size_t kMaxRecordBytes = 1UL << 20;

class LockedSnapshot final : public PinnedSnapshot {
 public:
  LockedSnapshot(std::filesystem::path root, SnapshotRecord record, UniqueFd lock)
      : root_(std::move(root)), record_(std::move(record)), lock_(std::move(lock)) {}
  [[nodiscard]] const std::filesystem::path& root() const override { return root_; }
  [[nodiscard]] const SnapshotRecord& record() const override { return record_; }

 private:
  std::filesystem::path root_;
  SnapshotRecord record_;
  UniqueFd lock_;
};

Result<SnapshotRecord> read_record(const Layout& layout, const CommitId& commit) {
  return parse_record(
      TRY(read_file(layout.snapshots() / commit.value / "record.json", kMaxRecordBytes)));
}

// Whether the locked file is still the one of that name: a collected snapshot that was published
// again has a new one.
bool is_still_named(int lock, const std::filesystem::path& path) {
  struct stat locked = {};
  struct stat named = {};
  return ::fstat(lock, &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
         locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

// Nothing when the snapshot is being removed; the caller then looks again which one is current.
std::optional<UniqueFd> lock_shared(const Layout& layout, const CommitId& commit) {
  const auto path = layout.snapshots() / (commit.value + ".lock");
  UniqueFd lock(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0) return std::nullopt;
  if (!is_still_named(lock.get(), path)) return std::nullopt;
  return lock;
}

}  // namespace

std::optional<CommitId> current_commit(const Layout& layout) {
  auto text = read_file(layout.current(), 64);
  if (!text) return std::nullopt;
  if (text->ends_with('\n')) text->pop_back();
  if (!is_object_id(*text)) return std::nullopt;
  return CommitId{std::move(*text)};
}

std::chrono::system_clock::time_point current_since(const Layout& layout) {
  struct stat status = {};
  if (::stat(layout.current().c_str(), &status) != 0) return {};
  return std::chrono::system_clock::from_time_t(status.st_mtime);
}

std::optional<SnapshotRecord> current_record(const Layout& layout) {
  const auto commit = current_commit(layout);
  if (!commit) return std::nullopt;
  auto record = read_record(layout, *commit);
  return record ? std::optional(std::move(*record)) : std::nullopt;
}

Result<std::shared_ptr<const PinnedSnapshot>> pin_snapshot(const Layout& layout,
                                                           const CommitId& commit) {
  auto lock = lock_shared(layout, commit);
  if (!lock) {
    return Error{ErrorKind::Unavailable, fmt::format("snapshot {} is being removed", commit.value)};
  }
  auto record = TRY(read_record(layout, commit));
  const auto root = layout.snapshots() / commit.value / "root";
  return std::make_shared<const LockedSnapshot>(root, std::move(record), std::move(*lock));
}

Result<std::shared_ptr<const PinnedSnapshot>> pin_current(const Layout& layout) {
  using namespace std::chrono_literals;
  constexpr int kAttempts = 20;
  Error last{ErrorKind::NotFound, "no snapshot was made yet"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto commit = current_commit(layout);
    if (!commit) return last;
    auto pinned = pin_snapshot(layout, *commit);
    if (pinned) return pinned;
    last = std::move(pinned).error();
    std::this_thread::sleep_for(5ms);
  }
  return std::move(last).during("opening the current snapshot");
}

}  // namespace lightfast::repo
