#include "tools/repo/git/request.h"

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/json.h"

namespace lightfast::repo {
namespace {

constexpr int kVersion = 1;

Error invalid(std::string_view field, std::string_view why) {
  return {ErrorKind::InvalidArgument, fmt::format("request: '{}' {}", field, why),
          std::string(field)};
}

Result<std::string> text_field(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::string();
  if (!found->is_string()) return invalid(name, "is not a string");
  auto text = found->get<std::string>();
  if (text.find('\0') != std::string::npos) return invalid(name, "holds a NUL byte");
  return text;
}

Result<std::filesystem::path> path_field(const Json& object, const std::string& name) {
  std::filesystem::path path = TRY(text_field(object, name));
  if (!path.empty() && !path.is_absolute()) return invalid(name, "is not an absolute path");
  return path;
}

Result<std::chrono::milliseconds> duration_field(const Json& object, const std::string& name,
                                                 std::chrono::milliseconds otherwise) {
  const auto found = object.find(name);
  if (found == object.end()) return otherwise;
  if (!found->is_number_unsigned()) return invalid(name, "is not a number of milliseconds");
  return std::chrono::milliseconds(found->get<std::uint32_t>());
}

Result<RemoteSource> parse_remote(const Json& object) {
  RemoteSource remote;
  remote.url = TRY(text_field(object, "url"));
  remote.token = TRY(text_field(object, "token"));
  remote.ca_file = TRY(path_field(object, "ca_file"));
  remote.ssh_key = TRY(text_field(object, "ssh_key"));
  remote.known_hosts = TRY(text_field(object, "known_hosts"));
  return remote;
}

Json to_json(const RemoteSource& remote) {
  Json source = {{"url", remote.url}};
  if (!remote.token.empty()) source["token"] = remote.token;
  if (!remote.ca_file.empty()) source["ca_file"] = remote.ca_file.string();
  if (!remote.ssh_key.empty()) source["ssh_key"] = remote.ssh_key;
  if (!remote.known_hosts.empty()) source["known_hosts"] = remote.known_hosts;
  return source;
}

}  // namespace

std::string to_json_text(const SyncRequest& request) {
  Json source = {{"git_dir", request.git_dir.string()}};
  if (request.git_dir.empty()) source = to_json(request.remote);
  const Json document = {{"version", kVersion},
                         {"operation", "sync"},
                         {"directory", request.directory.string()},
                         {"source", std::move(source)},
                         {"branch", request.branch},
                         {"lock_wait_ms", request.lock_wait.count()},
                         {"stall_ms", request.stall_limit.count()}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SyncRequest> parse_request(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return Error{ErrorKind::InvalidArgument, "request: not a JSON object"};
  if (document.value("version", Json()) != Json(kVersion)) return invalid("version", "is not 1");
  if (document.value("operation", Json()) != Json("sync"))
    return invalid("operation", "is not 'sync'");
  const auto source = document.find("source");
  if (source == document.end() || !source->is_object())
    return invalid("source", "is not an object");

  SyncRequest request;
  request.directory = TRY(path_field(document, "directory"));
  request.git_dir = TRY(path_field(*source, "git_dir"));
  request.remote = TRY(parse_remote(*source));
  request.branch = TRY(text_field(document, "branch"));
  request.lock_wait = TRY(duration_field(document, "lock_wait_ms", request.lock_wait));
  request.stall_limit = TRY(duration_field(document, "stall_ms", request.stall_limit));
  if (request.directory.empty()) return invalid("directory", "is missing");
  if (request.git_dir.empty() == request.remote.url.empty())
    return invalid("source", "needs either 'url' or 'git_dir'");
  return request;
}

}  // namespace lightfast::repo
