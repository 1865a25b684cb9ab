// Requests to GitHub's REST API (https://docs.github.com/rest). Blocks on the network: 10 s for a
// connection and for each read. One thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "base/base_url.h"
#include "base/json.h"
#include "base/result.h"

namespace lightfast::repo {

struct ApiAnswer {
  int status = 0;
  Json body;                // an object; empty when the answer was none
  std::string retry_after;  // seconds, as GitHub says it
};

class ApiClient {
 public:
  // Sends `bearer` with each request. `ca_file` empty: the system's authorities.
  ApiClient(const BaseUrl& url, const std::filesystem::path& ca_file, std::string bearer);
  ApiClient(ApiClient&&) noexcept;
  ~ApiClient();

  // Unavailable when there is no answer; whatever its status, an answer is one. Follows no
  // redirects.
  Result<ApiAnswer> send(const std::string& method, const std::string& path,
                         const Json& body = nullptr);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

// An answer that is not what was wanted, as an error that says what to do.
Error refusal(const ApiAnswer& answer, const std::string& doing);

// What GitHub says for a reason, in one line.
std::string reason_of(const ApiAnswer& answer);

}  // namespace lightfast::repo
