#include "app/memory_service.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/http_answers.h"
#include "base/log.h"
#include "base/text.h"
#include "contract/search.h"

namespace lightfast {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::string_view kHealth = "/healthz";

Moment now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// What the operator has to mend is neither a limit of the caller's nor forbidden to it.
Error of_operator(Error error) {
  if (error.kind == ErrorKind::LimitExceeded) error.message = "its disk is full";
  if (error.kind == ErrorKind::LimitExceeded || error.kind == ErrorKind::PermissionDenied ||
      error.kind == ErrorKind::Corrupt) {
    return {ErrorKind::Unavailable,
            "the Memory service cannot use its file: " + std::move(error.message)};
  }
  return error;
}

bool is_callers(const Error& error) { return error.kind == ErrorKind::InvalidArgument; }

}  // namespace

// Of the stores the one that a call uses alone.
class MemoryService::Lease {
 public:
  explicit Lease(MemoryService& service) : service_(service), store_(take(service)) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    service_.idle_.with([this](auto& idle) { idle.push_back(std::move(store_)); });
  }
  documents::Store* operator->() { return &store_; }

 private:
  // There are as many as threads.
  static documents::Store take(MemoryService& service) {
    return service.idle_.with([](auto& idle) {
      auto store = std::move(idle.back());
      idle.pop_back();
      return store;
    });
  }

  MemoryService& service_;
  documents::Store store_;
};

Result<std::unique_ptr<MemoryService>> MemoryService::open(Options options) {
  auto writer = TRY(documents::Writer::open(options.file));
  std::vector<documents::Store> stores;
  stores.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i)
    stores.push_back(TRY(documents::Store::open(options.file)));
  auto reader = TRY(documents::Reader::create());
  auto search = TRY(contract::Schema::compile(contract::search_procedure().input_schema));
  return std::unique_ptr<MemoryService>(new MemoryService(
      std::move(options),
      {std::move(reader), std::move(search), std::move(writer), std::move(stores)}));
}

MemoryService::MemoryService(Options options, Parts parts)
    : options_(std::move(options)),
      reader_(std::move(parts.reader)),
      search_(std::move(parts.search)),
      writer_(std::move(parts.writer)),
      idle_(std::move(parts.stores)),
      reading_({.threads = kThreads, .kept = kThreads}),
      writing_({.threads = 1}) {}

const MemoryService::Route* MemoryService::find_route(std::string_view path) {
  static constexpr std::array kRoutes = {
      Route{"/v1/search", &MemoryService::search, &MemoryService::reading_},
      Route{"/v1/contents", &MemoryService::contents, &MemoryService::reading_},
      Route{"/v1/documents", &MemoryService::add, &MemoryService::writing_},
      Route{"/v1/documents/delete", &MemoryService::remove, &MemoryService::writing_}};
  const auto* const found = std::ranges::find(kRoutes, path, &Route::path);
  return found == kRoutes.end() ? nullptr : found;
}

void MemoryService::handle(std::shared_ptr<http::Exchange> exchange) {
  const Route* const route = find_route(exchange->request().path());
  if (refuse(*exchange, route)) return;
  if (route == nullptr) {
    return exchange->respond({.status = 200,
                              .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                              .body = "ok\n"});
  }
  const auto taken = (this->*route->pool).submit([this, route, exchange, arrived = Clock::now()] {
    exchange->respond(answer(*route, {exchange->request(), arrived}));
  });
  if (taken) return;
  exchange->respond(
      error_answer(Error{.kind = ErrorKind::LimitExceeded,
                         .message = "as many calls as may are in progress; try again in 1 s",
                         .retry_after = std::chrono::seconds(1)},
                   exchange->request().id));
}

bool MemoryService::refuse(http::Exchange& exchange, const Route* route) const {
  const auto& request = exchange.request();
  const auto refuse = [&exchange](int status, std::string_view why,
                                  const http::Header& header = {}) {
    auto refusal = error_answer(status, why);
    if (!header.name.empty()) refusal.headers.add(header.name, header.value);
    exchange.respond(std::move(refusal));
    return true;
  };
  if (const auto why = options_.access.refusal(request)) return refuse(403, *why);
  const bool is_health = request.path() == kHealth;
  if (route == nullptr && !is_health) {
    return refuse(404, fmt::format("there is nothing at {}; a Memory service has /v1/search, "
                                   "/v1/contents, /v1/documents and /v1/documents/delete",
                                   visible_line(request.path())));
  }
  const std::string_view method = is_health ? "GET" : "POST";
  if (request.method != method)
    return refuse(405, fmt::format("use {}", method), {"Allow", std::string(method)});
  if (is_health) return false;
  if (!options_.key.admits(http::bearer_token(request))) {
    return refuse(401, "the API key is missing or wrong",
                  {"WWW-Authenticate", R"(Bearer realm="lightfast memory")"});
  }
  if (http::media_type(request.headers.value("Content-Type")) != "application/json")
    return refuse(415, "the body must be of Content-Type application/json");
  return false;
}

http::Response MemoryService::answer(const Route& route, const Call& call) {
  const auto done = guarded(route, call);
  if (done) return json_answer(200, *done);
  if (!is_callers(done.error())) {
    log_for("memory").error("path={} request={} failed: {}", route.path, call.request.id.value,
                            visible_line(done.error().message));
  }
  return error_answer(of_operator(done.error()), call.request.id);
}

Result<Json> MemoryService::guarded(const Route& route, const Call& call) {
  try {
    return (this->*route.answer)(TRY(documents::parse(call.request.body)), call);
  } catch (const std::exception& error) {
    return Error{ErrorKind::Internal, error.what()};
  }
}

Result<Json> MemoryService::search(const Json& body, const Call& call) {
  const auto input = TRY(search_.check(body));
  const auto request = TRY(contract::search_request(input));
  Lease store(*this);
  const auto found = TRY(store->search(
      request, {.deadline = call.arrived + request.wait, .cancelled = stop_.get_token()}));
  return to_json(found, call.request.id);
}

Result<Json> MemoryService::contents(const Json& body, const Call& call) {
  const auto request = TRY(reader_.contents(body));
  Lease store(*this);
  return documents::contents_answer(request, TRY(store->find(request.ids)), call.request.id);
}

Result<Json> MemoryService::add(const Json& body, const Call& call) {
  const auto documents = TRY(reader_.documents(body));
  const auto added = TRY(writer_.add(documents, now()));
  return Json{{"accepted", added.accepted},
              {"replaced", added.replaced},
              {"requestId", call.request.id.value}};
}

Result<Json> MemoryService::remove(const Json& body, const Call& call) {
  const auto ids = TRY(reader_.removal(body));
  const auto removed = TRY(writer_.remove(ids));
  return Json{{"removed", removed}, {"requestId", call.request.id.value}};
}

}  // namespace lightfast
