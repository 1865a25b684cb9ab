// Writes a planned tree as plain files. Everything is created anew relative to open directories and
// never through a link.
//
// Times: an entry has the commit time of the snapshot in which it first appeared at its path with
// its kind and content (for a directory: the id of its tree, for a submodule: of its commit). So a
// file that did not change keeps its time, and is one file with the previous snapshot's by a hard
// link where the file system allows it.
#pragma once

#include <cstdint>
#include <string>

#include "base/handles.h"
#include "base/result.h"
#include "tools/repo/git/manifest.h"
#include "tools/repo/git/objects.h"
#include "tools/repo/git/walk.h"

namespace lightfast::repo {

// The snapshot that unchanged files are shared with; a default one shares nothing.
struct PreviousSnapshot {
  UniqueFd root;
  Manifest manifest;
};

// Fills the empty directory `root` with `plan` and returns the text of its manifest. `commit_time`
// is given to what is new. On an error `root` is left half filled, for the caller to remove.
Result<std::string> write_tree(const Plan& plan, const Objects& objects,
                               const PreviousSnapshot& previous, std::int64_t commit_time,
                               UniqueFd root);

}  // namespace lightfast::repo
