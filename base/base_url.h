// Where a lightfast server is: the URL that its routes begin with. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast {

struct BaseUrl {
  bool encrypted = true;     // https
  std::string host = {};     // lower case, an IPv6 address without its brackets
  std::uint16_t port = 443;  // never 0
  std::string path = {};     // what stands before /v1/..., without a slash at the end; mostly empty

  bool operator==(const BaseUrl&) const = default;

  // `HOST` or `HOST:PORT` as a Host header has it (RFC 9110, section 7.2).
  [[nodiscard]] std::string authority() const;
  // The whole of it again, for messages.
  [[nodiscard]] std::string text() const;
};

// The setting that a URL is given in, for messages.
struct UrlSetting {
  std::string_view name = "base-url";
  std::string_view place_of_key = "LIGHTFAST_API_KEY or in the file that --api-key-file names";
};

// Takes https URLs, and http URLs of this machine: elsewhere the API key would travel in clear.
// InvalidArgument says what to do, and repeats nothing of a URL that may hold a secret.
Result<BaseUrl> parse_base_url(std::string_view text, const UrlSetting& setting = {});

}  // namespace lightfast
