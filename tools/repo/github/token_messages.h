// What the server asks of the helper program `lightfast-github`, and what that answers: one JSON
// document each, on its standard input and output.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

inline constexpr const char* kGitHubApi = "https://api.github.com";

// Asks, as a GitHub App, for a token that may read one repository.
struct TokenRequest {
  std::string api_url;      // "https://api.github.com", without a slash at its end
  std::string app_id;       // or client id
  std::string private_key;  // PEM
  std::string owner, repository;
  std::filesystem::path ca_file;  // empty: the system's authorities

  bool operator==(const TokenRequest&) const = default;
};

struct InstallationToken {
  std::string token;
  std::chrono::sys_seconds expires_at;

  bool operator==(const InstallationToken&) const = default;
};

std::string to_json_text(const TokenRequest& request);
// InvalidArgument when it is not as to_json_text() makes it.
Result<TokenRequest> parse_token_request(std::string_view text);

std::string to_json_text(const InstallationToken& token);
// The token, or the helper's error. Corrupt when it is neither.
Result<InstallationToken> parse_token_answer(std::string_view text);

}  // namespace lightfast::repo
