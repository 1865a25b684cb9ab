#include "mcp/session.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "mcp/batch_reply.h"
#include "mcp/session_client.h"

namespace lightfast::mcp {
namespace {

ToolResult busy_result() {
  ToolResult result;
  result.is_error = true;
  result.content.push_back(text_block(kBusy));
  return result;
}

// One way for all: to the client, in the order of the calls.
class EverythingReply final : public ReplyStream {
 public:
  explicit EverythingReply(Session::Send send) : send_(std::move(send)) {}
  void notify(std::string line) override { send_(std::move(line)); }
  void answer(std::optional<Response> response) override {
    if (response) send_(std::move(response->text));
  }

 private:
  const Session::Send send_;
};

bool is_answered(const Message& message) {
  return std::holds_alternative<Request>(message) || std::holds_alternative<Malformed>(message);
}

}  // namespace

enum class Needs : std::uint8_t { Nothing, Files, Messages, Either, Logs };

struct Session::Method {
  std::string_view name;
  Era era;
  std::optional<Outcome> (Session::*handler)(const Asked& asked);
  Needs needs = Needs::Nothing;  // of what the server offers
};

std::span<const Session::Method> Session::methods() {
  static constexpr std::array kMethods = {
      Method{"initialize", Era::Legacy, &Session::initialize},
      Method{"ping", Era::Legacy, &Session::ping},
      Method{"tools/list", Era::Legacy, &Session::list_tools},
      Method{"tools/call", Era::Legacy, &Session::call_tool},
      Method{"resources/list", Era::Legacy, &Session::list_resources, Needs::Files},
      Method{"resources/templates/list", Era::Legacy, &Session::list_templates, Needs::Files},
      Method{"resources/read", Era::Legacy, &Session::read_resource, Needs::Files},
      Method{"resources/subscribe", Era::Legacy, &Session::subscribe, Needs::Files},
      Method{"resources/unsubscribe", Era::Legacy, &Session::unsubscribe, Needs::Files},
      Method{"prompts/list", Era::Legacy, &Session::list_prompts, Needs::Messages},
      Method{"prompts/get", Era::Legacy, &Session::get_prompt, Needs::Messages},
      Method{"completion/complete", Era::Legacy, &Session::complete, Needs::Either},
      Method{"logging/setLevel", Era::Legacy, &Session::set_level, Needs::Logs},
      Method{"server/discover", Era::Modern, &Session::discover},
      Method{"tools/list", Era::Modern, &Session::list_tools},
      Method{"tools/call", Era::Modern, &Session::call_tool},
      Method{"resources/list", Era::Modern, &Session::list_resources, Needs::Files},
      Method{"resources/templates/list", Era::Modern, &Session::list_templates, Needs::Files},
      Method{"resources/read", Era::Modern, &Session::read_resource, Needs::Files},
      Method{"prompts/list", Era::Modern, &Session::list_prompts, Needs::Messages},
      Method{"prompts/get", Era::Modern, &Session::get_prompt, Needs::Messages},
      Method{"completion/complete", Era::Modern, &Session::complete, Needs::Either},
      Method{"subscriptions/listen", Era::Modern, &Session::listen},
  };
  return kMethods;
}

bool Session::is_served(const Method& method) const {
  const bool resources = server_.resources() != nullptr;
  switch (method.needs) {
    case Needs::Nothing:
      return true;
    case Needs::Files:
      return resources;
    case Needs::Messages:
      return server_.has_prompts();
    case Needs::Either:
      return resources || server_.has_prompts();
    case Needs::Logs:
      return server_.logs();
  }
  return false;
}

Session::Session(Server& server, Send send)
    : server_(server),
      send_(std::move(send)),
      everything_(std::make_shared<EverythingReply>(send_)),
      client_capabilities_(Json::object()),
      subscriptions_(server.resources(), server.changing()) {}

Session::~Session() { end("the session ended"); }

void Session::receive(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r\n";
  if (line.find_first_not_of(kBlank) == std::string_view::npos) return;
  receive(parse_line(line), everything_);
}

void Session::receive(const Incoming& incoming, const Reply& reply) {
  if (const auto* batch = std::get_if<Batch>(&incoming)) return handle_batch(*batch, reply);
  handle(std::get<Message>(incoming), reply);
}

void Session::refuse_line(std::string_view why) {
  everything_->answer(
      response_to({}, refused(ErrorCode::ParseError, fmt::format("parse error: {}", why))));
}

void Session::hear_of_changes() {
  if (listening_) return;
  listening_.emplace(server_.changes(), [this](Changed what) { subscriptions_.tell(what, send_); });
}

void Session::handle_batch(const Batch& batch, const Reply& reply) {
  if (revision_ != kBatchRevision) {
    reply->answer(response_to(
        {}, refused(ErrorCode::InvalidRequest,
                    "invalid request: batches are part of revision 2025-03-26 alone; send each "
                    "message by itself")));
    return;
  }
  const auto places = std::ranges::count_if(batch.messages, is_answered);
  if (places == 0) reply->answer(std::nullopt);
  const Reply whole = batch_reply(static_cast<std::size_t>(places), reply);
  for (const auto& message : batch.messages) handle(message, whole);
}

void Session::handle(const Message& message, const Reply& reply) {
  if (const auto* request = std::get_if<Request>(&message)) {
    if (const auto outcome = handle_request(*request, reply))
      reply->answer(response_to(request->id, *outcome));
  } else if (const auto* notification = std::get_if<Notification>(&message)) {
    handle_notification(*notification);
  } else if (const auto* answered = std::get_if<Answered>(&message)) {
    shared_->questions.take(*answered);
  } else if (const auto* malformed = std::get_if<Malformed>(&message)) {
    reply->answer(response_to(malformed->id, std::unexpected(malformed->error)));
  }
}

void Session::handle_notification(const Notification& notification) {
  if (notification.method == "notifications/initialized") {
    hear_of_changes();
    subscriptions_.begin_session();
  }
  if (notification.method != "notifications/cancelled") return;
  const auto id = notification.params.find("requestId");
  if (id == notification.params.end()) return;
  subscriptions_.end(message_id(*id));
  shared_->in_flight.cancel(message_id(*id));
}

std::optional<Outcome> Session::handle_request(const Request& request, const Reply& reply) {
  if (shared_->in_flight.contains(request.id)) {
    return refused(ErrorCode::InvalidRequest,
                   "invalid request: this \"id\" belongs to a request that is still running");
  }
  const auto era = era_of(request);
  if (!era) return std::unexpected(era.error());
  const auto all = methods();
  const auto method = std::ranges::find_if(all, [&](const Method& candidate) {
    return candidate.era == *era && candidate.name == request.method && is_served(candidate);
  });
  if (method != all.end()) return (this->*method->handler)({request, *era, reply});
  std::string known;
  for (const auto& one : all) {
    if (one.era == *era && is_served(one)) known.append(known.empty() ? "" : ", ").append(one.name);
  }
  return refused(ErrorCode::MethodNotFound, "method not found: the methods here are " + known);
}

std::optional<Outcome> Session::initialize(const Asked& asked) {
  const auto requested = asked.request.params.find("protocolVersion");
  if (requested == asked.request.params.end() || !requested->is_string()) {
    return invalid_params("\"protocolVersion\" must be a string such as \"2025-11-25\"");
  }
  revision_ = negotiated_revision(requested->get_ref<const std::string&>());
  const auto capabilities = asked.request.params.find("capabilities");
  if (capabilities != asked.request.params.end() && capabilities->is_object())
    client_capabilities_ = *capabilities;
  return server_.initialize_result(revision_);
}

std::optional<Outcome> Session::ping(const Asked& /*asked*/) { return Outcome("{}"); }

std::optional<Outcome> Session::discover(const Asked& /*asked*/) {
  return server_.discover_result();
}

std::optional<Outcome> Session::list_tools(const Asked& asked) {
  if (has_cursor(asked.request.params)) return invalid_params(kOnePage);
  return server_.tool_list(asked.era);
}

std::optional<Outcome> Session::call_tool(const Asked& asked) {
  static const Json no_arguments = Json::object();
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
  auto input = (*tool)->check(has_arguments ? *arguments : no_arguments);
  if (!input) return server_.call_result(std::move(input.error()), asked.era);
  return answer_later(
      asked,
      [&server = server_, tool = *tool, arguments = *std::move(input),
       answers = input_in(params)](Client& client) -> Outcome {
        return run_tool(server, *tool, {arguments, client.cancelled(), client, answers}, client);
      },
      [&] { return Outcome(server_.call_result(busy_result(), asked.era)); });
}

Outcome Session::run_tool(Server& server, const Tool& tool, const ToolCall& call, Client& client) {
  std::optional<Heartbeat::Watch> watch;
  if (client.wants_progress())
    watch.emplace(server.heartbeat(), [&](std::chrono::seconds going) { client.beat(going); });
  auto result = tool.call(call);
  if (!result) return std::unexpected(result.error());
  if (const auto why = client.unaskable(result->input_required)) return std::unexpected(*why);
  return server.call_result(*std::move(result), client.era());
}

std::optional<Outcome> Session::set_level(const Asked& asked) {
  const auto level = log_level(text_in(asked.request.params, "level"));
  if (!level) {
    return invalid_params(
        "\"level\" must be debug, info, notice, warning, error, critical, alert or emergency");
  }
  shared_->level = *level;
  return Outcome("{}");
}

// Stays open until the client cancels it or the session ends, whatever subset is honoured. The
// acknowledgement is the first that is sent for it.
std::optional<Outcome> Session::listen(const Asked& asked) {
  const auto filter = asked.request.params.find("notifications");
  if (filter == asked.request.params.end() || !filter->is_object()) {
    return invalid_params("\"notifications\" must be an object that names what to listen to");
  }
  const auto pending = shared_->in_flight.add(asked.request.id, asked.reply, Ending::WithSession);
  if (!pending) return busy();
  hear_of_changes();
  const Json meta = {{kSubscriptionIdKey, Json::parse(asked.request.id.json)}};
  subscriptions_.listen(asked.request.id, *filter, asked.reply, [&](const Json& honoured) {
    asked.reply->notify(to_text({{"jsonrpc", "2.0"},
                                 {"method", "notifications/subscriptions/acknowledged"},
                                 {"params", {{"notifications", honoured}, {"_meta", meta}}}}));
  });
  return std::nullopt;
}

void Session::end_listening() {
  subscriptions_.end_all();
  shared_->in_flight.end_all(Ending::WithSession, [this](const MessageId& id) {
    return response_to(id, server_.modern_text({{"resultType", "complete"}},
                                               {{kSubscriptionIdKey, Json::parse(id.json)}}));
  });
}

bool Session::is_idle() { return shared_->in_flight.is_empty(); }

bool Session::finish(std::chrono::milliseconds timeout) {
  end_listening();
  return shared_->in_flight.wait_until_answered(timeout);
}

void Session::end(std::string_view why) {
  listening_.reset();
  shared_->questions.end();
  const auto respond = [&](const MessageId& id) {
    return response_to(id, refused(ErrorCode::Internal, fmt::format("not answered: {}", why)));
  };
  shared_->in_flight.end_all(Ending::WithSession, respond);
  shared_->in_flight.end_all(Ending::WhenAnswered, respond);
}

bool Session::wait_until_idle(std::chrono::milliseconds timeout) {
  return shared_->in_flight.wait_until_idle(timeout);
}

}  // namespace lightfast::mcp
