#include "tools/remote/remote_server.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "tools/remote/answer.h"
#include "tools/web/patience.h"

namespace lightfast::remote {
namespace {

using std::chrono::milliseconds;

Result<void> check_key(std::string_view key) {
  if (web::is_sendable_key(key)) return {};
  return Error{
      ErrorKind::InvalidArgument,
      "the API key (LIGHTFAST_API_KEY or the file of --api-key-file) holds a space, a line "
      "break or another character that no key has, or is over 16 KiB"};
}

// How long a call may take, and why.
struct TimeLimit {
  milliseconds time;
  std::string words;
};

TimeLimit time_limit(const Json& input) {
  const auto own = input.find("timeoutMs");
  if (own == input.end() || !own->is_number_integer())
    return {RemoteServer::kCallTime, fmt::format("{} s", RemoteServer::kCallTime.count())};
  const milliseconds timeout(own->get<std::int64_t>());
  return {timeout + RemoteServer::kQueueTime,
          fmt::format("its timeoutMs of {} and {} s for the server's queue", timeout.count(),
                      RemoteServer::kQueueTime.count())};
}

Error error_of(const web::Failure& failure, const BaseUrl& url, const TimeLimit& limit) {
  const auto& [kind, error] = failure.fault;
  const auto where = url.text();
  if (kind == web::Fault::Kind::Cancelled)
    return {ErrorKind::Timeout, fmt::format("cancelled while waiting for '{}'", where)};
  if (kind == web::Fault::Kind::Late)
    return {ErrorKind::Timeout, fmt::format("no answer of '{}' within {}", where, limit.words)};
  if (failure.connecting)
    return {error.kind, fmt::format("cannot reach '{}': {}", where, error.message)};
  if (error.kind == ErrorKind::LimitExceeded)
    return {error.kind, fmt::format("the answer of '{}' is too large: {}", where, error.message)};
  if (error.kind == ErrorKind::Corrupt) {
    return {error.kind,
            fmt::format("'{}' does not answer as a lightfast server: {}", where, error.message)};
  }
  return {error.kind, fmt::format("'{}' gave no whole answer: {}", where, error.message)};
}

}  // namespace

struct RemoteServer::Route {
  std::string name, method, path;
  contract::Schema output;
  bool read_only = false;
};

RemoteServer::RemoteServer(BaseUrl url, RemoteOptions options)
    : options_(std::move(options)), clients_(std::move(url), options_.ca_file) {}

RemoteServer::~RemoteServer() = default;

Result<std::unique_ptr<RemoteServer>> RemoteServer::create(RemoteOptions options) {
  auto url = TRY(parse_base_url(options.base_url));
  TRY(check_key(options.api_key));
  std::unique_ptr<RemoteServer> server(new RemoteServer(std::move(url), std::move(options)));
  if (!server->options_.ca_file.empty()) TRY(server->clients_.prepare());
  return server;
}

Result<contract::Handler> RemoteServer::handler_for(const contract::Procedure& procedure) {
  auto output = TRY(contract::Schema::compile(procedure.output_schema));
  const auto route =
      std::make_shared<const Route>(Route{.name = procedure.name("."),
                                          .method = procedure.http_method,
                                          .path = url().path + procedure.http_path,
                                          .output = std::move(output),
                                          .read_only = procedure.annotations.read_only});
  return contract::Handler([this, route](const Json& input, const contract::CallContext& context) {
    return call(*route, input, context);
  });
}

Result<Json> RemoteServer::call(const Route& route, const Json& input,
                                const contract::CallContext& context) {
  const TimeLimit limit = time_limit(input);
  const auto patience =
      TRY(web::Patience::create(web::Clock::now() + limit.time, context.cancelled));
  const web::Request request{.method = route.method,
                             .path = route.path,
                             .api_key = options_.api_key,
                             .body = input.dump(-1, ' ', false, Json::error_handler_t::replace),
                             .is_repeatable = route.read_only};
  auto answer = exchange(request, *patience);
  if (!answer) return error_of(answer.error(), url(), limit);
  const Asked asked{.url = url().text(),
                    .procedure = route.name,
                    .output = route.output,
                    .with_key = !options_.api_key.empty()};
  auto output = output_of(*answer, asked);
  if (output) return output;
  return output_of(web::without_key(*std::move(answer), options_.api_key), asked);
}

std::expected<web::Answer, web::Failure> RemoteServer::exchange(const web::Request& request,
                                                                const web::Patience& patience) {
  auto answer = clients_.send(request, patience);
  const bool refused = !answer && answer.error().fault.kind == web::Fault::Kind::Refused;
  if (refused && patience.pause(kRefusedPause) == web::Patience::Wake::Ready)
    answer = clients_.send(request, patience);
  return answer;
}

}  // namespace lightfast::remote
