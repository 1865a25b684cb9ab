#include "tools/repo/github/token_messages.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tools/repo/git/response.h"

namespace lightfast::repo {
namespace {

std::string dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The text called `name`; nothing when it is not there.
std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string to_json_text(const TokenRequest& request) {
  return dump({{"api_url", request.api_url},
               {"app_id", request.app_id},
               {"private_key", request.private_key},
               {"owner", request.owner},
               {"repository", request.repository},
               {"ca_file", request.ca_file.string()}});
}

Result<TokenRequest> parse_token_request(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return Error{ErrorKind::InvalidArgument, "request: not a JSON object"};
  return TokenRequest{.api_url = text_in(document, "api_url"),
                      .app_id = text_in(document, "app_id"),
                      .private_key = text_in(document, "private_key"),
                      .owner = text_in(document, "owner"),
                      .repository = text_in(document, "repository"),
                      .ca_file = text_in(document, "ca_file")};
}

std::string to_json_text(const InstallationToken& token) {
  return dump(
      {{"token", token.token}, {"expires_at", token.expires_at.time_since_epoch().count()}});
}

Result<InstallationToken> parse_token_answer(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  const Error malformed{ErrorKind::Corrupt, "the GitHub helper's answer is not what was agreed"};
  if (!document.is_object()) return malformed;
  if (auto error = error_in(document)) return *std::move(error);
  const auto expires_at = document.find("expires_at");
  if (expires_at == document.end() || !expires_at->is_number_integer()) return malformed;
  return InstallationToken{.token = text_in(document, "token"),
                           .expires_at = std::chrono::sys_seconds(
                               std::chrono::seconds(expires_at->get<std::int64_t>()))};
}

}  // namespace lightfast::repo
