// Reads the snapshots that the helper publishes, and keeps them from being removed while they are
// used. Any thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "tools/repo/layout.h"
#include "tools/repo/repo.h"

namespace lightfast::repo {

// What `current` names; nothing before the first sync.
std::optional<CommitId> current_commit(const Layout& layout);

// When `current` was written; the beginning of time before the first sync.
std::chrono::system_clock::time_point current_since(const Layout& layout);

// The record of the current snapshot, without pinning it.
std::optional<SnapshotRecord> current_record(const Layout& layout);

// Pins the snapshot of `commit`. Unavailable when it is being removed; Corrupt when it cannot be
// read.
Result<std::shared_ptr<const PinnedSnapshot>> pin_snapshot(const Layout& layout,
                                                           const CommitId& commit);

// Pins the current snapshot. NotFound before the first sync; Corrupt when it cannot be read.
Result<std::shared_ptr<const PinnedSnapshot>> pin_current(const Layout& layout);

}  // namespace lightfast::repo
