#include "app/http_service.h"

#include <algorithm>
#include <array>
#include <stop_token>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/http_answers.h"
#include "app/http_samples.h"
#include "app/procedures.h"
#include "base/text.h"
#include "contract/openapi.h"

namespace lightfast {
namespace {

constexpr const char* kNoMemory =
    "this organisation has no store of events and no long-term memory here: its operator gives the "
    "server --store FILE, webhooks or --memory-url";

constexpr std::size_t kMaxNesting = 64;
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

http::Response delivery_answer(const ingest::Answer& answer, const std::string& provider) {
  constexpr int kAccepted = 202;
  if (answer.status == kAccepted) return json_answer(kAccepted, {{"status", answer.word}});
  auto refusal = error_answer(answer.status, answer.word);
  if (const auto* const sender = ingest::find_sender(provider);
      answer.status == 401 && sender != nullptr)
    refusal.headers.add("WWW-Authenticate", std::string(sender->signature));
  if (answer.status == 503) refusal.headers.add("Retry-After", "30");
  return refusal;
}

Result<Json> body_of(const http::Request& request) {
  if (const auto why = why_not_parsed(request.body, kMaxNesting); !why.empty())
    return Error{ErrorKind::InvalidArgument, "the body: " + why};
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

HttpService::HttpService(const Parts& parts) : parts_(parts), procedures_(declared_procedures()) {}

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
  const auto procedure =
      std::ranges::find(procedures_, request.path(), &contract::Procedure::http_path);
  if (procedure == procedures_.end()) {
    return exchange->respond(error_answer(
        404, fmt::format("there is nothing at {}; MCP is at /mcp, the REST API is described by "
                         "/openapi.json",
                         visible_line(request.path()))));
  }
  if (request.method != procedure->http_method)
    return exchange->respond(method_not_allowed(request, procedure->http_method));
  answer_procedure(exchange, static_cast<std::size_t>(procedure - procedures_.begin()));
}

void HttpService::answer_procedure(const Exchange& exchange, std::size_t procedure) {
  const auto& request = exchange->request();
  auto principal = parts_.auth.admit(request, procedures_[procedure].scope);
  if (!principal) return exchange->respond(std::move(principal.error()));
  exchange->set_caller(principal->id);
  ServedOrg* const org = org_of(exchange, *principal);
  if (org == nullptr) return;
  if (http::media_type(request.headers.value("Content-Type")) != "application/json")
    return exchange->respond(
        error_answer(415, "the body must be of Content-Type application/json"));
  run_procedure(exchange, *org, procedure);
}

// The organisation outlives the jobs of its pool.
void HttpService::run_procedure(const Exchange& exchange, ServedOrg& org, std::size_t procedure) {
  const auto& request = exchange->request();
  const auto body = body_of(request);
  if (!body) return exchange->respond(error_answer(body.error(), request.id));
  const auto& catalog = std::as_const(*org.org()).catalog();
  const auto* const bound = catalog.find(procedures_[procedure].name("."), ".");
  if (bound == nullptr) return exchange->respond(error_answer(404, kNoMemory));
  auto input = catalog.check(*bound, *body);
  if (!input) return exchange->respond(error_answer(input.error(), request.id));
  const auto call = std::make_shared<Call>(*this, exchange);
  exchange->on_close([call] { call->stop.request_stop(); });
  const contract::CallContext context{request.id, org.org()->id(), call->stop.get_token()};
  auto job = [&catalog, bound, exchange, context, input = *std::move(input)] {
    const auto output = catalog.handle(*bound, input, context);
    exchange->respond(output ? json_answer(200, *output)
                             : error_answer(output.error(), context.request));
  };
  if (org.mcp().pool().submit(std::move(job))) return;
  exchange->respond(
      error_answer(Error{.kind = ErrorKind::LimitExceeded,
                         .message = "as many calls as may are in progress; try again in 1 s",
                         .retry_after = std::chrono::seconds(1)},
                   request.id));
}

// Null, and answered, when the key's organisation is not served.
ServedOrg* HttpService::org_of(const Exchange& exchange, const auth::Principal& principal) {
  ServedOrg* const org = parts_.orgs.find(principal.org);
  if (org != nullptr) return org;
  const bool is_bad =
      std::ranges::find(parts_.services.bad_orgs(), principal.org, [](const BadOrg& bad) {
        return bad.id.value_or(OrgId{""});
      }) != parts_.services.bad_orgs().end();
  exchange->respond(
      is_bad ? error_answer(503,
                            "the configuration of this organisation cannot be used; the server's "
                            "log says what its operator has to mend")
             : error_answer(403, "this key is for an organisation that is not served here"));
  return nullptr;
}

// Whoever posts shows that it may by a signature of the body.
void HttpService::take_delivery(const Exchange& exchange) {
  const auto& request = exchange->request();
  if (request.method != "POST") return exchange->respond(method_not_allowed(request, "POST"));
  const auto rest = request.path().substr(kIngestPrefix.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  ingest::Posted posted{
      .org = {}, .body = request.body, .header = [exchange](std::string_view name) {
        return exchange->request().headers.value(name);
      }};
  if (slash < rest.size()) posted.org = OrgId{std::string(rest.substr(slash + 1))};
  const std::string provider(rest.substr(0, slash));
  parts_.ingest.take(provider, std::move(posted),
                     [exchange, provider](const ingest::Answer& answer) {
                       exchange->respond(delivery_answer(answer, provider));
                     });
}

void HttpService::cut() {
  constexpr const char* kWhy = "the server is shutting down";
  parts_.orgs.cut(kWhy);
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
std::optional<HttpService::Viewer> HttpService::viewer_of(const Exchange& exchange) {
  if (parts_.auth.shows_itself()) return Viewer{};
  auto principal = parts_.auth.admit(exchange->request(), auth::kReadsContext, auth::kReadsMetrics);
  if (!principal) {
    exchange->respond(std::move(principal.error()));
    return std::nullopt;
  }
  exchange->set_caller(principal->id);
  if (principal->may(auth::kReadsMetrics)) return Viewer{};
  return Viewer{.only = principal->org};
}

void HttpService::metrics(const Exchange& exchange) {
  const auto viewer = viewer_of(exchange);
  if (!viewer) return;
  const auto samples =
      samples_of(parts_.services, parts_.orgs, parts_.auth, parts_.http.state(), parts_.ingest);
  exchange->respond(text_answer(200, "text/plain; version=0.0.4; charset=utf-8",
                                parts_.metrics.text(samples, viewer->only)));
}

void HttpService::openapi(const Exchange& exchange) {
  if (const auto viewer = viewer_of(exchange)) {
    exchange->respond(
        json_answer(200, contract::openapi_document(procedures_for(*viewer), LIGHTFAST_VERSION)));
  }
}

// Those of an organisation alone, where the question is of one.
std::vector<contract::Procedure> HttpService::procedures_for(const Viewer& viewer) {
  const auto& orgs = parts_.services.orgs();
  const auto lone = orgs.size() == 1 ? orgs.begin() : orgs.end();
  const auto org = viewer.only ? orgs.find(*viewer.only) : lone;
  if (org == orgs.end()) return procedures_;
  const auto& bound = std::as_const(*org->second).catalog().procedures();
  std::vector<contract::Procedure> procedures(bound.size());
  std::ranges::transform(bound, procedures.begin(), &contract::BoundProcedure::declaration);
  return procedures;
}

void HttpService::resource_metadata(const Exchange& exchange) {
  const Json& metadata = parts_.auth.resource_metadata();
  exchange->respond(metadata.is_null()
                        ? error_answer(404, "this server takes API keys, no access tokens")
                        : json_answer(200, metadata));
}

void HttpService::mcp(const Exchange& exchange) {
  auto principal = parts_.auth.admit(exchange->request(), auth::kReadsContext);
  if (!principal) return exchange->respond(std::move(principal.error()));
  exchange->set_caller(principal->id);
  if (ServedOrg* const org = org_of(exchange, *principal))
    org->endpoint().handle(exchange, principal->id);
}

}  // namespace lightfast
