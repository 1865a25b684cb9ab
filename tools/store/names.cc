#include "tools/store/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace lightfast::store {
namespace {

// What of a repository a page is about, by the part of its path.
struct Page {
  std::string_view path, entity, mark;
};
constexpr std::array kGitHubPages = {Page{"pull", "pr:", "#"}, Page{"issues", "issue:", "#"},
                                     Page{"discussions", "discussion:", "#"},
                                     Page{"commit", "commit:", "@"}};

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(mark);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  return parts;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool is_tracking(std::string_view parameter) {
  constexpr std::array<std::string_view, 6> kNames = {"ref", "fbclid", "gclid",
                                                      "tab", "diff",   "notification_referrer_id"};
  const auto name = parameter.substr(0, parameter.find('='));
  return name.empty() || name.starts_with("utm") || std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

std::string short_name(std::string_view entity) {
  const auto rest = lower(entity.substr(std::min(entity.find(':') + 1, entity.size())));
  const auto mark = rest.find_last_of("#@/");
  if (mark == std::string::npos || mark + 1 == rest.size()) return rest;
  return rest.substr(rest[mark] == '#' ? mark : mark + 1);
}

std::string without_tracking(std::string_view url) {
  const auto fragment = std::min(url.find('#'), url.size());
  const auto query = std::min(url.find('?'), fragment);
  std::string kept(url.substr(0, query));
  if (query < fragment) {
    char mark = '?';
    for (const auto parameter : split(url.substr(query + 1, fragment - query - 1), '&')) {
      if (is_tracking(parameter)) continue;
      kept.append(1, std::exchange(mark, '&')).append(parameter);
    }
  }
  return kept.append(url.substr(fragment));
}

std::string canonical_url(std::string_view whole) {
  const auto told = without_tracking(whole.substr(0, whole.find('#')));
  std::string_view url = told;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto start = lower(url.substr(0, scheme));
  if (start != "http" && start != "https") return {};
  url.remove_prefix(scheme + 3);
  const auto query = url.substr(std::min(url.find('?'), url.size()));
  url.remove_suffix(query.size());
  const auto slash = std::min(url.find('/'), url.size());
  auto host = lower(url.substr(0, slash));
  if (host.empty()) return {};
  if (host.starts_with("www.")) host.erase(0, 4);
  auto path = url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  return start.append("://").append(host).append(path).append(query);
}

// https://github.com/OWNER/NAME/pull/142, https://linear.app/TEAM/issue/LIN-482/title
std::string entity_of_url(std::string_view url) {
  const auto canonical = canonical_url(url.substr(0, url.find('?')));
  const auto parts = split(canonical, '/');  // https: "" host ...
  const auto part = [&parts](std::size_t i) {
    return i < parts.size() ? parts[i] : std::string_view();
  };
  if (part(2) == "linear.app" && part(4) == "issue" && !part(5).empty())
    return std::string("issue:").append(part(5));
  if (part(2) != "github.com" || part(4).empty() || part(6).empty()) return {};
  const auto* const kind =
      std::ranges::find(kGitHubPages, part(5), [](const auto& page) { return page.path; });
  if (kind == kGitHubPages.end()) return {};
  std::string entity(kind->entity);
  return entity.append(part(3)).append("/").append(part(4)).append(kind->mark).append(part(6));
}

}  // namespace lightfast::store
