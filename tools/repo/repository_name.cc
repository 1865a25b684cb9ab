#include "tools/repo/repository_name.h"

#include <algorithm>
#include <cctype>

namespace lightfast::repo {
namespace {

// What follows `scheme://`.
std::string_view without_scheme(std::string_view url) {
  const auto mark = url.find("://");
  return mark == std::string_view::npos ? url : url.substr(mark + 3);
}

}  // namespace

Result<RepositoryName> repository_name(std::string_view url) {
  const Error none{ErrorKind::InvalidArgument,
                   "the repository is not given as https://HOST/OWNER/NAME", "repo"};
  auto path = without_scheme(url);
  const bool has_scheme = path.size() < url.size();
  const auto host_end = path.find_first_of(has_scheme ? "/" : "/:");
  if (host_end == std::string_view::npos) return none;
  path.remove_prefix(host_end + 1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  const auto before_name = path.rfind('/');
  if (before_name == 0 || before_name == std::string_view::npos) return none;
  const auto owner = path.rfind('/', before_name - 1) + 1;
  RepositoryName found{.owner = std::string(path.substr(owner, before_name - owner)),
                       .name = std::string(path.substr(before_name + 1))};
  if (found.owner.empty() || found.name.empty()) return none;
  return found;
}

std::string host_of(std::string_view url) {
  auto authority = without_scheme(url);
  authority = authority.substr(0, authority.find('/'));
  authority.remove_prefix(std::min(authority.rfind('@') + 1, authority.size()));
  const bool is_v6 = authority.starts_with('[');
  if (is_v6) authority.remove_prefix(1);
  std::string host(authority.substr(0, authority.find(is_v6 ? ']' : ':')));
  std::ranges::transform(host, host.begin(), [](unsigned char c) { return std::tolower(c); });
  return host;
}

bool is_api_of(std::string_view api_host, std::string_view host) {
  return api_host == host || api_host == "api." + std::string(host);
}

}  // namespace lightfast::repo
