// Which files the current snapshot has, listed once for each commit. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mcp/resources.h"
#include "tools/files/files.h"
#include "tools/repo/repo.h"

namespace lightfast {

// A snapshot and what is in it. The snapshot stays on disk as long as this is held.
struct FilesOfSnapshot {
  std::shared_ptr<const repo::PinnedSnapshot> snapshot;
  std::shared_ptr<const std::vector<files::File>> files;  // sorted by path
  std::string stale;                                      // see repo::CurrentSnapshot
};

class RepoFiles {
 public:
  explicit RepoFiles(repo::Repo& repo) : repo_(repo) {}

  // Waits for the first sync as a command does.
  Result<FilesOfSnapshot> current(const std::stop_token& stop);

 private:
  repo::Repo& repo_;
  std::mutex mutex_;
  std::filesystem::path listed_root_;
  std::shared_ptr<const std::vector<files::File>> listed_;
};

// The paths that begin with `value`, at most 100 of them.
mcp::Completion paths_beginning_with(const std::vector<files::File>& files, std::string_view value);

mcp::ProtocolError protocol_error(const Error& error);

}  // namespace lightfast
