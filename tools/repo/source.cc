#include "tools/repo/source.h"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

namespace lightfast::repo {
namespace {

constexpr std::string_view kAccepted =
    "use an https:// URL (with a token in LIGHTFAST_REPO_TOKEN where it is private), "
    "ssh://USER@HOST/PATH or USER@HOST:PATH (with a key, see LIGHTFAST_SSH_KEY_FILE), or the path "
    "of a local git repository";

Error invalid(std::string message) {
  return {ErrorKind::InvalidArgument, std::move(message), "repo"};
}

// `ext::COMMAND`, whatever the part before the colons.
bool names_helper(std::string_view text) {
  const auto colons = text.find("::");
  return colons != std::string_view::npos && text.find('/') > colons &&
         text.find('[') == std::string_view::npos;
}

// `git@host:owner/name.git`: a colon before any slash, which a path rarely has and git itself takes
// for ssh. With two colons it is a program of git's to be run.
bool is_scp_like(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && text.find('/') > colon && !names_helper(text) &&
         text.find("://") == std::string_view::npos;
}

}  // namespace

Result<Source> parse_source(std::string_view text) {
  if (text.empty()) return invalid(fmt::format("no repository is given: {}", kAccepted));
  if (text.find('\0') != std::string_view::npos || text.find('\n') != std::string_view::npos) {
    return invalid("the repository holds a line break or a NUL byte");
  }
  for (const std::string_view scheme : {"https://", "http://", "ssh://"})
    if (text.starts_with(scheme)) return Source(TRY(parse_remote_url(text)));
  if (is_scp_like(text)) return Source(TRY(parse_scp_like(text)));
  if (text.starts_with("file://")) {
    return invalid("a local repository is given by its path, without file://");
  }
  if (text.find("://") != std::string_view::npos || names_helper(text)) {
    return invalid(
        fmt::format("repositories of this kind of URL are not supported: {}", kAccepted));
  }
  return Source(LocalPath{text});
}

Result<void> check_branch(std::string_view branch) {
  // The rules of git-check-ref-format that keep a name within refs/heads and on one line.
  const auto is_bad = [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value <= 0x20 || value == 0x7F ||
           std::string_view("~^:?*[\\").find(byte) != std::string_view::npos;
  };
  const bool bad = branch.size() > 255 || branch.find("..") != std::string_view::npos ||
                   branch.find("//") != std::string_view::npos || branch.starts_with('/') ||
                   branch.ends_with('/') || branch.starts_with('-') ||
                   std::any_of(branch.begin(), branch.end(), is_bad);
  if (!bad) return {};
  return Error{ErrorKind::InvalidArgument, "the branch is not a valid name of a git branch",
               "branch"};
}

}  // namespace lightfast::repo
