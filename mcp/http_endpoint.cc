#include "mcp/http_endpoint.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/ids.h"
#include "base/text.h"
#include "http/sse.h"
#include "mcp/http_headers.h"

namespace lightfast::mcp {
namespace {

using Exchange = std::shared_ptr<http::Exchange>;

constexpr const char* kSessionHeader = "Mcp-Session-Id";
constexpr const char* kVersionHeader = "MCP-Protocol-Version";
constexpr std::string_view kEventStream = "text/event-stream";

// An answer that is an error by itself: to no request, or to one that is not handled.
void refuse(const Exchange& exchange, int status, const ProtocolError& error,
            const MessageId& id = {}) {
  exchange->respond(json_response(status, response_text(id, std::unexpected(error))));
}

void refuse(const Exchange& exchange, int status, std::string rule) {
  refuse(exchange, status, ProtocolError{ErrorCode::InvalidRequest, std::move(rule), nullptr});
}

// Whether `accept` names `type` or all types. A header that is absent takes anything (RFC 9110,
// 12.5.1).
bool accepts(const std::string& accept, std::string_view type) {
  if (accept.empty()) return true;
  const auto names = [&](std::string_view range) {
    return accept.find(range) != std::string::npos;
  };
  return names(type) || names("*/*") || names(fmt::format("{}/*", type.substr(0, type.find('/'))));
}

bool is_answered(const Incoming& incoming) {
  const auto* message = std::get_if<Message>(&incoming);
  return message == nullptr || std::holds_alternative<Request>(*message);
}

const Request* single_request(const Incoming& incoming) {
  const auto* message = std::get_if<Message>(&incoming);
  return message == nullptr ? nullptr : std::get_if<Request>(message);
}

const Json& params_of(const Incoming& incoming) {
  static const Json none = Json::object();
  const auto* message = std::get_if<Message>(&incoming);
  if (message == nullptr) return none;
  if (const auto* request = std::get_if<Request>(message)) return request->params;
  if (const auto* notification = std::get_if<Notification>(message)) return notification->params;
  return none;
}

// The version that the message itself claims; empty for none.
std::string claimed_version(const Incoming& incoming) {
  const Json& params = params_of(incoming);
  const auto meta = params.find("_meta");
  if (meta == params.end() || !meta->is_object()) return {};
  const auto version = meta->find(kProtocolVersionKey);
  if (version == meta->end()) return {};
  return version->is_string() ? version->get<std::string>() : std::string("?");
}

}  // namespace

struct HttpEndpoint::Posted {
  const Exchange& exchange;
  const std::string& owner;
  Incoming incoming;
  std::string version;  // of the header
};

// Kept by the exchange until its answer is complete.
struct HttpEndpoint::Visit {
  Visit(HttpEndpoint& visited, std::shared_ptr<Session> of, std::weak_ptr<HttpReply> answered_by)
      : endpoint(visited),
        session(std::move(of)),
        reply(std::move(answered_by)),
        place(endpoint.visits_.insert(endpoint.visits_.end(), this)) {}
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { endpoint.visits_.erase(place); }

  HttpEndpoint& endpoint;
  const std::shared_ptr<Session> session;
  const std::weak_ptr<HttpReply> reply;
  const std::list<Visit*>::iterator place;
};

// Where a session's notifications go: to its newest stream, or nowhere. Any thread.
class HttpEndpoint::Feed {
 public:
  void open(Exchange exchange) {
    exchange->begin(event_stream_head());
    exchange->send(std::string(http::kSseComment));
    const std::lock_guard lock(mutex_);
    if (stream_) stream_->end();
    stream_ = std::move(exchange);
  }
  void close(const http::Exchange* exchange) {
    const std::lock_guard lock(mutex_);
    if (stream_.get() == exchange) stream_.reset();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (stream_) stream_->end();
    stream_.reset();
  }
  void send(std::string bytes) {
    const std::lock_guard lock(mutex_);
    if (stream_) stream_->send(std::move(bytes));
  }
  [[nodiscard]] bool is_open() {
    const std::lock_guard lock(mutex_);
    return stream_ != nullptr;
  }

 private:
  std::mutex mutex_;
  Exchange stream_;
};

HttpEndpoint::~HttpEndpoint() { cut("the server is shutting down"); }

void HttpEndpoint::handle(const Exchange& exchange, const std::string& owner) {
  const http::Request& request = exchange->request();
  auto version = request.headers.value(kVersionHeader);
  const bool is_modern = version == kModernRevision;
  if (request.method == "POST") {
    if (http::media_type(request.headers.value("Content-Type")) != "application/json")
      return refuse(exchange, 415, "the body must be of Content-Type application/json");
    return post({exchange, owner, parse_line(request.body), std::move(version)});
  }
  if (!is_modern && request.method == "GET") return get(exchange, owner);
  if (!is_modern && request.method == "DELETE") return remove(exchange, owner);
  exchange->respond({.status = 405,
                     .headers = {{"Allow", is_modern ? "POST" : "GET, POST, DELETE"}},
                     .body = {}});
}

void HttpEndpoint::post(const Posted& posted) {
  const auto accept = posted.exchange->request().headers.value("Accept");
  if (!accepts(accept, "application/json") && !accepts(accept, kEventStream)) {
    return refuse(posted.exchange, 406,
                  "answers are application/json or text/event-stream; Accept names neither");
  }
  const bool is_modern =
      posted.version == kModernRevision || !claimed_version(posted.incoming).empty();
  const Request* request = single_request(posted.incoming);
  if (is_modern || (request != nullptr && era_of(*request) != Era::Legacy))
    return post_modern(posted);
  post_legacy(posted);
}

std::shared_ptr<HttpReply> HttpEndpoint::visit(const Posted& posted,
                                               std::shared_ptr<Session> session,
                                               HttpReply::Options options) {
  options.takes_events = accepts(posted.exchange->request().headers.value("Accept"), kEventStream);
  const bool is_modern = options.era == Era::Modern;
  const auto reply = std::make_shared<HttpReply>(posted.exchange, std::move(options));
  auto visit = std::make_shared<Visit>(*this, std::move(session), reply);
  // In the modern revision closing the stream is how a request is cancelled; in the legacy ones it
  // is not to be taken for that.
  posted.exchange->on_close([visit = std::move(visit), is_modern] {
    if (is_modern) visit->session->end("the client closed the connection");
  });
  return reply;
}

void HttpEndpoint::post_modern(const Posted& posted) {
  const Request* request = single_request(posted.incoming);
  if (request == nullptr) {
    if (std::holds_alternative<Batch>(posted.incoming))
      return refuse(posted.exchange, 400, "invalid request: send each message by itself");
    const auto* malformed = std::get_if<Malformed>(&std::get<Message>(posted.incoming));
    if (malformed != nullptr) return refuse(posted.exchange, 400, malformed->error, malformed->id);
    return posted.exchange->respond({.status = 202, .headers = {}, .body = {}});
  }
  const auto claimed = claimed_version(posted.incoming);
  if (!claimed.empty() && !posted.version.empty() && claimed != posted.version) {
    return refuse(posted.exchange, 400,
                  ProtocolError{ErrorCode::HeaderMismatch,
                                fmt::format("header mismatch: MCP-Protocol-Version says '{}', the "
                                            "body '{}'",
                                            visible_line(posted.version), visible_line(claimed)),
                                nullptr},
                  request->id);
  }
  const auto era = era_of(*request);
  if (!era) return refuse(posted.exchange, 400, era.error(), request->id);
  if (*era == Era::Legacy) {
    return refuse(posted.exchange, 400,
                  ProtocolError{ErrorCode::InvalidParams,
                                fmt::format("invalid params: \"_meta\" must carry \"{}\", as the "
                                            "header says that version",
                                            kProtocolVersionKey),
                                nullptr},
                  request->id);
  }
  if (const auto fault = header_mismatch(posted.exchange->request().headers, *request, server_))
    return refuse(posted.exchange, 400, *fault, request->id);
  const auto session = std::make_shared<Session>(server_, [](const std::string& /*line*/) {});
  session->receive(posted.incoming, visit(posted, session, {.era = Era::Modern}));
}

void HttpEndpoint::post_legacy(const Posted& posted) {
  const Request* request = single_request(posted.incoming);
  if (request != nullptr && request->method == "initialize") return begin_session(posted);
  if (const auto* message = std::get_if<Message>(&posted.incoming)) {
    const auto* malformed = std::get_if<Malformed>(message);
    if (malformed != nullptr) return refuse(posted.exchange, 400, malformed->error, malformed->id);
  }
  const Known* known = session_of(posted.exchange, posted.owner);
  if (known == nullptr) return;
  if (is_answered(posted.incoming)) {
    const auto reply = visit(posted, known->session, {.era = Era::Legacy});
    return known->session->receive(posted.incoming, reply);
  }
  known->session->receive(posted.incoming, nullptr);
  posted.exchange->respond({.status = 202, .headers = {}, .body = {}});
}

void HttpEndpoint::begin_session(const Posted& posted) {
  if (!make_room()) {
    http::Response full{.status = 503, .headers = {{"Retry-After", "5"}}, .body = {}};
    return posted.exchange->respond(std::move(full));
  }
  auto feed = std::make_shared<Feed>();
  auto session = std::make_shared<Session>(
      server_, [feed](const std::string& line) { feed->send(http::sse_event(line)); });
  const auto id = make_request_id().value;
  session->receive(posted.incoming,
                   visit(posted, session, {.era = Era::Legacy, .new_session = id}));
  if (!session->has_begun()) return;  // refused
  sessions_.emplace(id, Known{posted.owner, std::move(session), std::move(feed), Clock::now()});
}

HttpEndpoint::Known* HttpEndpoint::session_of(const Exchange& exchange, const std::string& owner) {
  const auto& headers = exchange->request().headers;
  const auto id = headers.value(kSessionHeader);
  if (id.empty()) {
    refuse(exchange, 400,
           "begin with an initialize request, then send the Mcp-Session-Id of its answer; or speak "
           "revision 2026-07-28, which has no sessions");
    return nullptr;
  }
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.owner != owner) {
    refuse(exchange, 404, "no such session: begin a new one with an initialize request");
    return nullptr;
  }
  const auto version = headers.value(kVersionHeader);
  if (!version.empty() && negotiated_revision(version) != version) {
    refuse(exchange, 400,
           fmt::format("unsupported MCP-Protocol-Version '{}'", visible_line(version)));
    return nullptr;
  }
  found->second.used = Clock::now();
  return &found->second;
}

void HttpEndpoint::get(const Exchange& exchange, const std::string& owner) {
  if (!accepts(exchange->request().headers.value("Accept"), kEventStream))
    return refuse(exchange, 406, "a GET is answered by text/event-stream; Accept must name it");
  const Known* known = session_of(exchange, owner);
  if (known == nullptr) return;
  exchange->on_close([feed = known->feed, stream = exchange.get()] { feed->close(stream); });
  known->feed->open(exchange);
}

void HttpEndpoint::remove(const Exchange& exchange, const std::string& owner) {
  if (session_of(exchange, owner) == nullptr) return;
  end_session(sessions_.find(exchange->request().headers.value(kSessionHeader)),
              "the client ended the session");
  exchange->respond({.status = 204, .headers = {}, .body = {}});
}

void HttpEndpoint::end_session(Sessions::iterator session, std::string_view why) {
  session->second.session->end(why);
  session->second.feed->end();
  sessions_.erase(session);
}

// At the bound, the session that has been unused longest makes room, unless all are in use.
bool HttpEndpoint::make_room() {
  if (sessions_.size() < limits_.sessions) return true;
  auto oldest = sessions_.end();
  for (auto each = sessions_.begin(); each != sessions_.end(); ++each) {
    Known& known = each->second;
    const bool is_older = oldest == sessions_.end() || known.used < oldest->second.used;
    if (is_older && known.session->is_idle() && !known.feed->is_open()) oldest = each;
  }
  if (oldest == sessions_.end()) return false;
  end_session(oldest, "another session needed its place");
  return true;
}

void HttpEndpoint::keep_house() {
  const auto now = Clock::now();
  for (auto next = sessions_.begin(); next != sessions_.end();) {
    const auto each = next++;
    Known& known = each->second;
    known.feed->send(std::string(http::kSseComment));
    const bool is_unused =
        now - known.used > limits_.unused && known.session->is_idle() && !known.feed->is_open();
    if (is_unused) end_session(each, "the session was unused for too long");
  }
  for (const Visit* visit : visits_) {
    if (const auto reply = visit->reply.lock()) reply->keep_alive();
  }
}

void HttpEndpoint::drain() {
  for (const auto& [id, known] : sessions_) known.feed->end();
  for (const Visit* visit : visits_) visit->session->end_listening();
}

// What is answered lets go of its visit later, on the same thread.
void HttpEndpoint::cut(std::string_view why) {
  for (const Visit* visit : visits_) visit->session->end(why);
  while (!sessions_.empty()) end_session(sessions_.begin(), why);
}

}  // namespace lightfast::mcp
