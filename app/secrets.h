// Secrets from the environment and from files, with the files remembered for who reads them again.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// What webhooks are signed with, by who sends them (`github`, `linear`): the current secret first,
// then the one before.
using WebhookSecrets = std::map<std::string, std::vector<std::string>, std::less<>>;

// Who sends webhooks, and the environment's variable with their secret, and with _PREVIOUS after it
// the one before.
struct WebhookSender {
  const char *name, *variable;
};
inline constexpr std::array<WebhookSender, 5> kWebhookSenders = {
    {{"github", "LIGHTFAST_GITHUB_WEBHOOK_SECRET"},
     {"vercel", "LIGHTFAST_VERCEL_WEBHOOK_SECRET"},
     {"linear", "LIGHTFAST_LINEAR_WEBHOOK_SECRET"},
     {"sentry", "LIGHTFAST_SENTRY_CLIENT_SECRET"},
     {"generic", "LIGHTFAST_WEBHOOK_SECRET"}}};

class Secrets {
 public:
  explicit Secrets(const Environment& environment) : environment_(environment) {}

  // The variable `name`, or what the file holds that `name`_FILE names; empty for neither. The
  // error names the variable.
  Result<std::string> of(const std::string& name);

  // What a file holds without the end of its last line, at most `most` bytes.
  static constexpr std::size_t kMost = 65'536;
  Result<std::string> in(const std::filesystem::path& file, std::size_t most = kMost);

  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  const Environment& environment_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace lightfast
