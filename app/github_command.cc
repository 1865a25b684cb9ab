#include <algorithm>
#include <cctype>
#include <chrono>
#include <iostream>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/starter.h"
#include "base/text.h"
#include "tools/repo/github/app.h"

namespace lightfast {
namespace {

// As GitHub has them, so that nothing else gets into a path.
Result<void> check_name(const std::string& org) {
  const bool is_plain = std::ranges::all_of(
      org, [](unsigned char byte) { return std::isalnum(byte) != 0 || byte == '-'; });
  if (is_plain && !org.empty() && org.size() <= 39) return {};
  return Error{ErrorKind::InvalidArgument,
               fmt::format("--github: '{}' is not the name of an organisation", visible_line(org))};
}

}  // namespace

Result<int> run_init_github(const Settings& settings, const std::string& org) {
  TRY(check_name(org));
  if (settings.github_app_id.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 "init --github works as a GitHub App: set LIGHTFAST_GITHUB_APP_ID and "
                 "LIGHTFAST_GITHUB_APP_KEY_FILE"};
  }
  repo::TokenRequest request{.api_url = settings.github_api_url,
                             .app_id = settings.github_app_id,
                             .private_key = settings.github_app_key,
                             .owner = org,
                             .repository = ".lightfast",
                             .ca_file = settings.ca_file};
  if (request.api_url.empty()) request.api_url = repo::kGitHubApi;
  std::vector<repo::NewFile> files;
  for (const auto& file : starter_files()) files.push_back({file.path, file.content});
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto url = TRY(repo::create_repository(request, files, now));
  std::cout << fmt::format(
      "made {0}\n\nClone it and make it yours. To serve it:\n  lightfast serve --repo {0}\n",
      visible_line(url));
  return 0;
}

}  // namespace lightfast
