#include "tools/store/readers.h"

#include <sys/stat.h>

namespace lightfast::store {
namespace {

constexpr std::size_t kMostIdle = 4;

}  // namespace

// The deadline goes first: it would end the end of reading, too, and belongs to a connection that
// another thread may have right afterwards.
Readers::Lease::~Lease() {
  if (reader_ == nullptr) return;
  deadline_.reset();
  reader_->end();
  pool_->give_back(file_, std::move(reader_));
}

// The file is looked at before it is opened: one that is put in its place meanwhile is found to be
// another one by the next call.
Result<Readers::Lease> Readers::take(const std::stop_token& cancelled) {
  auto lease = TRY(take());
  lease.deadline_ = std::make_unique<SqlDeadline>(
      lease->store().database(), std::chrono::steady_clock::now() + kMostTime, cancelled);
  return lease;
}

Result<Readers::Lease> Readers::take() {
  std::optional<FileIdentity> now;
  if (struct stat found = {}; ::stat(file_.c_str(), &found) == 0 && S_ISREG(found.st_mode))
    now = FileIdentity{.device = found.st_dev, .inode = found.st_ino};
  auto reader = idle_reader(now);
  if (!now) {
    return Error{ErrorKind::NotFound,
                 "there is no store of events yet (--store, LIGHTFAST_STORE): make one with "
                 "`lightfast store import FILE`, or have `lightfast serve` take webhooks in"};
  }
  if (reader == nullptr) reader = std::make_unique<Reader>(TRY(Reader::open(file_)));
  TRY(reader->begin());
  return Lease(*this, *now, std::move(reader));
}

// Those of another file are closed, those on loan when they come back.
std::unique_ptr<Reader> Readers::idle_reader(const std::optional<FileIdentity>& now) {
  std::vector<std::unique_ptr<Reader>> closing;  // outside the lock
  return idle_.with([&](Idle& idle) -> std::unique_ptr<Reader> {
    if (idle.file != now) closing.swap(idle.readers);
    idle.file = now;
    if (idle.readers.empty()) return nullptr;
    auto reader = std::move(idle.readers.back());
    idle.readers.pop_back();
    return reader;
  });
}

void Readers::give_back(const FileIdentity& file, std::unique_ptr<Reader> reader) {
  idle_.with([&](Idle& idle) {
    if (idle.file == file && idle.readers.size() < kMostIdle)
      idle.readers.push_back(std::move(reader));
  });
}

}  // namespace lightfast::store
