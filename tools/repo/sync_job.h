// What the helper is asked for one sync of one repository, and what it may touch for that.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "tools/repo/git_job.h"
#include "tools/repo/layout.h"
#include "tools/repo/local_repository.h"
#include "tools/repo/repo.h"
#include "tools/repo/source.h"

namespace lightfast::repo {

// The source as it was found: exactly one of the two.
struct FoundSource {
  std::optional<RemoteUrl> remote;
  std::optional<LocalRepository> local;

  [[nodiscard]] SourceIdentity identity(const std::string& branch) const;
  [[nodiscard]] std::string name() const;                               // for messages
  [[nodiscard]] std::vector<std::filesystem::path> read_paths() const;  // of a local repository
};

// InvalidArgument as parse_source(), check_ssh_options() and find_local_repository() say.
Result<FoundSource> find_source(const RepoOptions& options);

// With `token` for the remote's host.
GitJob make_sync_job(const RepoOptions& options, const FoundSource& source, const Layout& layout,
                     const std::string& token);

}  // namespace lightfast::repo
