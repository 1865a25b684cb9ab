// What a Session answers about resources, prompts and completion.
#include <algorithm>
#include <functional>

#include "mcp/session_client.h"

namespace lightfast::mcp {
namespace {

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

bool asks_for_input(const Json& result) {
  const auto type = result.find("resultType");
  return type != result.end() && *type == "input_required";
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

std::optional<Outcome> Session::list_resources(const Asked& asked) {
  const Json& params = asked.request.params;
  if (has_cursor(params) && !params["cursor"].is_string())
    return invalid_params("\"cursor\" must be the \"nextCursor\" of an earlier answer");
  return answer_later(
      asked,
      [&server = server_, cursor = text_in(params, "cursor")](const Client& client) -> Outcome {
        auto page = server.resources()->list(cursor, client.cancelled());
        if (!page) return std::unexpected(page.error());
        Json result = {{"resources", std::move(page->items)}};
        if (!page->next_cursor.empty()) result["nextCursor"] = std::move(page->next_cursor);
        return server.result_text(std::move(result), client.era(), Server::Kept::Briefly);
      },
      busy);
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
      [&server = server_, uri](const Client& client) -> Outcome {
        auto contents = server.resources()->read(uri, client.cancelled());
        if (!contents) return std::unexpected(contents.error());
        return server.result_text({{"contents", *std::move(contents)}}, client.era(),
                                  Server::Kept::Briefly);
      },
      busy);
}

std::optional<Outcome> Session::subscribe(const Asked& asked) {
  const auto uri = text_in(asked.request.params, "uri");
  if (uri.empty()) return invalid_params("\"uri\" must be a string, the URI of a resource");
  hear_of_changes();
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
      [&server = server_, prompt = *prompt, arguments = std::move(arguments),
       input = input_in(params)](const Client& client) -> Outcome {
        auto result = prompt->get(arguments, input, client.cancelled());
        if (!result) return std::unexpected(result.error());
        if (asks_for_input(*result)) {
          if (const auto why = client.unaskable(*result)) return std::unexpected(*why);
        }
        return server.result_text(*std::move(result), client.era(), Server::Kept::No);
      },
      busy);
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
      [&server = server_, look_up = *std::move(look_up)](const Client& client) -> Outcome {
        const auto found = look_up(client.cancelled());
        if (!found) return invalid_params("\"ref\" names no resource template of this server");
        return server.result_text({{"completion",
                                    {{"values", found->values},
                                     {"total", found->total},
                                     {"hasMore", found->total > found->values.size()}}}},
                                  client.era(), Server::Kept::No);
      },
      busy);
}

}  // namespace lightfast::mcp
