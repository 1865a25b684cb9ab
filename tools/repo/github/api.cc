#include "tools/repo/github/api.h"

#include <httplib.h>

#include <ctime>
#include <memory>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/base_url.h"
#include "base/json.h"
#include "base/text.h"
#include "tools/repo/github/app_jwt.h"

namespace lightfast::repo {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);  // for a connection, and each read
constexpr std::size_t kMaxAnswer = 1UL << 20;
constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxShown = 200;

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kUnprocessable = 422;
constexpr int kTooMany = 429;

struct Answer {
  int status = 0;
  Json body;
  std::string retry_after;  // seconds, as GitHub says it
};

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

class Api {
 public:
  Api(const BaseUrl& url, const std::filesystem::path& ca_file, std::string jwt)
      : url_(url), client_(client_for(url, ca_file)), jwt_(std::move(jwt)) {}

  Result<Answer> get(const std::string& path) { return send("GET", path, {}); }
  Result<Answer> post(const std::string& path, const Json& body) {
    return send("POST", path, body.dump());
  }

 private:
  Result<Answer> send(const std::string& method, const std::string& path, std::string body) {
    httplib::Request request;
    request.method = method;
    request.path = url_.path + path;
    request.headers = {{"Accept", "application/vnd.github+json"},
                       {"Authorization", "Bearer " + jwt_},
                       {"User-Agent", "lightfast"},
                       {"X-GitHub-Api-Version", "2022-11-28"}};
    if (!body.empty()) request.headers.emplace("Content-Type", "application/json");
    request.body = std::move(body);
    std::string content;
    request.content_receiver = [&content](const char* bytes, std::size_t size, std::uint64_t,
                                          std::uint64_t) {
      if (content.size() + size > kMaxAnswer) return false;
      content.append(bytes, size);
      return true;
    };
    const auto doing = fmt::format("asking GitHub's API at '{}'", url_.text());
    const auto answer = client_->send(request);
    if (!answer) {
      return Error{ErrorKind::Unavailable,
                   fmt::format("{}: {}", doing, httplib::to_string(answer.error()))};
    }
    auto json =
        is_nested_deeper_than(kMaxNesting, content) ? Json() : Json::parse(content, nullptr, false);
    if (!json.is_object()) json = Json::object();
    return Answer{answer->status, std::move(json), answer->get_header_value("Retry-After")};
  }

  const BaseUrl url_;
  const std::unique_ptr<httplib::ClientImpl> client_;
  const std::string jwt_;
};

std::string message_of(const Answer& answer) {
  const auto found = answer.body.find("message");
  const auto text = found != answer.body.end() && found->is_string()
                        ? visible_line(found->get<std::string>())
                        : std::string("no reason given");
  return text.substr(0, utf8_prefix(text, kMaxShown));
}

Error refusal(const Answer& answer, const std::string& doing) {
  switch (answer.status) {
    case kUnauthorized:
      return {
          ErrorKind::PermissionDenied,
          fmt::format("{}: GitHub does not accept the app's key; check LIGHTFAST_GITHUB_APP_ID, "
                      "its key and this machine's clock ({})",
                      doing, message_of(answer))};
    case kForbidden:
    case kTooMany:
      if (answer.retry_after.empty()) break;
      return {ErrorKind::Unavailable,
              fmt::format("{}: GitHub asks to wait {} s ({})", doing,
                          visible_line(answer.retry_after), message_of(answer))};
    default:
      break;
  }
  const bool is_theirs = answer.status >= 500;
  return {is_theirs ? ErrorKind::Unavailable : ErrorKind::PermissionDenied,
          fmt::format("{}: {} ({})", doing, answer.status, message_of(answer))};
}

Result<std::int64_t> find_installation(Api& api, const TokenRequest& request) {
  const auto name = fmt::format("{}/{}", request.owner, request.repository);
  const auto doing = fmt::format("finding the GitHub App's installation for '{}'", name);
  const auto answer = TRY(api.get(fmt::format("/repos/{}/installation", name)));
  if (answer.status == kNotFound) {
    return Error{
        ErrorKind::NotFound,
        fmt::format("{}: the app is not installed there, or the repository does not exist; "
                    "install it for '{}' and give it that repository",
                    doing, request.owner)};
  }
  if (answer.status != kOk) return refusal(answer, doing);
  const auto id = answer.body.find("id");
  if (id == answer.body.end() || !id->is_number_integer())
    return Error{ErrorKind::Corrupt, doing + ": the answer has no id"};
  return id->get<std::int64_t>();
}

// `2026-11-30T04:00:00Z`.
Result<std::chrono::sys_seconds> time_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  std::tm parts = {};
  const bool is_time = found != object.end() && found->is_string() &&
                       ::strptime(found->get_ref<const std::string&>().c_str(),
                                  "%Y-%m-%dT%H:%M:%SZ", &parts) != nullptr;
  if (!is_time) return Error{ErrorKind::Corrupt, fmt::format("the answer has no '{}'", name)};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

Result<InstallationToken> make_token(Api& api, const TokenRequest& request,
                                     std::int64_t installation) {
  const std::string doing = "asking for a token of the GitHub App's installation";
  const Json wanted = {{"repositories", Json::array({request.repository})},
                       {"permissions", {{"contents", "read"}, {"metadata", "read"}}}};
  const auto answer =
      TRY(api.post(fmt::format("/app/installations/{}/access_tokens", installation), wanted));
  if (answer.status == kUnprocessable) {
    return Error{ErrorKind::PermissionDenied,
                 fmt::format("{}: the app needs the permission 'Contents: read' and access to the "
                             "repository '{}' ({})",
                             doing, request.repository, message_of(answer))};
  }
  if (answer.status != kCreated) return refusal(answer, doing);
  const auto token = answer.body.find("token");
  if (token == answer.body.end() || !token->is_string())
    return Error{ErrorKind::Corrupt, doing + ": the answer has no token"};
  return InstallationToken{token->get<std::string>(),
                           TRY(time_in(answer.body, "expires_at").during(doing))};
}

}  // namespace

Result<InstallationToken> ask_for_token(const TokenRequest& request, std::chrono::sys_seconds now) {
  const auto url = TRY(parse_base_url(request.api_url).during("LIGHTFAST_GITHUB_API_URL"));
  Api api(url, request.ca_file, TRY(app_jwt(request.app_id, request.private_key, now)));
  return make_token(api, request, TRY(find_installation(api, request)));
}

}  // namespace lightfast::repo
