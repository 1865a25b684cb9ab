#include "tools/repo/sync_job.h"

#include <algorithm>

#include "base/text.h"
#include "tools/repo/git/request.h"
#include "tools/repo/ssh_options.h"

namespace lightfast::repo {
namespace {

// Only what the scheme needs.
RemoteSource remote_source(const RepoOptions& options, const RemoteUrl& url,
                           const std::string& token) {
  if (url.scheme == Scheme::Ssh)
    return {.url = url.text, .ssh_key = options.ssh_key, .known_hosts = options.known_hosts};
  return {.url = url.text, .token = token, .ca_file = options.ca_file};
}

}  // namespace

SourceIdentity FoundSource::identity(const std::string& branch) const {
  if (remote) return {.kind = "remote", .location = remote->text, .branch = branch};
  return {.kind = "local", .location = local->git_dir.string(), .branch = branch};
}

std::string FoundSource::name() const {
  return visible_text(remote ? remote->text : local->git_dir.string());
}

std::vector<std::filesystem::path> FoundSource::read_paths() const {
  if (!local) return {};
  std::vector<std::filesystem::path> paths = {local->git_dir};
  if (local->common_dir != local->git_dir) paths.push_back(local->common_dir);
  paths.insert(paths.end(), local->object_dirs.begin(), local->object_dirs.end());
  return paths;
}

Result<FoundSource> find_source(const RepoOptions& options) {
  const Source source = TRY(parse_source(options.source));
  if (const auto* remote = std::get_if<RemoteUrl>(&source)) {
    if (remote->scheme == Scheme::Ssh) TRY(check_ssh_options(options, *remote));
    return FoundSource{.remote = *remote, .local = {}};
  }
  auto local = TRY(find_local_repository(std::get<LocalPath>(source).path));
  return FoundSource{.remote = {}, .local = std::move(local)};
}

GitJob make_sync_job(const RepoOptions& options, const FoundSource& source, const Layout& layout,
                     const std::string& token) {
  SyncRequest request{.directory = layout.key_directory,
                      .git_dir = source.local ? source.local->git_dir : "",
                      .remote = {},
                      .branch = options.branch,
                      .lock_wait = options.sync_limit / 2};
  // Within the wall clock, so that the helper can say what it was waiting for.
  request.stall_limit = std::min(request.stall_limit, options.sync_limit / 2);
  GitJob job{.org = options.org,
             .request = {},
             .read_paths = source.read_paths(),
             .write_paths = {layout.key_directory},
             .wall_clock = options.sync_limit};
  if (source.remote) {
    request.remote = remote_source(options, *source.remote, token);
    job.connect_port = source.remote->port;
    if (!request.remote.ca_file.empty()) job.read_paths.push_back(request.remote.ca_file);
  }
  job.request = to_json_text(request);
  return job;
}

}  // namespace lightfast::repo
