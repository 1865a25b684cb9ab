#include "tools/repo/git/repository.h"

#include <git2.h>
#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "tools/repo/git/git_error.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

constexpr std::size_t kWindowBytes = 16UL << 20;
constexpr std::size_t kMappedBytes = 256UL << 20;
constexpr std::size_t kOpenPacks = 64;
constexpr std::ptrdiff_t kCacheBytes = 16L << 20;

// libgit2 1.5 would only say that a reference or an object has a wrong form.
Result<void> refuse_unsupported(git_repository* repository, const std::string& doing) {
  git_config* raw = nullptr;
  if (git_repository_config_snapshot(&raw, repository) != 0)
    return {};  // a repository needs no configuration
  const CHandle<git_config, git_config_free> config(raw);
  const char* value = nullptr;
  if (git_config_get_string(&value, raw, "extensions.objectformat") == 0 &&
      std::string_view(value) != "sha1") {
    return Error{ErrorKind::Unavailable,
                 doing + ": it uses SHA-256 object ids, which are not supported"};
  }
  if (git_config_get_string(&value, raw, "extensions.refstorage") == 0 &&
      std::string_view(value) != "files") {
    return Error{ErrorKind::Unavailable,
                 doing + ": it keeps its references as reftable, which is not supported"};
  }
  return {};
}

}  // namespace

void RepositoryDeleter::operator()(git_repository* repository) const {
  git_repository_free(repository);
}

Result<void> prepare_libgit2(const std::filesystem::path& ca_file) {
  if (git_libgit2_init() < 0) return git_failure(ErrorKind::Internal, "starting libgit2");
  int failed = 0;
  for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                          GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
    failed |= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
  failed |= git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  failed |= git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, kMaxPackObjects);
  failed |= git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, kMaxObjectBytes);
  failed |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, kWindowBytes);
  failed |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, kMappedBytes);
  failed |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, kOpenPacks);
  failed |= git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, kCacheBytes);
  failed |= git_libgit2_opts(GIT_OPT_SET_USER_AGENT, "lightfast/" LIGHTFAST_VERSION);
  if (failed != 0) return git_failure(ErrorKind::Internal, "setting up libgit2");
  if (ca_file.empty()) return {};
  if (git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, ca_file.c_str(), nullptr) != 0) {
    return git_failure(ErrorKind::InvalidArgument,
                       fmt::format("reading the authorities in '{}' (LIGHTFAST_CA_FILE)",
                                   display_path(ca_file.string())));
  }
  return {};
}

Result<Repository> open_repository(const std::filesystem::path& git_dir) {
  const auto doing = fmt::format("opening repository '{}'", display_path(git_dir.string()));
  git_repository* raw = nullptr;
  // As bare, since libgit2 then looks at no worktree and at no owner.
  if (git_repository_open_bare(&raw, git_dir.c_str()) != 0) {
    return Error{ErrorKind::NotFound, doing + ": not a git repository"};
  }
  Repository repository(raw);
  TRY(refuse_unsupported(raw, doing));
  return repository;
}

Result<Repository> create_repository(const std::filesystem::path& path) {
  git_repository* raw = nullptr;
  git_repository_init_options options;
  git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
  options.flags =
      GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT | GIT_REPOSITORY_INIT_MKDIR;
  options.initial_head = "main";
  if (git_repository_init_ext(&raw, path.c_str(), &options) != 0) {
    return git_failure(ErrorKind::Unavailable, "making the mirror");
  }
  return Repository(raw);
}

}  // namespace lightfast::repo
