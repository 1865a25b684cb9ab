#include "mcp/session.h"

#include <algorithm>
#include <array>
#include <cstdint>
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

constexpr const char* kOnePage = "unknown \"cursor\": the list has one page, ask without it";

bool has_cursor(const Json& params) {
  const auto cursor = params.find("cursor");
  return cursor != params.end() && !cursor->is_null();
}

// The string `params[key]`, empty where there is none.
std::string text_in(const Json& params, const char* key) {
  const auto found = params.find(key);
  return found != params.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Every value a string, as prompts want them.
bool holds_strings(const Json& object) {
  return object.is_object() &&
         std::ranges::all_of(object, [](const Json& value) { return value.is_string(); });
}

// What a required argument of `definition` is missing in `arguments`; empty when none is.
std::string missing_argument(const Json& definition, const Json& arguments) {
  const auto declared = definition.find("arguments");
  if (declared == definition.end()) return {};
  for (const auto& argument : *declared) {
    const auto name = argument.at("name").get<std::string>();
    if (argument.value("required", false) && !arguments.contains(name)) return name;
  }
  return {};
}

// A legacy client is told of a missing resource by a code that the modern revision has given up.
ProtocolError for_era(ProtocolError error, Era era) {
  if (era == Era::Modern && error.code == ErrorCode::ResourceNotFound)
    error.code = ErrorCode::InvalidParams;
  return error;
}

ToolResult busy_result() {
  ToolResult result;
  result.is_error = true;
  result.content.push_back(text_block(kBusy));
  return result;
}

bool is_answered(const Message& message) {
  return std::holds_alternative<Request>(message) || std::holds_alternative<Malformed>(message);
}

// Whatever escapes what does the work ends here.
template <class Work>
Outcome guarded(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    log_for("mcp").error("a handler threw: error=\"{}\"", error.what());
  } catch (...) {
    log_for("mcp").error("a handler threw what is no exception");
  }
  return refused(ErrorCode::Internal,
                 "internal error: the server failed at this; its log says why");
}

using LookUp = std::function<std::optional<Completion>(const std::stop_token& cancelled)>;

// How values are found that may follow what was typed so far: of a prompt's argument or of a
// template's variable.
std::expected<LookUp, ProtocolError> completer(const Server& server, const Json& reference,
                                               const std::string& name, const std::string& value) {
  const auto type = text_in(reference, "type");
  if (type == "ref/prompt" && server.has_prompts()) {
    const auto prompt = server.find_prompt(text_in(reference, "name"));
    if (!prompt) return std::unexpected(prompt.error());
    return [prompt = *prompt, name, value](const std::stop_token& cancelled) {
      return std::optional(prompt->complete(name, value, cancelled));
    };
  }
  if (type == "ref/resource" && server.resources() != nullptr) {
    return [resources = server.resources(), uri = text_in(reference, "uri"), name,
            value](const std::stop_token& cancelled) {
      return resources->complete(uri, name, value, cancelled);
    };
  }
  return invalid_params("\"ref\" is of a type that is not here");
}

}  // namespace

enum class Needs : std::uint8_t { Nothing, Files, Messages, Either };

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
  }
  return false;
}

Session::Session(Server& server, Send send)
    : server_(server), send_(std::move(send)), subscriptions_(server.resources()) {
  listening_.emplace(server.changes(), [this] { subscriptions_.tell(send_); });
}

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
  if (notification.method == "notifications/initialized") subscriptions_.begin_session();
  if (notification.method != "notifications/cancelled") return;
  const auto id = notification.params.find("requestId");
  if (id == notification.params.end()) return;
  subscriptions_.end(message_id(*id));
  in_flight_->cancel(message_id(*id));
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

template <class Work>
std::optional<Outcome> Session::answer_later(const Asked& asked, Work work,
                                             const Outcome& refusal) {
  const auto pending = in_flight_->add(asked.request.id, asked.reply, Ending::WhenAnswered);
  if (!pending) return busy();
  auto job = [work = std::move(work), pending, era = asked.era, in_flight = in_flight_,
              mark = InFlight::JobMark(in_flight_)] {
    const auto cancelled = pending->cancelled();
    if (cancelled.stop_requested()) return;
    auto outcome = guarded([&] { return work(cancelled); });
    if (!outcome) outcome = std::unexpected(for_era(std::move(outcome.error()), era));
    in_flight->answer(pending, response_text(pending->id(), outcome));
  };
  if (!server_.pool().submit(std::move(job)))
    in_flight_->answer(pending, response_text(pending->id(), refusal));
  return std::nullopt;
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
  return answer_later(
      asked,
      [&server = server_, tool = *tool, era = asked.era,
       input = has_arguments ? *arguments : Json::object()](const std::stop_token& cancelled) {
        return Outcome(server.call_result(tool->call({input, cancelled}), era));
      },
      server_.call_result(busy_result(), asked.era));
}

std::optional<Outcome> Session::list_resources(const Asked& asked) {
  const Json& params = asked.request.params;
  if (has_cursor(params) && !params["cursor"].is_string())
    return invalid_params("\"cursor\" must be the \"nextCursor\" of an earlier answer");
  return answer_later(
      asked,
      [&server = server_, era = asked.era,
       cursor = text_in(params, "cursor")](const std::stop_token& cancelled) -> Outcome {
        auto page = server.resources()->list(cursor, cancelled);
        if (!page) return std::unexpected(page.error());
        Json result = {{"resources", std::move(page->items)}};
        if (!page->next_cursor.empty()) result["nextCursor"] = std::move(page->next_cursor);
        return server.result_text(std::move(result), era, Server::Kept::Briefly);
      },
      busy());
}

std::optional<Outcome> Session::list_templates(const Asked& asked) {
  if (has_cursor(asked.request.params)) return invalid_params(kOnePage);
  return server_.template_list(asked.era);
}

std::optional<Outcome> Session::read_resource(const Asked& asked) {
  const auto uri = text_in(asked.request.params, "uri");
  if (uri.empty()) return invalid_params("\"uri\" must be a string, the URI of a resource");
  return answer_later(
      asked,
      [&server = server_, era = asked.era, uri](const std::stop_token& cancelled) -> Outcome {
        auto contents = server.resources()->read(uri, cancelled);
        if (!contents) return std::unexpected(contents.error());
        return server.result_text({{"contents", *std::move(contents)}}, era, Server::Kept::Briefly);
      },
      busy());
}

std::optional<Outcome> Session::subscribe(const Asked& asked) {
  const auto uri = text_in(asked.request.params, "uri");
  if (uri.empty()) return invalid_params("\"uri\" must be a string, the URI of a resource");
  if (!subscriptions_.subscribe(uri))
    return invalid_params(fmt::format("at most {} subscriptions", kMaxSubscriptions));
  return Outcome("{}");
}

std::optional<Outcome> Session::unsubscribe(const Asked& asked) {
  subscriptions_.unsubscribe(text_in(asked.request.params, "uri"));
  return Outcome("{}");
}

std::optional<Outcome> Session::list_prompts(const Asked& asked) {
  if (has_cursor(asked.request.params)) return invalid_params(kOnePage);
  return server_.prompt_list(asked.era);
}

std::optional<Outcome> Session::get_prompt(const Asked& asked) {
  const Json& params = asked.request.params;
  const auto prompt = server_.find_prompt(text_in(params, "name"));
  if (!prompt) return std::unexpected(prompt.error());
  const auto given = params.find("arguments");
  const bool has_arguments = given != params.end() && !given->is_null();
  if (has_arguments && !holds_strings(*given))
    return invalid_params("\"arguments\" must be an object of strings");
  Json arguments = has_arguments ? *given : Json::object();
  if (const auto missing = missing_argument((*prompt)->definition(), arguments); !missing.empty())
    return invalid_params(fmt::format("the argument \"{}\" is missing", missing));
  return answer_later(
      asked,
      [&server = server_, era = asked.era, prompt = *prompt,
       arguments = std::move(arguments)](const std::stop_token& cancelled) -> Outcome {
        auto result = prompt->get(arguments, cancelled);
        if (!result) return std::unexpected(result.error());
        return server.result_text(*std::move(result), era, Server::Kept::No);
      },
      busy());
}

std::optional<Outcome> Session::complete(const Asked& asked) {
  const Json& params = asked.request.params;
  const auto reference = params.value("ref", Json::object());
  const auto argument = params.value("argument", Json::object());
  const bool is_whole = reference.is_object() && holds_strings(argument) &&
                        argument.contains("name") && argument.contains("value");
  if (!is_whole) {
    return invalid_params(
        "\"ref\" must be {\"type\": \"ref/prompt\", \"name\"} or {\"type\": \"ref/resource\", "
        "\"uri\"}, and \"argument\" {\"name\", \"value\"}");
  }
  auto look_up =
      completer(server_, reference, text_in(argument, "name"), text_in(argument, "value"));
  if (!look_up) return std::unexpected(look_up.error());
  return answer_later(
      asked,
      [&server = server_, era = asked.era,
       look_up = *std::move(look_up)](const std::stop_token& cancelled) -> Outcome {
        const auto found = look_up(cancelled);
        if (!found) return invalid_params("\"ref\" names no resource template of this server");
        return server.result_text({{"completion",
                                    {{"values", found->values},
                                     {"total", found->total},
                                     {"hasMore", found->total > found->values.size()}}}},
                                  era, Server::Kept::No);
      },
      busy());
}

// Stays open until the client cancels it or the session ends, whatever subset is honoured. The
// acknowledgement is the first that is sent for it.
std::optional<Outcome> Session::listen(const Asked& asked) {
  const auto filter = asked.request.params.find("notifications");
  if (filter == asked.request.params.end() || !filter->is_object()) {
    return invalid_params("\"notifications\" must be an object that names what to listen to");
  }
  const auto pending = in_flight_->add(asked.request.id, asked.reply, Ending::WithSession);
  if (!pending) return busy();
  const Json meta = {{kSubscriptionIdKey, Json::parse(asked.request.id.json)}};
  subscriptions_.listen(asked.request.id, *filter, [&](const Json& honoured) {
    send_(to_text({{"jsonrpc", "2.0"},
                   {"method", "notifications/subscriptions/acknowledged"},
                   {"params", {{"notifications", honoured}, {"_meta", meta}}}}));
  });
  return std::nullopt;
}

bool Session::finish(std::chrono::milliseconds timeout) {
  subscriptions_.end_all();
  in_flight_->end_all(Ending::WithSession, [this](const MessageId& id) {
    const Json result = {
        {"resultType", "complete"},
        {"_meta", server_.modern_meta({{kSubscriptionIdKey, Json::parse(id.json)}})}};
    return response_text(id, to_text(result));
  });
  return in_flight_->wait_until_answered(timeout);
}

void Session::end(std::string_view why) {
  listening_.reset();
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
