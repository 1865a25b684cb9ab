// Writes a planned tree as plain files, relative to open directories and never through a link.
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

// A snapshot on disk and what is in it; a default one is none.
struct WrittenTree {
  UniqueFd root;
  Manifest manifest;
};

struct WriteOptions {
  const WrittenTree& previous;   // whose files are shared, where they did not change
  const Manifest& there;         // what the directory to write into already holds; empty: nothing
  std::int64_t commit_time = 0;  // of what is new
};

// Makes `root`, which holds what `options.there` says, into `plan`, and returns the text of its
// manifest. What is there already as it is to be is left alone, so that the cost on disk is that of
// what changed. Files are replaced, not written into, for they may be other snapshots' too. On an
// error `root` is left half done, for the caller to remove.
Result<std::string> write_tree(const Plan& plan, const Objects& objects,
                               const WriteOptions& options, UniqueFd root);

}  // namespace lightfast::repo
