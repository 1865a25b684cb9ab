#include "app/http_service.h"

#include <algorithm>
#include <array>
#include <stop_token>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/http_answers.h"
#include "base/text.h"
#include "contract/openapi.h"

namespace lightfast {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr const char* kScope = "context:read";  // of MCP and of what tells of the server
constexpr std::string_view kRestPrefix = "/v1/";

http::Response text_answer(int status, std::string type, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

http::Response method_not_allowed(const http::Request& request, std::string_view allowed) {
  auto answer = error_answer(405, fmt::format("{} has no {}, but {}", visible_line(request.path()),
                                              visible_line(request.method), allowed));
  answer.headers.add("Allow", std::string(allowed));
  return answer;
}

bool allows(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    const auto comma = std::min(methods.find(", "), methods.size());
    if (methods.substr(0, comma) == method) return true;
    methods.remove_prefix(std::min(comma + 2, methods.size()));
  }
  return false;
}

// For web pages whose origin may call (WHATWG Fetch, 3.2).
http::Response preflight(const std::string& origin) {
  return {.status = 204,
          .headers = {{"Access-Control-Allow-Origin", origin},
                      {"Access-Control-Allow-Methods", "GET, POST, DELETE"},
                      {"Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Last-Event-ID, Mcp-Session-Id, "
                       "MCP-Protocol-Version, Mcp-Method, Mcp-Name"},
                      {"Access-Control-Max-Age", "86400"},
                      {"Vary", "Origin"}},
          .body = {}};
}

// Adds to every answer what a page of an allowed origin needs to read it.
class SharedWithPage final : public http::Exchange {
 public:
  SharedWithPage(std::shared_ptr<http::Exchange> inner, std::string origin)
      : inner_(std::move(inner)), origin_(std::move(origin)) {}

  [[nodiscard]] const http::Request& request() const override { return inner_->request(); }
  void on_close(std::function<void()> closed) override { inner_->on_close(std::move(closed)); }
  void set_caller(std::string caller) override { inner_->set_caller(std::move(caller)); }
  void respond(http::Response response) override {
    inner_->respond(with_permission(std::move(response)));
  }
  void begin(http::Response head) override { inner_->begin(with_permission(std::move(head))); }
  void send(std::string piece) override { inner_->send(std::move(piece)); }
  void end() override { inner_->end(); }

 private:
  [[nodiscard]] http::Response with_permission(http::Response response) const {
    response.headers.add("Access-Control-Allow-Origin", origin_);
    response.headers.add("Access-Control-Expose-Headers",
                         "Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-ID");
    response.headers.add("Vary", "Origin");
    return response;
  }

  const std::shared_ptr<http::Exchange> inner_;
  const std::string origin_;
};

http::Response delivery_answer(const ingest::Answer& answer) {
  constexpr int kAccepted = 202;
  if (answer.status == kAccepted) return json_answer(kAccepted, {{"status", answer.word}});
  auto refusal = error_answer(answer.status, answer.word);
  if (answer.status == 401) refusal.headers.add("WWW-Authenticate", "X-Hub-Signature-256");
  if (answer.status == 503) refusal.headers.add("Retry-After", "30");
  return refusal;
}

Result<Json> body_of(const http::Request& request) {
  if (is_nested_deeper_than(kMaxNesting, request.body)) {
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("the body is nested more than {} levels deep", kMaxNesting)};
  }
  auto body = Json::parse(request.body, nullptr, false);
  if (body.is_object()) return body;
  return Error{ErrorKind::InvalidArgument, "the body must be a JSON object in valid UTF-8"};
}

}  // namespace

// Kept by its exchange until the answer is complete.
struct HttpService::Call {
  Call(HttpService& called, const Exchange& asked)
      : service(called),
        exchange(asked),
        place(service.calls_.insert(service.calls_.end(), this)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { service.calls_.erase(place); }

  HttpService& service;
  const std::weak_ptr<http::Exchange> exchange;
  std::stop_source stop;
  const std::list<Call*>::iterator place;
};

HttpService::HttpService(const Parts& parts)
    : parts_(parts),
      endpoint_(parts.mcp),
      openapi_(contract::openapi_document(parts.services.catalog(), LIGHTFAST_VERSION).dump()) {}

const HttpService::Route* HttpService::find_route(std::string_view path) {
  static constexpr std::array kRoutes = {
      Route{"/mcp", "GET, POST, DELETE", &HttpService::mcp},
      Route{"/healthz", "GET, HEAD", &HttpService::healthz},
      Route{"/readyz", "GET, HEAD", &HttpService::readyz},
      Route{"/metrics", "GET, HEAD", &HttpService::metrics},
      Route{"/openapi.json", "GET, HEAD", &HttpService::openapi},
      Route{"/.well-known/oauth-protected-resource", "GET, HEAD", &HttpService::resource_metadata},
  };
  const auto* const found = std::ranges::find(kRoutes, path, &Route::path);
  return found == kRoutes.end() ? nullptr : found;
}

void HttpService::handle(std::shared_ptr<http::Exchange> exchange) {
  if (const auto turn = parts_.http.turn(); std::exchange(turn_, turn) != turn)
    parts_.auth.refresh();
  const auto& request = exchange->request();
  if (const auto why = parts_.access.refusal(request))
    return exchange->respond(error_answer(403, *why));
  const auto origin = request.headers.value("Origin");
  if (origin.empty()) return route(exchange);
  if (request.method == "OPTIONS") return exchange->respond(preflight(origin));
  route(std::make_shared<SharedWithPage>(std::move(exchange), origin));
}

void HttpService::route(const Exchange& exchange) {
  const auto& request = exchange->request();
  if (const Route* route = find_route(request.path())) {
    if (!allows(route->methods, request.method))
      return exchange->respond(method_not_allowed(request, route->methods));
    return (this->*route->answer)(exchange);
  }
  if (request.path().starts_with(kIngestPrefix)) return take_delivery(exchange);
  const auto& procedures = parts_.services.catalog().procedures();
  const auto procedure = std::ranges::find_if(
      procedures, [&](const auto& each) { return each.declaration.http_path == request.path(); });
  if (procedure == procedures.end()) {
    return exchange->respond(error_answer(
        404, fmt::format("there is nothing at {}; MCP is at /mcp, the REST API is described by "
                         "/openapi.json",
                         visible_line(request.path()))));
  }
  if (request.method != procedure->declaration.http_method)
    return exchange->respond(method_not_allowed(request, procedure->declaration.http_method));
  answer_procedure(exchange, *procedure);
}

void HttpService::answer_procedure(const Exchange& exchange,
                                   const contract::BoundProcedure& procedure) {
  const auto& request = exchange->request();
  auto principal = parts_.auth.admit(request, procedure.declaration.scope);
  if (!principal) return exchange->respond(std::move(principal.error()));
  exchange->set_caller(principal->id);
  if (http::media_type(request.headers.value("Content-Type")) != "application/json")
    return exchange->respond(
        error_answer(415, "the body must be of Content-Type application/json"));
  const auto body = body_of(request);
  if (!body) return exchange->respond(error_answer(body.error(), request.id));
  const auto& catalog = parts_.services.catalog();
  auto input = catalog.check(procedure, *body);
  if (!input) return exchange->respond(error_answer(input.error(), request.id));
  const auto call = std::make_shared<Call>(*this, exchange);
  exchange->on_close([call] { call->stop.request_stop(); });
  const contract::CallContext context{request.id, principal->org, call->stop.get_token()};
  auto job = [&catalog, &procedure, exchange, context, input = *std::move(input)] {
    const auto output = catalog.handle(procedure, input, context);
    exchange->respond(output ? json_answer(200, *output)
                             : error_answer(output.error(), context.request));
  };
  if (parts_.mcp.pool().submit(std::move(job))) return;
  exchange->respond(
      error_answer(Error{.kind = ErrorKind::LimitExceeded,
                         .message = "as many calls as may are in progress; try again in 1 s",
                         .retry_after = std::chrono::seconds(1)},
                   request.id));
}

// Whoever posts shows that it may by a signature of the body.
void HttpService::take_delivery(const Exchange& exchange) {
  const auto& request = exchange->request();
  if (request.method != "POST") return exchange->respond(method_not_allowed(request, "POST"));
  const auto rest = request.path().substr(kIngestPrefix.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  if (slash < rest.size() && rest.substr(slash + 1) != parts_.org.value)
    return exchange->respond(error_answer(404, "no such organisation is served here"));
  ingest::Posted posted{
      .org = parts_.org, .body = request.body, .header = [exchange](std::string_view name) {
        return exchange->request().headers.value(name);
      }};
  parts_.ingest.take(
      std::string(rest.substr(0, slash)), std::move(posted),
      [exchange](const ingest::Answer& answer) { exchange->respond(delivery_answer(answer)); });
}

void HttpService::cut() {
  constexpr const char* kWhy = "the server is shutting down";
  endpoint_.cut(kWhy);
  for (Call* call : calls_) {
    if (const auto exchange = call->exchange.lock()) exchange->respond(error_answer(503, kWhy));
    call->stop.request_stop();
  }
}

void HttpService::healthz(const Exchange& exchange) {
  exchange->respond(text_answer(200, "text/plain; charset=utf-8", "ok\n"));
}

void HttpService::readyz(const Exchange& exchange) {
  const auto readiness = parts_.services.readiness();
  if (!readiness) return exchange->respond(error_answer(readiness.error(), exchange->request().id));
  exchange->respond(json_answer(200, *readiness));
}

// Without a key on loopback, where whoever asks could look at the process itself.
bool HttpService::is_shown(const Exchange& exchange) {
  if (parts_.auth.shows_itself()) return true;
  auto principal = parts_.auth.admit(exchange->request(), kScope);
  if (!principal) {
    exchange->respond(std::move(principal.error()));
    return false;
  }
  exchange->set_caller(principal->id);
  return true;
}

void HttpService::metrics(const Exchange& exchange) {
  if (!is_shown(exchange)) return;
  const auto number = [](auto value) { return static_cast<double>(value); };
  auto& metrics = parts_.metrics;
  const auto& http = parts_.http.state();
  metrics.set("lightfast_http_connections", number(http.connections));
  metrics.set("lightfast_http_streams", number(http.streams));
  metrics.set("lightfast_http_refused_connections", number(http.refused_connections));
  metrics.set("lightfast_http_timed_out", number(http.timed_out));
  metrics.set("lightfast_http_cut_off", number(http.cut_off));
  metrics.set("lightfast_http_bad_requests", number(http.bad_requests));
  metrics.set("lightfast_auth_refused", number(parts_.auth.refused()));
  metrics.set("lightfast_auth_rate_limited", number(parts_.auth.limited()));
  metrics.set("lightfast_mcp_sessions", number(endpoint_.sessions()));
  const auto load = parts_.mcp.pool().load();
  metrics.set("lightfast_workers_running", number(load.running));
  metrics.set("lightfast_workers_waiting", number(load.waiting));
  if (const auto tier = parts_.services.sandboxes().known_tier())
    metrics.set("lightfast_sandbox_tier", number(*tier));
  const auto deliveries = parts_.ingest.state();
  metrics.set("lightfast_webhooks_taken", number(deliveries.taken));
  metrics.set("lightfast_webhooks_duplicate", number(deliveries.duplicates));
  metrics.set("lightfast_webhooks_refused", number(deliveries.refused));
  metrics.set("lightfast_webhooks_waiting", number(deliveries.waiting));
  metrics.set("lightfast_webhooks_dead", number(deliveries.dead));
  const auto state = parts_.services.repo().state();
  metrics.set("lightfast_repo_ready", state.current ? 1 : 0);
  metrics.set("lightfast_repo_stale", state.problem.empty() ? 0 : 1);
  if (state.current)
    metrics.set("lightfast_repo_committed_seconds", number(state.current->committed_at));
  exchange->respond(text_answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()));
}

void HttpService::openapi(const Exchange& exchange) {
  if (is_shown(exchange)) exchange->respond(text_answer(200, "application/json", openapi_));
}

void HttpService::resource_metadata(const Exchange& exchange) {
  const Json& metadata = parts_.auth.resource_metadata();
  exchange->respond(metadata.is_null()
                        ? error_answer(404, "this server takes API keys, no access tokens")
                        : json_answer(200, metadata));
}

void HttpService::mcp(const Exchange& exchange) {
  auto principal = parts_.auth.admit(exchange->request(), kScope);
  if (!principal) return exchange->respond(std::move(principal.error()));
  exchange->set_caller(principal->id);
  endpoint_.handle(exchange, principal->id);
}

}  // namespace lightfast
