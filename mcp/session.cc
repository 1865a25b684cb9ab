#include "mcp/session.h"

#include <algorithm>
#include <array>
#include <exception>
#include <span>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "mcp/batch_reply.h"

namespace lightfast::mcp {
namespace {

std::unexpected<ProtocolError> refused(ErrorCode code, std::string message) {
  return std::unexpected(ProtocolError{code, std::move(message)});
}

std::unexpected<ProtocolError> invalid_params(std::string_view rule) {
  return refused(ErrorCode::InvalidParams, fmt::format("invalid params: {}", rule));
}

constexpr const char* kBusy =
    "limit reached: as many calls as may are in progress; try again in 1 s";

std::unexpected<ProtocolError> busy() { return refused(ErrorCode::Internal, kBusy); }

ToolResult busy_result() {
  ToolResult result;
  result.is_error = true;
  result.content.push_back(text_block(kBusy));
  return result;
}

bool is_answered(const Message& message) {
  return std::holds_alternative<Request>(message) || std::holds_alternative<Malformed>(message);
}

// Runs one call. Whatever escapes a tool ends here.
Outcome run(const Server& server, const Tool& tool, const ToolCall& call, Era era) {
  try {
    return server.call_result(tool.call(call), era);
  } catch (const std::exception& error) {
    log_for("mcp").error("a tool threw: error=\"{}\"", error.what());
  } catch (...) {
    log_for("mcp").error("a tool threw what is no exception");
  }
  return refused(ErrorCode::Internal, "internal error: the tool failed; the server's log says why");
}

}  // namespace

struct Session::Method {
  std::string_view name;
  Era era;
  std::optional<Outcome> (Session::*handler)(const Asked& asked);
};

std::span<const Session::Method> Session::methods() {
  static constexpr std::array<Method, 8> kMethods = {{
      {"initialize", Era::Legacy, &Session::initialize},
      {"ping", Era::Legacy, &Session::ping},
      {"tools/list", Era::Legacy, &Session::list_tools},
      {"tools/call", Era::Legacy, &Session::call_tool},
      {"server/discover", Era::Modern, &Session::discover},
      {"tools/list", Era::Modern, &Session::list_tools},
      {"tools/call", Era::Modern, &Session::call_tool},
      {"subscriptions/listen", Era::Modern, &Session::listen},
  }};
  return kMethods;
}

Session::Session(Server& server, Send send) : server_(server), send_(std::move(send)) {}

Session::~Session() { end("the session ended"); }

void Session::receive(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r\n";
  if (line.find_first_not_of(kBlank) == std::string_view::npos) return;
  const Incoming incoming = parse_line(line);
  if (const auto* batch = std::get_if<Batch>(&incoming)) return handle_batch(*batch);
  handle(std::get<Message>(incoming), [this](std::optional<std::string> response) {
    if (response) send_(*std::move(response));
  });
}

void Session::refuse_line(std::string_view why) {
  send_(response_text({}, refused(ErrorCode::ParseError, fmt::format("parse error: {}", why))));
}

void Session::handle_batch(const Batch& batch) {
  if (revision_ != kBatchRevision) {
    send_(response_text({}, refused(ErrorCode::InvalidRequest,
                                    "invalid request: batches are part of revision 2025-03-26 "
                                    "alone; send each message on a line of its own")));
    return;
  }
  const auto places = std::ranges::count_if(batch.messages, is_answered);
  const Reply reply = batch_reply(static_cast<std::size_t>(places), send_);
  for (const auto& message : batch.messages) handle(message, reply);
}

void Session::handle(const Message& message, const Reply& reply) {
  if (const auto* request = std::get_if<Request>(&message)) {
    if (auto outcome = handle_request(*request, reply)) reply(response_text(request->id, *outcome));
  } else if (const auto* notification = std::get_if<Notification>(&message)) {
    handle_notification(*notification);
  } else if (const auto* malformed = std::get_if<Malformed>(&message)) {
    reply(response_text(malformed->id, std::unexpected(malformed->error)));
  }
}

void Session::handle_notification(const Notification& notification) {
  if (notification.method != "notifications/cancelled") return;
  const auto id = notification.params.find("requestId");
  if (id != notification.params.end()) in_flight_->cancel(message_id(*id));
}

std::optional<Outcome> Session::handle_request(const Request& request, const Reply& reply) {
  if (in_flight_->contains(request.id)) {
    return refused(ErrorCode::InvalidRequest,
                   "invalid request: this \"id\" belongs to a request that is still running");
  }
  const auto era = era_of(request);
  if (!era) return std::unexpected(era.error());
  const auto all = methods();
  const auto method = std::ranges::find_if(all, [&](const Method& candidate) {
    return candidate.era == *era && candidate.name == request.method;
  });
  if (method != all.end()) return (this->*method->handler)({request, *era, reply});
  std::string known;
  for (const auto& [name, its_era, handler] : all) {
    if (its_era == *era) known.append(known.empty() ? "" : ", ").append(name);
  }
  return refused(ErrorCode::MethodNotFound, "method not found: the methods here are " + known);
}

std::optional<Outcome> Session::initialize(const Asked& asked) {
  const auto requested = asked.request.params.find("protocolVersion");
  if (requested == asked.request.params.end() || !requested->is_string()) {
    return invalid_params("\"protocolVersion\" must be a string such as \"2025-11-25\"");
  }
  revision_ = negotiated_revision(requested->get_ref<const std::string&>());
  return server_.initialize_result(revision_);
}

std::optional<Outcome> Session::ping(const Asked& /*asked*/) { return Outcome("{}"); }

std::optional<Outcome> Session::discover(const Asked& /*asked*/) {
  return server_.discover_result();
}

std::optional<Outcome> Session::list_tools(const Asked& asked) {
  const auto cursor = asked.request.params.find("cursor");
  if (cursor != asked.request.params.end() && !cursor->is_null()) {
    return invalid_params("unknown \"cursor\": the list has one page, ask without it");
  }
  return server_.tool_list(asked.era);
}

std::optional<Outcome> Session::call_tool(const Asked& asked) {
  const Json& params = asked.request.params;
  const auto name = params.find("name");
  if (name == params.end() || !name->is_string()) {
    return invalid_params("\"name\" must be a string, the name of a tool");
  }
  const auto tool = server_.find_tool(name->get_ref<const std::string&>());
  if (!tool) return std::unexpected(tool.error());
  const auto arguments = params.find("arguments");
  const bool has_arguments = arguments != params.end() && !arguments->is_null();
  if (has_arguments && !arguments->is_object()) {
    return invalid_params("\"arguments\" must be an object");
  }
  const auto pending = in_flight_->add(asked.request.id, asked.reply, Ending::WhenAnswered);
  if (!pending) return busy();
  ToolCall call{has_arguments ? *arguments : Json::object(), pending->cancelled()};
  auto job = [&server = server_, tool = *tool, era = asked.era, call = std::move(call), pending,
              in_flight = in_flight_, mark = InFlight::JobMark(in_flight_)] {
    if (call.cancelled.stop_requested()) return;
    in_flight->answer(pending, response_text(pending->id(), run(server, *tool, call, era)));
  };
  if (!server_.pool().submit(std::move(job))) {
    in_flight_->answer(pending,
                       response_text(pending->id(), server_.call_result(busy_result(), asked.era)));
  }
  return std::nullopt;
}

// Nothing that a client could subscribe to ever changes, so the honoured subset is empty. The
// subscription is still one: it stays open until the client cancels it or the session ends.
std::optional<Outcome> Session::listen(const Asked& asked) {
  const auto filter = asked.request.params.find("notifications");
  if (filter == asked.request.params.end() || !filter->is_object()) {
    return invalid_params("\"notifications\" must be an object that names what to listen to");
  }
  const auto pending = in_flight_->add(asked.request.id, asked.reply, Ending::WithSession);
  if (!pending) return busy();
  const Json meta = {{kSubscriptionIdKey, Json::parse(asked.request.id.json)}};
  send_(to_text({{"jsonrpc", "2.0"},
                 {"method", "notifications/subscriptions/acknowledged"},
                 {"params", {{"notifications", Json::object()}, {"_meta", meta}}}}));
  return std::nullopt;
}

bool Session::finish(std::chrono::milliseconds timeout) {
  in_flight_->end_all(Ending::WithSession, [this](const MessageId& id) {
    const Json result = {
        {"resultType", "complete"},
        {"_meta", server_.modern_meta({{kSubscriptionIdKey, Json::parse(id.json)}})}};
    return response_text(id, to_text(result));
  });
  return in_flight_->wait_until_answered(timeout);
}

void Session::end(std::string_view why) {
  const auto respond = [&](const MessageId& id) {
    return response_text(id, refused(ErrorCode::Internal, fmt::format("not answered: {}", why)));
  };
  in_flight_->end_all(Ending::WithSession, respond);
  in_flight_->end_all(Ending::WhenAnswered, respond);
}

bool Session::wait_until_idle(std::chrono::milliseconds timeout) {
  return in_flight_->wait_until_idle(timeout);
}

}  // namespace lightfast::mcp
