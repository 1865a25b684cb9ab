// The snapshots of one repository on disk: which is current, and how a new one appears (complete or
// not at all).
#pragma once

#include <filesystem>
#include <string>

#include "base/handles.h"
#include "base/result.h"
#include "tools/repo/git/objects.h"
#include "tools/repo/git/response.h"

namespace lightfast::repo {

struct Snapshots {
  UniqueFd key_directory;      // orgs/ORG/KEY
  UniqueFd directory;          // its `snapshots`
  std::filesystem::path path;  // of key_directory
};

Result<Snapshots> open_snapshots(const std::filesystem::path& key_directory);

// The commit that `current` names, or empty.
std::string current_commit(const Snapshots& snapshots);

// The record of the commit's snapshot, which is written first unless it is there. On an error
// nothing is published and nothing is left behind.
Result<SnapshotRecord> ensure_snapshot(const Snapshots& snapshots, const Objects& objects,
                                       const Commit& commit, const std::string& branch,
                                       Refusal& refusal);

// Makes a written snapshot the one that new commands see.
Result<void> make_current(const Snapshots& snapshots, const std::string& commit);

}  // namespace lightfast::repo
