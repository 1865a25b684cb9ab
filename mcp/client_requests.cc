#include "mcp/client_requests.h"

#include <spdlog/fmt/fmt.h>

namespace lightfast::mcp {
namespace {

// A capability and the part of it that is needed; empty for none in particular.
struct Need {
  std::string capability, part;
};

std::optional<Need> need_of(const std::string& method, const Json& params) {
  const auto mode = params.find("mode");
  const bool is_url = mode != params.end() && *mode == "url";
  if (method == "elicitation/create") return Need{"elicitation", is_url ? "url" : "form"};
  if (method == "sampling/createMessage")
    return Need{"sampling", params.contains("tools") ? "tools" : ""};
  if (method == "roots/list") return Need{"roots", ""};
  return std::nullopt;
}

bool is_declared(const Need& need, const Json& capabilities) {
  const auto declared = capabilities.find(need.capability);
  if (declared == capabilities.end() || !declared->is_object()) return false;
  // Who says nothing of how shows forms (2025-11-25, elicitation, capabilities).
  if (need.part == "form") return declared->contains("form") || !declared->contains("url");
  return need.part.empty() || declared->contains(need.part);
}

ProtocolError nobody_answers(const std::string& method) {
  return {ErrorCode::Internal, fmt::format("no client answers \"{}\"", method), nullptr};
}

// Adds to `missing` what `capabilities` lack for this request. False when no client answers it.
bool collect(Json& missing, const std::string& method, const Json& params,
             const Json& capabilities) {
  const auto need = need_of(method, params);
  if (!need) return false;
  if (is_declared(*need, capabilities)) return true;
  Json& named = missing[need->capability];
  if (named.is_null()) named = Json::object();
  if (!need->part.empty()) named[need->part] = Json::object();
  return true;
}

std::optional<ProtocolError> refusal_for(Json missing) {
  if (missing.empty()) return std::nullopt;
  std::string names;
  for (const auto& [name, parts] : missing.items())
    names.append(names.empty() ? "" : ", ").append(name);
  return ProtocolError{ErrorCode::MissingClientCapability,
                       fmt::format("this needs a client that declares the capability {}", names),
                       {{"requiredCapabilities", std::move(missing)}}};
}

}  // namespace

std::optional<ProtocolError> refusal_to_ask(const std::string& method, const Json& params,
                                            const Json& capabilities) {
  Json missing = Json::object();
  if (!collect(missing, method, params, capabilities)) return nobody_answers(method);
  return refusal_for(std::move(missing));
}

std::optional<ProtocolError> refusal_of_input(const Json& input_required,
                                              const Json& capabilities) {
  const auto requests = input_required.value("inputRequests", Json::object());
  Json missing = Json::object();
  for (const auto& request : requests) {
    const auto method = request.value("method", "");
    if (!collect(missing, method, request.value("params", Json::object()), capabilities))
      return nobody_answers(method);
  }
  return refusal_for(std::move(missing));
}

}  // namespace lightfast::mcp
