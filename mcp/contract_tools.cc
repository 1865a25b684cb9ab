#include "mcp/contract_tools.h"

#include <utility>

#include "contract/error.h"
#include "mcp/message.h"

namespace lightfast::mcp {
namespace {

using contract::BoundProcedure;
using contract::Procedure;

bool answers_text(const Procedure& procedure) {
  return procedure.presentation.for_model != nullptr;
}

Json annotations_of(const Procedure& procedure) {
  return {{"title", procedure.title},
          {"readOnlyHint", procedure.annotations.read_only},
          {"destructiveHint", procedure.annotations.destructive},
          {"idempotentHint", procedure.annotations.idempotent},
          {"openWorldHint", procedure.annotations.open_world}};
}

// What a client needs to know that an answer is whole: the fields at the top and what they are. The
// inner schemas, which no model is shown, would take half of a list of tools; the OpenAPI document
// has them.
Json outline(const Json& schema) {
  Json short_schema = {{"type", "object"}, {"properties", Json::object()}};
  const auto fields = schema.value("properties", Json::object());
  for (const auto& [name, field] : fields.items()) {
    short_schema["properties"][name] = Json::object();
    if (field.contains("type")) short_schema["properties"][name]["type"] = field["type"];
  }
  if (schema.contains("required")) short_schema["required"] = schema["required"];
  return short_schema;
}

ToolResult text_result(contract::ModelView view) {
  ToolResult result;
  result.is_error = view.is_error;
  result.meta = std::move(view.meta);
  for (auto& text : view.texts) result.content.push_back(text_block(std::move(text)));
  return result;
}

ToolResult structured_result(Json output) {
  ToolResult result;
  result.content.push_back(text_block(to_text(output)));
  result.structured = std::move(output);
  return result;
}

ToolResult error_result(std::string why) {
  ToolResult result;
  result.is_error = true;
  result.content.push_back(text_block(std::move(why)));
  return result;
}

class ContractTool final : public Tool {
 public:
  ContractTool(const contract::Catalog& catalog, const BoundProcedure& procedure, OrgId org)
      : catalog_(catalog), procedure_(procedure), org_(std::move(org)) {}

  [[nodiscard]] Json definition() const override {
    const Procedure& declared = procedure_.declaration;
    Json definition = {{"name", "lightfast_" + declared.name("_")},
                       {"title", declared.title},
                       {"description", declared.description},
                       {"inputSchema", declared.input_schema}};
    if (!answers_text(declared)) definition["outputSchema"] = outline(declared.output_schema);
    definition["annotations"] = annotations_of(declared);
    if (declared.always_loaded) definition["_meta"]["anthropic/alwaysLoad"] = true;
    // As many characters as that client may show a model at all; how many there are is the caller's
    // choice, by the procedure's own bounds.
    if (answers_text(declared)) definition["_meta"]["anthropic/maxResultSizeChars"] = 500'000;
    return definition;
  }

  [[nodiscard]] std::expected<Json, ToolResult> check(const Json& arguments) const override {
    auto input = catalog_.check(procedure_, arguments);
    if (input) return *std::move(input);
    return std::unexpected(error_result(contract::error_text(input.error(), make_request_id())));
  }

  [[nodiscard]] std::expected<ToolResult, ProtocolError> call(const ToolCall& call) const override {
    const contract::CallContext context{make_request_id(), org_, call.cancelled};
    auto output = catalog_.handle(procedure_, call.arguments, context);
    if (!output) {
      return error_result(contract::error_text(output.error(), context.request));
    }
    const auto for_model = procedure_.declaration.presentation.for_model;
    return for_model ? text_result(for_model(*output)) : structured_result(*std::move(output));
  }

 private:
  const contract::Catalog& catalog_;
  const BoundProcedure& procedure_;
  const OrgId org_;
};

}  // namespace

Tools contract_tools(const contract::Catalog& catalog, const OrgId& org) {
  Tools tools;
  for (const auto& procedure : catalog.procedures()) {
    tools.push_back(std::make_unique<ContractTool>(catalog, procedure, org));
  }
  return tools;
}

}  // namespace lightfast::mcp
