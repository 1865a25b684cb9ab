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

constexpr std::size_t kMaxKeyBytes = 16384;
constexpr std::size_t kKeptClients = 8;

// What may stand in a header (RFC 9110, section 5.5), without spaces, which no token has.
Result<void> check_key(std::string_view key) {
  const bool plain = std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
  if (plain && key.size() <= kMaxKeyBytes) return {};
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

void replace_all(std::string& text, const std::string& what, std::string_view with) {
  if (what.empty()) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// `answer` as it may be quoted in an error, whatever a server repeats.
web::Answer without_key(web::Answer answer, const std::string& key) {
  for (auto* text : {&answer.reason, &answer.location, &answer.body})
    replace_all(*text, key, "[API key]");
  return answer;
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

bool is_stale(const web::Failure& failure) {
  return failure.reused && !failure.answered && failure.fault.kind == web::Fault::Kind::Closed;
}

}  // namespace

struct RemoteServer::Route {
  std::string name, method, path;
  contract::Schema output;
  bool read_only = false;
};

RemoteServer::RemoteServer(BaseUrl url, RemoteOptions options)
    : url_(std::move(url)), options_(std::move(options)) {}

RemoteServer::~RemoteServer() = default;

Result<std::unique_ptr<RemoteServer>> RemoteServer::create(RemoteOptions options) {
  auto url = TRY(parse_base_url(options.base_url));
  TRY(check_key(options.api_key));
  std::unique_ptr<RemoteServer> server(new RemoteServer(std::move(url), std::move(options)));
  if (!server->options_.ca_file.empty()) TRY(server->trust());
  return server;
}

Result<contract::Handler> RemoteServer::handler_for(const contract::Procedure& procedure) {
  const auto route = std::make_shared<const Route>(
      Route{.name = procedure.name("."),
            .method = procedure.http_method,
            .path = url_.path + procedure.http_path,
            .output = TRY(contract::Schema::compile(procedure.output_schema)),
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
                             .body = input.dump(-1, ' ', false, Json::error_handler_t::replace)};
  auto client = TRY(take_client());
  auto answer = exchange(*client, request, route.read_only, *patience);
  if (!answer) return error_of(answer.error(), url_, limit);
  keep_client(std::move(client));
  const Asked asked{.url = url_.text(),
                    .procedure = route.name,
                    .output = route.output,
                    .with_key = !options_.api_key.empty()};
  auto output = output_of(*answer, asked);
  if (output) return output;
  return output_of(without_key(*std::move(answer), options_.api_key), asked);
}

std::expected<web::Answer, web::Failure> RemoteServer::exchange(web::HttpClient& client,
                                                                const web::Request& request,
                                                                bool may_repeat,
                                                                const web::Patience& patience) {
  auto answer = client.send(request, patience);
  if (!answer && may_repeat && is_stale(answer.error())) answer = client.send(request, patience);
  const bool refused = !answer && answer.error().fault.kind == web::Fault::Kind::Refused;
  if (refused && patience.pause(kRefusedPause) == web::Patience::Wake::Ready)
    answer = client.send(request, patience);
  return answer;
}

Result<const web::Trust*> RemoteServer::trust() {
  if (!url_.encrypted) return nullptr;
  return trust_.with([this](auto& made) -> Result<const web::Trust*> {
    if (!made) made = TRY(web::Trust::create(options_.ca_file));
    return &*made;
  });
}

Result<std::unique_ptr<web::HttpClient>> RemoteServer::take_client() {
  auto kept = idle_.with([](auto& idle) -> std::unique_ptr<web::HttpClient> {
    if (idle.empty()) return nullptr;
    auto last = std::move(idle.back());
    idle.pop_back();
    return last;
  });
  if (kept) return kept;
  return std::make_unique<web::HttpClient>(url_, TRY(trust()));
}

void RemoteServer::keep_client(std::unique_ptr<web::HttpClient> client) {
  idle_.with([&client](auto& idle) {
    if (idle.size() < kKeptClients) idle.push_back(std::move(client));
  });
}

}  // namespace lightfast::remote
