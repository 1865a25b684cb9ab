// Keeps one organisation's `.lightfast` repository as an immutable snapshot on disk and knows which
// is current.
//
// Layout below the data dir, shared safely by several processes:
//   orgs/ORG/SOURCE-KEY/source             what the directory is for (URL or path, and branch)
//                       sync.lock          held exclusively while the mirror or the snapshots are
//                       changed mirror.git         bare mirror, for remote sources
//                       snapshots/COMMIT/  root/ the files, record.json, manifest; appears by
//                       rename, complete or not at all snapshots/COMMIT.lock  held shared by
//                       whoever uses the snapshot, exclusively to remove it current            the
//                       commit that new commands see; replaced by rename
//
// All methods may be called from any thread. Sync runs on a thread of its own, one at a time,
// requests coalesced.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "tools/repo/git_job.h"
#include "tools/repo/tokens.h"

namespace lightfast::repo {

inline constexpr std::size_t kMaxKnownHosts = 256UL << 10;

struct RepoOptions {
  OrgId org;
  std::string source;  // https or ssh URL, USER@HOST:PATH, http URL of a loopback host, or the path
                       // of a local git repository
  std::string branch = {};  // empty: the default branch
  std::filesystem::path data_dir;
  std::string token = {};               // for https; sent to the host of `source` only
  std::shared_ptr<Tokens> tokens = {};  // for https, instead of one that stays the same
  std::string ssh_key = {};  // for ssh: a private key without a passphrase, as ssh-keygen writes it
  std::string known_hosts = {};  // for ssh: OpenSSH's known_hosts format, at most kMaxKnownHosts
  std::filesystem::path ca_file = {};            // own certificate authority; empty: the system's
  std::chrono::milliseconds sync_limit{60'000};  // wall clock of one sync
  std::chrono::seconds poll_interval{0};  // how often a remote is looked at unasked; 0: never
};

// What a snapshot says of itself, read from its record.json.
struct SnapshotRecord {
  CommitId commit;
  std::string branch;
  std::int64_t committed_at = 0;  // seconds since 1970, UTC
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string>
      top;  // names at the top of the tree, directories with a trailing slash, sorted, at most 64
  std::vector<std::string>
      notes;  // what is not as in the repository, e.g. files replaced by a note
};

// A snapshot that stays on disk as long as this object lives (it holds the snapshot's lock shared).
class PinnedSnapshot {
 public:
  virtual ~PinnedSnapshot() = default;
  [[nodiscard]] virtual const std::filesystem::path& root()
      const = 0;  // the directory that commands see as /repo
  [[nodiscard]] virtual const SnapshotRecord& record() const = 0;
};

struct CurrentSnapshot {
  std::shared_ptr<const PinnedSnapshot> snapshot;
  std::string
      stale;  // why the repository could not be brought up to date, in one line; empty when it is
  // When this was last seen to be the newest state: the last look that succeeded, of this process
  // or, before its first, of any.
  std::chrono::system_clock::time_point seen_at = {};
};

// Last known state of syncing, for doctor and readiness.
struct SyncState {
  bool ever_synced = false;  // in this process
  std::optional<SnapshotRecord> current;
  std::string problem;  // of the last attempt; empty when it succeeded or none was made
};

class Repo {
 public:
  // Checks the form of `options` and looks up what is on disk; no network, no helper.
  // InvalidArgument says what `source` may be; PermissionDenied or Unavailable when the data dir
  // cannot be used.
  static Result<std::unique_ptr<Repo>> open(const RepoOptions& options, GitJobs& jobs);
  virtual ~Repo() = default;

  // Starts the sync thread and the first sync. Call once, after the process confined itself.
  virtual void start() = 0;

  // Makes no more attempts to sync; one that runs is stopped. Returns at once.
  virtual void end() = 0;

  // Asks for a sync; requests that come while one runs become one more run. Returns at once.
  virtual void request_sync() = 0;

  // The snapshot that a new command sees. For a local source its head is looked at first (a few
  // stat calls when nothing changed; else a sync is awaited). For a remote one the first sync is
  // awaited, up to a second after the start. When there is no snapshot yet, waits for the first
  // sync until `deadline`; then Unavailable with the reason.
  virtual Result<CurrentSnapshot> current(std::chrono::steady_clock::time_point deadline,
                                          std::stop_token stop) = 0;

  // Asks for a sync and returns at once. `ended` is called once with the end of an attempt that
  // began after this call, on the sync thread, or with Unavailable when there will be none.
  virtual void sync(std::function<void(const Result<void>&)> ended) = 0;

  // Waits until an attempt to sync that began after this call has ended, well or not, or until
  // `deadline`. For programs that end after one command and would end the sync with them.
  virtual void await_sync(std::chrono::steady_clock::time_point deadline, std::stop_token stop) = 0;

  // The snapshot that this process served or synced last, without waiting for anything; null before
  // the first.
  [[nodiscard]] virtual std::shared_ptr<const PinnedSnapshot> last() = 0;

  // `changed` is called whenever last() has become another, on the thread that made it so; it must
  // not block nor call current(). An empty one ends that: then none is running any more.
  virtual void on_change(std::function<void()> changed) = 0;

  // The last good snapshot's record without waiting for anything; nothing when there is none.
  [[nodiscard]] virtual std::optional<SnapshotRecord> last_record() const = 0;

  [[nodiscard]] virtual SyncState state() const = 0;

  // Paths that this process itself reads and writes, for its own confinement.
  [[nodiscard]] virtual std::vector<std::filesystem::path> read_paths() const = 0;
  [[nodiscard]] virtual std::vector<std::filesystem::path> write_paths() const = 0;
};

}  // namespace lightfast::repo
