#include "tools/repo/github/app.h"

#include <ctime>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/base_url.h"
#include "base/json.h"
#include "base/text.h"
#include "tools/repo/github/api_client.h"
#include "tools/repo/github/app_jwt.h"

namespace lightfast::repo {
namespace {

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kUnprocessable = 422;

std::string name_of(const TokenRequest& request) {
  return fmt::format("{}/{}", request.owner, request.repository);
}

Result<ApiClient> client_with(const TokenRequest& request, std::string bearer) {
  const auto url = TRY(parse_base_url(request.api_url).during("LIGHTFAST_GITHUB_API_URL"));
  return ApiClient(url, request.ca_file, std::move(bearer));
}

// As the app itself.
Result<ApiClient> client_of_app(const TokenRequest& request, std::chrono::sys_seconds now) {
  auto jwt = TRY(app_jwt(request.app_id, request.private_key, now));
  return client_with(request, std::move(jwt));
}

// The text at `name` of an answer that is to have it.
Result<std::string> text_in(const ApiAnswer& answer, const char* name, const std::string& doing) {
  const auto found = answer.body.find(name);
  if (found != answer.body.end() && found->is_string()) return found->get<std::string>();
  return Error{ErrorKind::Corrupt, fmt::format("{}: the answer has no '{}'", doing, name)};
}

// `path` names the repository or the organisation.
Result<std::int64_t> find_installation(ApiClient& client, const std::string& path,
                                       const TokenRequest& request) {
  const auto doing = fmt::format("finding the GitHub App's installation for '{}'", path.substr(1));
  const auto answer = TRY(client.send("GET", path + "/installation"));
  if (answer.status == kNotFound) {
    return Error{
        ErrorKind::NotFound,
        fmt::format("{}: the app is not installed there, or it does not exist; install the "
                    "app for '{}' and give it the repository",
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

struct WantedToken {
  Json body;
  const char* permission;  // that it takes, for the message that it is missing
};

Result<InstallationToken> make_token(ApiClient& client, std::int64_t installation,
                                     const WantedToken& wanted) {
  const std::string doing = "asking for a token of the GitHub App's installation";
  const auto answer = TRY(client.send(
      "POST", fmt::format("/app/installations/{}/access_tokens", installation), wanted.body));
  if (answer.status == kUnprocessable) {
    return Error{
        ErrorKind::PermissionDenied,
        fmt::format("{}: the app needs the permission {} and access to the repository ({})", doing,
                    wanted.permission, reason_of(answer))};
  }
  if (answer.status != kCreated) return refusal(answer, doing);
  auto token = TRY(text_in(answer, "token", doing));
  const auto expires_at = TRY(time_in(answer.body, "expires_at").during(doing));
  return InstallationToken{std::move(token), expires_at};
}

// ---- Making the repository.

Result<void> check_absent(ApiClient& client, const TokenRequest& request) {
  const auto answer = TRY(client.send("GET", "/repos/" + name_of(request)));
  if (answer.status == kNotFound) return {};
  if (answer.status != kOk) return refusal(answer, "looking for '" + name_of(request) + "'");
  return Error{ErrorKind::InvalidArgument,
               fmt::format("'{}' is there already; nothing was changed", name_of(request))};
}

// With a first commit of GitHub's own, since it takes no objects for an empty repository.
Result<std::string> make_empty(ApiClient& client, const TokenRequest& request) {
  const auto doing = fmt::format("making the repository '{}'", name_of(request));
  const auto answer =
      TRY(client.send("POST", fmt::format("/orgs/{}/repos", request.owner),
                      {{"name", request.repository},
                       {"private", true},
                       {"auto_init", true},
                       {"description", "What our agents know: read by Lightfast"}}));
  if (answer.status == kForbidden) {
    return Error{ErrorKind::PermissionDenied,
                 fmt::format("{}: the app needs the organisation's permission to create "
                             "repositories, or 'Administration: write' ({})",
                             doing, reason_of(answer))};
  }
  if (answer.status != kCreated) return refusal(answer, doing);
  return text_in(answer, "html_url", doing);
}

Result<std::string> created(ApiClient& client, const std::string& path, const Json& body,
                            const std::string& doing) {
  const auto answer = TRY(client.send("POST", path, body));
  if (answer.status != kCreated) return refusal(answer, doing);
  return text_in(answer, "sha", doing);
}

// One commit without a parent in the place of what is there.
Result<void> push(ApiClient& client, const TokenRequest& request,
                  const std::vector<NewFile>& files) {
  const auto git = fmt::format("/repos/{}/git", name_of(request));
  const auto doing = fmt::format("pushing the starter to '{}'", name_of(request));
  Json tree = Json::array();
  for (const auto& file : files) {
    tree.push_back(
        {{"path", file.path}, {"mode", "100644"}, {"type", "blob"}, {"content", file.content}});
  }
  const auto tree_id = TRY(created(client, git + "/trees", {{"tree", std::move(tree)}}, doing));
  const auto commit = TRY(created(
      client, git + "/commits",
      {{"message", "Start our context"}, {"tree", tree_id}, {"parents", Json::array()}}, doing));
  const auto moved =
      TRY(client.send("PATCH", git + "/refs/heads/main", {{"sha", commit}, {"force", true}}));
  return moved.status == kOk ? Result<void>() : refusal(moved, doing);
}

}  // namespace

Result<InstallationToken> ask_for_token(const TokenRequest& request, std::chrono::sys_seconds now) {
  auto app = TRY(client_of_app(request, now));
  const auto installation = TRY(find_installation(app, "/repos/" + name_of(request), request));
  return make_token(app, installation,
                    {{{"repositories", Json::array({request.repository})},
                      {"permissions", {{"contents", "read"}, {"metadata", "read"}}}},
                     "'Contents: read'"});
}

Result<std::string> create_repository(const TokenRequest& request,
                                      const std::vector<NewFile>& files,
                                      std::chrono::sys_seconds now) {
  auto app = TRY(client_of_app(request, now));
  const auto installation = TRY(find_installation(app, "/orgs/" + request.owner, request));
  auto token =
      TRY(make_token(app, installation,
                     {{{"permissions", {{"administration", "write"}, {"contents", "write"}}}},
                      "'Administration: write' and 'Contents: write'"}));
  auto client = TRY(client_with(request, std::move(token.token)));
  TRY(check_absent(client, request));
  auto url = TRY(make_empty(client, request));
  auto pushed = push(client, request, files);
  if (pushed) return url;
  return std::move(pushed).error().during(
      fmt::format("'{}' was made, but it is without the starter (push it there, or delete it)",
                  name_of(request)));
}

}  // namespace lightfast::repo
