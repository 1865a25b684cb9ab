#include "tools/repo/app_tokens.h"

#include <chrono>
#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/base_url.h"
#include "base/log.h"
#include "tools/repo/git/url.h"
#include "tools/repo/github/token_messages.h"

namespace lightfast::repo {
namespace {

constexpr std::chrono::minutes kMargin{10};  // before its end a token is used no more
constexpr std::chrono::seconds kWallClock{30};

struct RepositoryName {
  std::string owner, repository;
};

// The last two parts of the path, without `.git`.
Result<RepositoryName> name_in(const std::string& source) {
  const auto url = TRY(parse_remote_url(source));
  std::string_view path = std::string_view(url.text).substr(url.text.find("://") + 3);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  const auto slash = path.rfind('/');
  const auto before =
      slash == 0 || slash == std::string_view::npos ? slash : path.rfind('/', slash - 1);
  if (before == std::string_view::npos || slash == std::string_view::npos) {
    return Error{ErrorKind::InvalidArgument,
                 "the repository of a GitHub App is given as https://HOST/OWNER/NAME", "repo"};
  }
  return RepositoryName{std::string(path.substr(before + 1, slash - before - 1)),
                        std::string(path.substr(slash + 1))};
}

class AppTokens final : public Tokens {
 public:
  AppTokens(GitJob job, GitJobs& jobs) : job_(std::move(job)), jobs_(jobs) {}

  Result<std::string> token(std::stop_token stop) override {
    if (token_ && std::chrono::system_clock::now() < token_->expires_at - kMargin)
      return token_->token;
    const auto answer = TRY(jobs_.run(job_, std::move(stop)));
    token_ = TRY(parse_token_answer(answer));
    log_for("repo").info("event=token org={} expires={}", job_.org.value,
                         token_->expires_at.time_since_epoch().count());
    return token_->token;
  }

  void forget() override { token_.reset(); }

 private:
  const GitJob job_;
  GitJobs& jobs_;
  std::optional<InstallationToken> token_;
};

}  // namespace

Result<std::unique_ptr<Tokens>> make_app_tokens(const AppOptions& options, GitJobs& jobs) {
  const auto api = TRY(parse_base_url(options.api_url).during("LIGHTFAST_GITHUB_API_URL"));
  auto name = TRY(name_in(options.source));
  GitJob job{.org = options.org,
             .program = "lightfast-github",
             .request = to_json_text(TokenRequest{.api_url = api.text(),
                                                  .app_id = options.app_id,
                                                  .private_key = options.private_key,
                                                  .owner = std::move(name.owner),
                                                  .repository = std::move(name.repository),
                                                  .ca_file = options.ca_file}),
             .read_paths = {},
             .write_paths = {},
             .connect_port = api.port,
             .wall_clock = kWallClock};
  if (!options.ca_file.empty()) job.read_paths.push_back(options.ca_file);
  return std::make_unique<AppTokens>(std::move(job), jobs);
}

}  // namespace lightfast::repo
