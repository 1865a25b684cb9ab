#include "app/repo_files.h"

#include <algorithm>
#include <chrono>

namespace lightfast {
namespace {

// As long as a command waits that does not say otherwise.
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMostValues = 100;  // completion/complete, MCP

}  // namespace

Result<FilesOfSnapshot> RepoFiles::current(const std::stop_token& stop) {
  const auto found = TRY(repo_.current(std::chrono::steady_clock::now() + kPatience, stop));
  const auto& root = found.snapshot->root();
  const std::lock_guard lock(mutex_);
  if (!listed_ || listed_root_ != root) {
    listed_ = std::make_shared<const std::vector<files::File>>(TRY(files::list_files(root)));
    listed_root_ = root;
  }
  return FilesOfSnapshot{.snapshot = found.snapshot, .files = listed_, .stale = found.stale};
}

mcp::Completion paths_beginning_with(const std::vector<files::File>& files,
                                     std::string_view value) {
  mcp::Completion completion;
  auto from = std::ranges::lower_bound(files, value, {}, &files::File::path);
  for (; from != files.end() && from->path.starts_with(value); ++from) {
    if (++completion.total <= kMostValues) completion.values.push_back(from->path);
  }
  return completion;
}

mcp::ProtocolError protocol_error(const Error& error) {
  const bool is_missing = error.kind == ErrorKind::NotFound;
  const bool is_callers = error.kind == ErrorKind::InvalidArgument || is_missing ||
                          error.kind == ErrorKind::LimitExceeded;
  return {.code = is_missing   ? mcp::ErrorCode::ResourceNotFound
                  : is_callers ? mcp::ErrorCode::InvalidParams
                               : mcp::ErrorCode::Internal,
          .message = error.message};
}

}  // namespace lightfast
