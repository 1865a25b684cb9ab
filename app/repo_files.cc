#include "app/repo_files.h"

#include <algorithm>
#include <chrono>

namespace lightfast {
namespace {

// As long as a command waits that does not say otherwise.
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMostValues = 100;  // completion/complete, MCP

}  // namespace

Result<std::shared_ptr<const FilesOfSnapshot>> RepoFiles::current(const std::stop_token& stop) {
  const auto found = TRY(repo_.current(std::chrono::steady_clock::now() + kPatience, stop));
  const std::lock_guard lock(mutex_);
  auto last = last_.lock();
  const bool is_same = last && last->snapshot->root() == found.snapshot->root();
  if (is_same && last->stale == found.stale) return last;
  auto files = is_same ? last->files : TRY(files::list_files(found.snapshot->root()));
  auto listed = std::make_shared<const FilesOfSnapshot>(
      FilesOfSnapshot{.snapshot = found.snapshot, .files = std::move(files), .stale = found.stale});
  last_ = listed;
  return listed;
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
