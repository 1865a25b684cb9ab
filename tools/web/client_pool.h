// HTTP with one server over as many connections as there are requests at a time, of which some are
// kept for the next ones. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/base_url.h"
#include "base/guarded.h"
#include "base/result.h"
#include "tools/web/connection.h"
#include "tools/web/http_client.h"
#include "tools/web/patience.h"

namespace lightfast::web {

class ClientPool {
 public:
  // Certificates are checked against the system's authorities and those in `ca_file` (empty: none).
  ClientPool(BaseUrl url, std::filesystem::path ca_file, const HttpLimits& limits = {});

  // Reads the authorities now, as the first request would: that takes longer than all else at the
  // start. InvalidArgument when `ca_file` holds none.
  Result<void> prepare();

  // Sends `request` and waits for the answer (http_client.h). When the server has closed a kept
  // connection meanwhile, a repeatable request is sent again on a new one.
  std::expected<Answer, Failure> send(const Request& request, const Patience& patience);

  [[nodiscard]] const BaseUrl& url() const { return url_; }

 private:
  Result<const Trust*> trust();  // null for plain http
  Result<std::unique_ptr<HttpClient>> take();
  void keep(std::unique_ptr<HttpClient> client);

  const BaseUrl url_;
  const std::filesystem::path ca_file_;
  const HttpLimits limits_;
  Guarded<std::optional<Trust>> trust_;                     // once made, it stays as it is
  Guarded<std::vector<std::unique_ptr<HttpClient>>> idle_;  // the one used last at the end
};

// Whether `key` can be sent as a bearer token: it is what may stand in a header (RFC 9110, section
// 5.5), without spaces, which no token has, and no longer than 16 KiB.
bool is_sendable_key(std::string_view key);

}  // namespace lightfast::web
