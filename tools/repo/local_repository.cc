#include "tools/repo/local_repository.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/text.h"

namespace lightfast::repo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSmallFile = 64UL << 10;
constexpr int kMaxAlternates = 5;  // git's own bound on their nesting
constexpr int kMaxReferences = 5;  // git's own bound on symbolic references

bool names_directory(const fs::path& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

fs::path canonical_or_same(const fs::path& path) {
  std::error_code failed;
  auto canonical = fs::canonical(path, failed);
  return failed ? path : canonical;
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

bool looks_like_git_dir(const fs::path& path) {
  std::error_code failed;
  const bool has_head = fs::exists(fs::symlink_status(path / "HEAD", failed));
  return has_head && (names_directory(path / "objects") || fs::exists(path / "commondir", failed));
}

// The directory that a worktree's or submodule's `.git` file names.
Result<fs::path> named_git_dir(const fs::path& file) {
  constexpr std::string_view kPrefix = "gitdir: ";
  const auto line = first_line(TRY(read_file(file, kMaxSmallFile)));
  if (!line.starts_with(kPrefix))
    return Error{ErrorKind::InvalidArgument, "its .git file names no directory"};
  return canonical_or_same(file.parent_path() / line.substr(kPrefix.size()));
}

Result<fs::path> find_git_dir(const fs::path& path) {
  const auto dot_git = path / ".git";
  std::error_code failed;
  if (fs::is_regular_file(dot_git, failed)) return named_git_dir(dot_git);
  if (looks_like_git_dir(dot_git)) return canonical_or_same(dot_git);
  if (looks_like_git_dir(path)) return canonical_or_same(path);
  return Error{ErrorKind::InvalidArgument,
               "not a git repository (make one with `git init`, or give another path)"};
}

fs::path find_common_dir(const fs::path& git_dir) {
  const auto named = read_file(git_dir / "commondir", kMaxSmallFile);
  return named ? canonical_or_same(git_dir / first_line(*named)) : git_dir;
}

// Whom a repository belongs to: what it leads to elsewhere must belong to the same user, who could
// otherwise have the server read what only the server may.
class Owner {
 public:
  static Result<Owner> of(const fs::path& path) {
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0) return errno_error("looking whose it is", errno);
    return Owner(status.st_uid);
  }

  // Root, and the user that the server runs as, are believed.
  [[nodiscard]] bool may_lead_to(const fs::path& path) const {
    if (user_ == 0 || user_ == ::geteuid()) return true;
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && status.st_uid == user_;
  }

  [[nodiscard]] Result<void> check(const fs::path& path) const {
    if (may_lead_to(path)) return {};
    return Error{
        ErrorKind::PermissionDenied,
        fmt::format("it leads to '{}', which is another user's", visible_text(path.string()))};
  }

 private:
  explicit Owner(uid_t user) : user_(user) {}
  uid_t user_;
};

void collect_alternates(const fs::path& objects, const Owner& owner, int depth,
                        std::vector<fs::path>& found) {
  const auto text = read_file(objects / "info" / "alternates", kMaxSmallFile);
  if (!text || depth == kMaxAlternates) return;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty() || line.starts_with('#')) continue;
    auto directory = canonical_or_same(objects / line);
    if (std::find(found.begin(), found.end(), directory) != found.end()) continue;
    if (!names_directory(directory)) continue;  // git goes on without it, too
    if (!owner.may_lead_to(directory)) continue;
    found.push_back(directory);
    collect_alternates(directory, owner, depth + 1, found);
  }
}

// Enough to tell one version of a file that is replaced by rename from the next.
std::string identity(const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return "-";
  return fmt::format("{}.{}.{}.{}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec, status.st_ctim.tv_nsec);
}

bool is_reference_name(std::string_view name) {
  return name.starts_with("refs/") && name.find("..") == std::string_view::npos;
}

}  // namespace

Result<LocalRepository> find_local_repository(const fs::path& path) {
  const auto doing = fmt::format("looking for the repository '{}'", visible_text(path.string()));
  std::error_code failed;
  const auto start = fs::canonical(path, failed);
  if (failed) return errno_error(ErrorKind::InvalidArgument, doing, failed.value());
  const auto owner = TRY(Owner::of(start).during(doing));
  LocalRepository repository;
  repository.git_dir = TRY(find_git_dir(start).during(doing));
  TRY(owner.check(repository.git_dir).during(doing));
  repository.common_dir = find_common_dir(repository.git_dir);
  TRY(owner.check(repository.common_dir).during(doing));
  const auto objects = canonical_or_same(repository.common_dir / "objects");
  TRY(owner.check(objects).during(doing));
  if (objects != repository.common_dir / "objects") repository.object_dirs.push_back(objects);
  collect_alternates(objects, owner, 0, repository.object_dirs);
  return repository;
}

std::string head_fingerprint(const LocalRepository& repository, const std::string& branch) {
  std::string fingerprint;
  std::string name = branch.empty() ? "HEAD" : "refs/heads/" + branch;
  for (int step = 0; step < kMaxReferences; ++step) {
    const auto& directory = name == "HEAD" ? repository.git_dir : repository.common_dir;
    const auto content = first_line(read_file(directory / name, kMaxSmallFile).value_or("-"));
    // The file, too: what changes and changes back meanwhile was another in between.
    fingerprint += fmt::format("{}={} {}\n", name, content, identity(directory / name));
    constexpr std::string_view kSymbolic = "ref: ";
    if (!content.starts_with(kSymbolic)) break;
    name = content.substr(kSymbolic.size());
    if (!is_reference_name(name)) break;
  }
  fingerprint += identity(repository.common_dir / "packed-refs") + "\n";
  fingerprint += identity(repository.common_dir / "reftable" / "tables.list");
  return fingerprint;
}

}  // namespace lightfast::repo
