#include "tools/memory/breaker_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/handles.h"
#include "base/hash.h"

namespace lightfast::memory {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// The lock is held for microseconds; who holds it longer was stopped, and is not waited for.
constexpr int kLockAttempts = 400;
constexpr microseconds kLockPause{250};

constexpr std::uint64_t kMagic = 0x31524B524246464C;  // "LFFBRKR1"

// The file, byte for byte. A process reads what another one of the same machine wrote.
struct Stored {
  std::uint64_t magic = kMagic;
  std::uint32_t failures = 0, openings = 0;
  std::int64_t retry_at = 0, trial_until = 0;
  std::uint64_t checksum = 0;  // of all before it
};
static_assert(sizeof(Stored) == 40, "there is no padding");

std::uint64_t checksum_of(const Stored& stored) {
  return fnv1a_64({reinterpret_cast<const char*>(&stored), offsetof(Stored, checksum)});
}

UniqueFd open_locked(const std::filesystem::path& path) {
  if (path.empty()) return {};
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  for (int attempt = 0; fd && attempt < kLockAttempts; ++attempt) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno != EWOULDBLOCK && errno != EINTR) break;
    std::this_thread::sleep_for(kLockPause);
  }
  return {};
}

BreakerState read_state(int fd) {
  Stored stored;
  if (::pread(fd, &stored, sizeof stored, 0) != sizeof stored) return {};
  if (stored.magic != kMagic || stored.checksum != checksum_of(stored)) return {};
  return {.failures = stored.failures,
          .openings = stored.openings,
          .retry_at = Moment(milliseconds(stored.retry_at)),
          .trial_until = Moment(milliseconds(stored.trial_until))};
}

bool write_state(int fd, const BreakerState& state) {
  Stored stored{.failures = state.failures,
                .openings = state.openings,
                .retry_at = state.retry_at.time_since_epoch().count(),
                .trial_until = state.trial_until.time_since_epoch().count()};
  stored.checksum = checksum_of(stored);
  return ::pwrite(fd, &stored, sizeof stored, 0) == sizeof stored;
}

}  // namespace

BreakerFile::BreakerFile(std::filesystem::path path) : path_(std::move(path)) {}

void BreakerFile::update(const std::function<void(BreakerState&)>& change) {
  own_.with([&](Own& own) {
    const UniqueFd file = open_locked(path_);
    if (file && !own.is_newer) own.state = read_state(file.get());
    const BreakerState before = own.state;
    change(own.state);
    if (own.state == before && !own.is_newer) return;
    own.is_newer = !file || !write_state(file.get(), own.state);
  });
}

}  // namespace lightfast::memory
