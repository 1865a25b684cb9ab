#include "tools/repo/github/api_client.h"

#include <httplib.h>

#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::repo {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);  // for a connection, and each read
constexpr std::size_t kMaxAnswer = 1UL << 20;
constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxShown = 200;

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kTooMany = 429;

std::unique_ptr<httplib::ClientImpl> client_for(const BaseUrl& url,
                                                const std::filesystem::path& ca_file) {
  std::unique_ptr<httplib::ClientImpl> client;
  if (url.encrypted) {
    auto encrypted = std::make_unique<httplib::SSLClient>(url.host, url.port);
    encrypted->enable_server_certificate_verification(true);
    if (!ca_file.empty()) encrypted->set_ca_cert_path(ca_file.string());
    client = std::move(encrypted);
  } else {
    client = std::make_unique<httplib::ClientImpl>(url.host, url.port);
  }
  client->set_connection_timeout(kPatience);
  client->set_read_timeout(kPatience);
  client->set_write_timeout(kPatience);
  client->set_follow_location(false);
  client->set_decompress(false);
  client->set_keep_alive(true);
  return client;
}

}  // namespace

struct ApiClient::Connection {
  BaseUrl url;
  std::unique_ptr<httplib::ClientImpl> client;
  std::string bearer;
};

ApiClient::ApiClient(const BaseUrl& url, const std::filesystem::path& ca_file, std::string bearer)
    : connection_(new Connection{url, client_for(url, ca_file), std::move(bearer)}) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiAnswer> ApiClient::send(const std::string& method, const std::string& path,
                                  const Json& body) {
  const auto& [url, client, bearer] = *connection_;
  httplib::Request request;
  request.method = method;
  request.path = url.path + path;
  request.headers = {{"Accept", "application/vnd.github+json"},
                     {"Authorization", "Bearer " + bearer},
                     {"User-Agent", "lightfast"},
                     {"X-GitHub-Api-Version", "2022-11-28"}};
  if (!body.is_null()) {
    request.headers.emplace("Content-Type", "application/json");
    request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::string content;
  request.content_receiver = [&content](const char* bytes, std::size_t size, std::uint64_t /*at*/,
                                        std::uint64_t /*all*/) {
    if (content.size() + size > kMaxAnswer) return false;
    content.append(bytes, size);
    return true;
  };
  const auto doing = fmt::format("asking GitHub's API at '{}'", url.text());
  const auto answer = client->send(request);
  if (!answer) {
    return Error{ErrorKind::Unavailable,
                 fmt::format("{}: {}", doing, httplib::to_string(answer.error()))};
  }
  auto json =
      why_not_parsed(content, kMaxNesting).empty() ? Json::parse(content, nullptr, false) : Json();
  if (!json.is_object()) json = Json::object();
  return ApiAnswer{answer->status, std::move(json), answer->get_header_value("Retry-After")};
}

std::string reason_of(const ApiAnswer& answer) {
  const auto found = answer.body.find("message");
  const auto text = found != answer.body.end() && found->is_string()
                        ? visible_line(found->get<std::string>())
                        : std::string("no reason given");
  return text.substr(0, utf8_prefix(text, kMaxShown));
}

Error refusal(const ApiAnswer& answer, const std::string& doing) {
  switch (answer.status) {
    case kUnauthorized:
      return {
          ErrorKind::PermissionDenied,
          fmt::format("{}: GitHub does not accept the app's key; check LIGHTFAST_GITHUB_APP_ID, "
                      "its key and this machine's clock ({})",
                      doing, reason_of(answer))};
    case kForbidden:
    case kTooMany:
      if (answer.retry_after.empty()) break;
      return {ErrorKind::Unavailable,
              fmt::format("{}: GitHub asks to wait {} s ({})", doing,
                          visible_line(answer.retry_after), reason_of(answer))};
    default:
      break;
  }
  const bool is_theirs = answer.status >= 500;
  return {is_theirs ? ErrorKind::Unavailable : ErrorKind::PermissionDenied,
          fmt::format("{}: {} ({})", doing, answer.status, reason_of(answer))};
}

}  // namespace lightfast::repo
