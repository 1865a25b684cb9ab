#include "contract/catalog.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "contract/schema_words.h"

namespace lightfast::contract {
namespace {

constexpr std::size_t kMaxDescription = 1500;

bool is_key_part(const std::string& part) {
  const auto is_small = [](char letter) { return letter >= 'a' && letter <= 'z'; };
  const auto fits = [&](char byte) { return is_small(byte) || (byte >= '0' && byte <= '9'); };
  return !part.empty() && is_small(part[0]) && std::ranges::all_of(part, fits);
}

// Why clients could not use `schema` as a tool's input; nothing when they can.
std::optional<std::string> input_schema_fault(const Json& schema) {
  if (!schema.is_object() || schema.value("type", Json()) != "object") {
    return "the input schema must have 'type: object' at the top";
  }
  for (const char* combinator : {"oneOf", "anyOf", "allOf"}) {
    if (schema.contains(combinator)) {
      return fmt::format("'{}' at the top of the input schema breaks clients", combinator);
    }
  }
  return std::nullopt;
}

std::optional<std::string> declaration_fault(const Procedure& procedure) {
  if (procedure.key.empty() || !std::ranges::all_of(procedure.key, is_key_part)) {
    return "each part of the key must be lower-case letters and digits, a letter first";
  }
  if (!procedure.http_path.starts_with('/')) return "the HTTP path must begin with '/'";
  const std::size_t length = character_count(procedure.description);
  if (length == 0 || length > kMaxDescription) {
    return fmt::format("the description must have 1 to {} characters, not {}", kMaxDescription,
                       length);
  }
  if (auto fault = input_schema_fault(procedure.input_schema)) return fault;
  const Json fields = procedure.input_schema.value("properties", Json::object());
  if (!procedure.positional.empty() && !fields.contains(procedure.positional)) {
    return fmt::format("'{}' is positional, but no property of the input", procedure.positional);
  }
  return std::nullopt;
}

Error refusal(const Procedure& procedure, std::string_view reason) {
  return {ErrorKind::InvalidArgument,
          fmt::format("declaring '{}': {}", procedure.name("."), reason)};
}

// What the handler says, and nothing else.
Result<Json> guarded(const BoundProcedure& procedure, const Json& checked,
                     const CallContext& context) {
  const std::string name = procedure.declaration.name(".");
  try {
    auto output = procedure.handler(checked, context);
    if (!output && output.error().kind == ErrorKind::Internal) {
      log_for("contract")
          .error("procedure={} request={} failed: {}", name, context.request.value,
                 output.error().message);
    }
    return output;
  } catch (const std::exception& error) {
    log_for("contract")
        .error("procedure={} request={} threw: {}", name, context.request.value, error.what());
  } catch (...) {
    log_for("contract")
        .error("procedure={} request={} threw something unknown", name, context.request.value);
  }
  return Error{ErrorKind::Internal, fmt::format("handling '{}'", name)};
}

}  // namespace

Result<Catalog> Catalog::create(std::vector<BoundProcedure> procedures) {
  Catalog catalog;
  std::set<std::string> taken;
  for (const auto& [declaration, handler] : procedures) {
    if (auto fault = declaration_fault(declaration)) return refusal(declaration, *fault);
    if (!handler) return refusal(declaration, "it has no handler");
    const std::string route = declaration.http_method + " " + declaration.http_path;
    if (!taken.insert(declaration.name(".")).second)
      return refusal(declaration, "the key is taken");
    if (!taken.insert(route).second)
      return refusal(declaration, fmt::format("the route {} is taken", route));
    Schema input = TRY(Schema::compile(declaration.input_schema).during(declaration.name(".")));
    TRY(Schema::compile(declaration.output_schema).during(declaration.name(".")));
    catalog.inputs_.push_back(std::move(input));
  }
  catalog.procedures_ = std::move(procedures);
  return catalog;
}

const BoundProcedure* Catalog::find(std::string_view name, const std::string& separator) const {
  const auto found = std::ranges::find_if(procedures_, [&](const BoundProcedure& each) {
    return each.declaration.name(separator) == name;
  });
  return found == procedures_.end() ? nullptr : &*found;
}

Result<Json> Catalog::check(const BoundProcedure& procedure, const Json& input) const {
  const auto index = static_cast<std::size_t>(&procedure - procedures_.data());
  assert(index < procedures_.size());
  return inputs_[index].check(input);
}

Result<Json> Catalog::call(const BoundProcedure& procedure, const Json& input,
                           const CallContext& context) const {
  return handle(procedure, TRY(check(procedure, input)), context);
}

Result<Json> Catalog::handle(const BoundProcedure& procedure, const Json& checked,
                             const CallContext& context) const {
  const auto begun = std::chrono::steady_clock::now();
  auto output = guarded(procedure, checked, context);
  if (observer_) observer_(procedure.declaration, output, std::chrono::steady_clock::now() - begun);
  return output;
}

}  // namespace lightfast::contract
