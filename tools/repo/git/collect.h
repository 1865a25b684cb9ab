// Removes what no longer serves. All under sync.lock, held by the caller; never fails the sync that
// calls it.
#pragma once

#include <cstddef>
#include <string>

namespace lightfast::repo {

inline constexpr std::size_t kKeptSnapshots = 2;  // the newest ones, besides the current

// What a killed run left: `snapshots/tmp.*`, `mirror.git.*`, `current.*`.
void remove_leftovers(int directory);

// Renames a snapshot that nobody uses to `aside` in `snapshots`; its lock file goes. False when
// somebody does.
bool set_aside(int snapshots, const std::string& commit, const std::string& aside);

// The same with the oldest that is not `current` and that nobody uses.
bool set_oldest_aside(int snapshots, const std::string& current, const std::string& aside);

// Takes a snapshot away, lock file last, if nobody uses it. In `snapshots` it disappears by one
// rename.
bool remove_unused_snapshot(int snapshots, const std::string& commit);

// Removes the snapshots that are neither `current` nor among the newest and that nobody uses.
void collect_snapshots(int snapshots, const std::string& current);

}  // namespace lightfast::repo
