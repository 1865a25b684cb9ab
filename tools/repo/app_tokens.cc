#include "tools/repo/app_tokens.h"

#include <chrono>
#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/base_url.h"
#include "base/log.h"
#include "base/text.h"
#include "tools/repo/github/token_messages.h"
#include "tools/repo/repository_name.h"

namespace lightfast::repo {
namespace {

constexpr std::chrono::minutes kMargin{10};  // before its end a token is used no more
constexpr std::chrono::seconds kWallClock{30};

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
  auto name = TRY(repository_name(options.source));
  const auto host = host_of(options.source);
  if (!is_api_of(api.host, host)) {
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("tokens of the GitHub App at '{}' are not sent to '{}': for another "
                             "host than github.com set LIGHTFAST_GITHUB_API_URL",
                             api.host, visible_line(host)),
                 "repo"};
  }
  GitJob job{.org = options.org,
             .program = "lightfast-github",
             .request = to_json_text(TokenRequest{.api_url = api.text(),
                                                  .app_id = options.app_id,
                                                  .private_key = options.private_key,
                                                  .owner = std::move(name.owner),
                                                  .repository = std::move(name.name),
                                                  .ca_file = options.ca_file}),
             .read_paths = {},
             .write_paths = {},
             .connect_port = api.port,
             .wall_clock = kWallClock};
  if (!options.ca_file.empty()) job.read_paths.push_back(options.ca_file);
  return std::make_unique<AppTokens>(std::move(job), jobs);
}

}  // namespace lightfast::repo
