#include "tools/repo/git/sync.h"

#include <algorithm>
#include <utility>

#include "tools/repo/git/branches.h"
#include "tools/repo/git/collect.h"
#include "tools/repo/git/fetch.h"
#include "tools/repo/git/files.h"
#include "tools/repo/git/mirror.h"
#include "tools/repo/git/snapshot.h"

namespace lightfast::repo {
namespace {

// A commit may bear any time; file systems take those of their range, and 32 bits are within all
// that matter.
constexpr std::int64_t kLatestTime = 0xFFFFFFFF;

Result<SnapshotRecord> take_snapshot(const Snapshots& snapshots, git_repository* repository,
                                     const Head& head, Refusal& refusal) {
  const Objects objects = TRY(Objects::open(repository));
  Commit commit = TRY(objects.commit(repository, head.commit));
  commit.committed_at = std::clamp<std::int64_t>(commit.committed_at, 0, kLatestTime);
  return ensure_snapshot(snapshots, objects, commit, head.branch, refusal);
}

Result<SnapshotRecord> fetch_and_snapshot(const Snapshots& snapshots, Mirror mirror,
                                          const SyncRequest& request, Refusal& refusal) {
  const Head head = TRY(fetch_branch(mirror.repository.get(), request));
  if (!mirror.fresh) return take_snapshot(snapshots, mirror.repository.get(), head, refusal);
  const auto adopted =
      TRY(adopt_mirror(std::move(mirror), snapshots.path, snapshots.key_directory.get()));
  return take_snapshot(snapshots, adopted.get(), head, refusal);
}

Result<SnapshotRecord> sync_remote(const Snapshots& snapshots, const SyncRequest& request,
                                   Refusal& refusal) {
  const int directory = snapshots.key_directory.get();
  Mirror mirror = TRY(open_mirror(snapshots.path, directory));
  const bool fresh = mirror.fresh;
  auto record = fetch_and_snapshot(snapshots, std::move(mirror), request, refusal);
  const bool damaged = !record && record.error().kind == ErrorKind::Corrupt && refusal.rule.empty();
  if (!damaged || fresh) return record;
  Mirror anew = TRY(start_new_mirror(snapshots.path, directory));
  return fetch_and_snapshot(snapshots, std::move(anew), request, refusal);
}

Result<SnapshotRecord> sync_local(const Snapshots& snapshots, const SyncRequest& request,
                                  Refusal& refusal) {
  const Repository repository = TRY(open_repository(request.git_dir));
  const Head head = TRY(local_head(repository.get(), request.branch));
  return take_snapshot(snapshots, repository.get(), head, refusal);
}

}  // namespace

Result<SyncDone> sync(const SyncRequest& request, Refusal& refusal) {
  const Snapshots snapshots =
      TRY(open_snapshots(request.directory).during("opening the repository's data"));
  const UniqueFd lock =
      TRY(lock_file(snapshots.key_directory.get(), "sync.lock", request.lock_wait));
  remove_leftovers(snapshots.key_directory.get());
  const auto before = current_commit(snapshots);
  auto record = request.git_dir.empty() ? sync_remote(snapshots, request, refusal)
                                        : sync_local(snapshots, request, refusal);
  if (!record) {
    remove_leftovers(snapshots.key_directory.get());
    return std::move(record).error();
  }
  TRY(make_current(snapshots, record->commit.value));
  collect_snapshots(snapshots.directory.get(), record->commit.value);
  return SyncDone{.record = *record, .changed = record->commit.value != before};
}

}  // namespace lightfast::repo
